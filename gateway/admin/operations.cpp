#include "gateway/admin/operations.hpp"

#include <charconv>

#include "gateway/admin/admin_json.hpp"
#include "gateway/admin/doctor.hpp"
#include "gateway/admin/operations_json.hpp"
#include "gateway/net/public_service.hpp"
#include "runtime/operators/audit.hpp"
#include "runtime/operators/dead_letters.hpp"

namespace lightstick::gateway::admin {
namespace {

using net::error_response;
using net::http_request;
using net::http_response;
using net::json_response;
using net::responder;
namespace audit_log = runtime::audit;
namespace dead = runtime::dead_letters;

constexpr std::uint64_t page_default = 100;
constexpr std::uint64_t page_max = 1'000;

std::uint64_t number_of(const http_request& r, std::string_view name, std::uint64_t otherwise) {
  const auto text = r.parameter(name);
  std::uint64_t n = otherwise;
  (void)std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

std::uint32_t limit_of(const http_request& r) {
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(number_of(r, "limit", page_default), 1, page_max));
}

http_response failed_response(const error& e) {
  auto status = 500U;
  if (e.is(condition::not_found)) status = 404;
  if (e.is(condition::invalid)) status = 409;
  if (e.is_transient() || e.is(condition::overloaded)) status = 503;
  return error_response(status, lightstick::actors::protocol_code(e), e.to_string());
}

http_response bad(std::string_view why) { return error_response(400, lightstick::actors::errc::bad_request, why); }

/// Asks one of the runtime's own actors; its answer as JSON.
template <class Answer, class Command, class Show>
void ask(net::core& c, const char* kind, Command command, responder respond, Show show) {
  auto r = runtime::make_reply<Answer>([respond = std::move(respond), show](result<Answer> got) mutable {
    respond(got ? json_response(show(*got)) : failed_response(got.error()));
  });
  (void)c.sys->tell({kind, "node"}, runtime::make_message(std::move(command)), std::move(r));
}

void record(net::core& c, const operations::asker& by, const std::string& what, const std::string& target,
            std::string outcome, unique_function<void(result<void>)> done) {
  audit_log::entry e;
  e.when = c.clock.wall();
  e.who = by.who;
  e.from = by.from;
  e.what = what;
  e.target = target;
  e.outcome = std::move(outcome);
  auto r = runtime::make_reply<audit_log::recorded>([done = std::move(done)](result<audit_log::recorded> got) mutable {
    done(got ? result<void>{} : result<void>(fail(std::move(got.error()))));
  });
  (void)c.sys->tell({audit_log::kind, audit_log::key}, runtime::make_message(audit_log::record{std::move(e)}),
                    std::move(r));
}

}  // namespace

bool operations::handle(const http_request& r, const asker& by, responder& respond) {
  constexpr std::string_view root = "/v1/admin/";
  if (!r.path.starts_with(root)) return false;
  const auto what = r.path.substr(root.size());
  const bool changes = what == "passivate" || what == "restart" || what == "deadletters/drop" ||
                       what == "deadletters/replay" || what == "tap/open";
  const bool known = changes || what == "why" || what == "doctor" || what == "audit" || what == "deadletters" ||
                     what == "deadletters/show" || what == "tap";
  if (!known) return false;
  if (changes != (r.method == "POST")) {
    respond(net::wrong_method_response(changes ? "POST" : "GET, HEAD"));
  } else if (what == "why") {
    why(r, std::move(respond));
  } else if (what == "doctor") {
    doctor(std::move(respond));
  } else if (what == "audit") {
    audit(r, std::move(respond));
  } else if (what == "deadletters") {
    letters(r, std::move(respond));
  } else if (what == "deadletters/show") {
    letter(r, std::move(respond));
  } else if (what == "tap/open") {
    open(r, std::move(respond));
  } else if (what == "tap") {
    fetch(r, std::move(respond));
  } else if (what.starts_with("deadletters/")) {
    change_letter(r, by, what == "deadletters/replay", std::move(respond));
  } else {
    change_actor(r, by, what == "restart", std::move(respond));
  }
  return true;
}

void operations::why(const http_request& r, responder respond) {
  auto id = parse_actor(r.parameter("actor"));
  if (!id) return respond(bad(id.error().detail));
  auto known = core_.sys->history_of(*id);
  auto where = core_.info->where(partition_of(*id));
  if (known.active) return respond(json_response(why_json(*id, known, where, nullptr)));
  core_.info->inspect_stored(*id, [id = *id, known = std::move(known), where = std::move(where),
                                   respond = std::move(respond)](result<runtime::inspection> stored) mutable {
    if (!stored && !stored.error().is(condition::not_found)) return respond(failed_response(stored.error()));
    respond(json_response(why_json(id, known, where, stored ? &*stored : nullptr)));
  });
}

void operations::doctor(responder respond) { respond(json_response(doctor_json(examine(*core_.sys, core_.registry)))); }

void operations::audit(const http_request& r, responder respond) {
  ask<audit_log::listed>(core_, audit_log::kind, audit_log::list{number_of(r, "before", 0), limit_of(r)},
                         std::move(respond), audit_json);
}

void operations::letters(const http_request& r, responder respond) {
  ask<dead::listed>(core_, dead::kind, dead::list{number_of(r, "after", 0), limit_of(r)}, std::move(respond),
                    letters_json);
}

void operations::letter(const http_request& r, responder respond) {
  ask<dead::letter>(core_, dead::kind, dead::show{number_of(r, "id", 0)}, std::move(respond), letter_json);
}

void operations::change(const asker& by, std::string what, std::string target, action act, responder respond) {
  auto before = [self = shared_from_this(), by, what, target, act = std::move(act),
                 respond = std::move(respond)](result<void> written) mutable {
    if (!written) return respond(failed_response(written.error()));
    act([self, by, what, target, respond = std::move(respond)](result<void> done) mutable {
      record(self->core_, by, what, target, done ? "done" : done.error().to_string(), [](const result<void>&) {});
      respond(done ? json_response(changed_json(what, target)) : failed_response(done.error()));
    });
  };
  record(core_, by, what, target, "asked", std::move(before));
}

void operations::change_letter(const http_request& r, const asker& by, bool replay, responder respond) {
  const auto id = number_of(r, "id", 0);
  if (id == 0) return respond(bad("id is the number of a dead letter"));
  auto act = [this, id, replay](unique_function<void(result<void>)> done) {
    auto pass_on = [done = std::move(done)](auto got) mutable {
      done(got ? result<void>{} : result<void>(fail(std::move(got.error()))));
    };
    const actor_id letters{dead::kind, dead::key};
    if (replay) {
      (void)core_.sys->tell(letters, runtime::make_message(dead::replay{id}),
                            runtime::make_reply<dead::replayed>(std::move(pass_on)));
    } else {
      (void)core_.sys->tell(letters, runtime::make_message(dead::drop{id}),
                            runtime::make_reply<dead::dropped>(std::move(pass_on)));
    }
  };
  change(by, replay ? "replay" : "drop", "dead letter " + std::to_string(id), std::move(act), std::move(respond));
}

void operations::change_actor(const http_request& r, const asker& by, bool restart, responder respond) {
  auto id = parse_actor(r.parameter("actor"));
  if (!id) return respond(bad(id.error().detail));
  auto target = id->to_string();
  auto act = [this, id = std::move(*id), restart](unique_function<void(result<void>)> done) {
    restart ? core_.sys->restart(id, std::move(done)) : core_.sys->passivate(id, std::move(done));
  };
  change(by, restart ? "restart" : "passivate", std::move(target), std::move(act), std::move(respond));
}

void operations::open(const http_request& r, responder respond) {
  auto id = parse_actor(r.parameter("actor"));
  if (!id) return respond(bad(id.error().detail));
  runtime::tap_options how;
  how.one_in = static_cast<std::uint32_t>(std::min<std::uint64_t>(number_of(r, "one_in", 1), UINT32_MAX));
  how.commands_max = static_cast<std::uint32_t>(std::min<std::uint64_t>(number_of(r, "limit", 100), 1'000'000));
  close_idle();
  auto opened = core_.sys->tap(*id, how);
  if (!opened)
    return respond(opened.error().is(condition::invalid) ? bad(opened.error().detail)
                                                         : failed_response(opened.error()));
  std::uint64_t number = 0;
  {
    std::lock_guard lock(mutex_);
    number = next_tap_++;
    taps_.emplace(number, open_tap{std::move(*opened), core_.clock.now()});
  }
  respond(json_response(tap_json(number)));
}

void operations::fetch(const http_request& r, responder respond) {
  close_idle();
  std::unique_lock lock(mutex_);
  auto at = taps_.find(number_of(r, "id", 0));
  if (at == taps_.end()) {
    lock.unlock();
    return respond(error_response(404, lightstick::actors::errc::bad_request, "that tap has ended"));
  }
  at->second.asked = core_.clock.now();
  auto seen = at->second.tap->take();
  if (seen.ended) taps_.erase(at);
  lock.unlock();
  respond(json_response(seen_json(seen)));
}

void operations::close_idle() {
  std::lock_guard lock(mutex_);
  std::erase_if(taps_, [&](const auto& each) { return core_.clock.now() - each.second.asked > tap_idle; });
}

}  // namespace lightstick::gateway::admin
