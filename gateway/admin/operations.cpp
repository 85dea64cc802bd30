#include "gateway/admin/operations.hpp"

#include <algorithm>
#include <array>

#include "gateway/admin/admin_json.hpp"
#include "gateway/admin/doctor.hpp"
#include "gateway/admin/operations_json.hpp"
#include "gateway/net/public_service.hpp"
#include "gateway/wire/json.hpp"
#include "runtime/base/names.hpp"
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
constexpr std::size_t target_bytes_max = 4'096;

std::uint32_t limit_of(const http_request& r) {
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(r.number("limit", page_default), 1, page_max));
}

http_response bad(std::string_view why) { return error_response(400, lightstick::actors::errc::bad_request, why); }

/// "user/17": as much as goes into the audit journal unseen by anybody else.
bool names_user(std::string_view actor) {
  constexpr std::string_view begin = "user/";
  constexpr std::size_t name_bytes_max = 128;
  return actor.starts_with(begin) && actor.size() > begin.size() && actor.size() <= begin.size() + name_bytes_max;
}

/// Asks one of the runtime's own actors; its answer as JSON.
template <class Answer, class Command, class Show>
void ask(net::core& c, const char* kind, Command command, responder respond, Show show) {
  auto r = runtime::make_reply<Answer>([respond = std::move(respond), show](result<Answer> got) mutable {
    respond(got ? json_response(show(*got)) : failed_response(got.error()));
  });
  (void)c.sys->tell({kind, "node"}, runtime::make_message(std::move(command)), std::move(r));
}

/// The target that is in the order of a job, for the audit journal; empty when it names none.
std::string target_of(std::string_view kind, std::string_view order) {
  if (kind == "trim") return "all rooms";
  auto read = wire::read_json(order, {});
  const auto* fields = read ? read->as<wire::map>() : nullptr;
  const auto* named = fields == nullptr ? nullptr : wire::find(*fields, kind == "erase" ? "actor" : "to");
  const auto* text = named == nullptr ? nullptr : named->as<std::string>();
  return text == nullptr ? std::string() : text->substr(0, target_bytes_max);
}

/// The answer with one more field.
std::string with_unaudited(const std::string& told, const std::string& why) {
  auto read = wire::read_json(told, {});
  auto* fields = read ? read->as<wire::map>() : nullptr;
  if (fields == nullptr) return told;
  wire::map more = *fields;
  more.push_back({"unaudited", wire::value(why)});
  std::string out;
  wire::json_writer w(out);
  write(w, wire::value(std::move(more)));
  return out;
}

}  // namespace

http_response failed_response(const error& e) {
  auto status = 500U;
  if (e.is(condition::not_found)) status = 404;
  if (e.is(condition::invalid)) status = 409;
  if (e.is_transient() || e.is(condition::overloaded) || e.code == make_error_code(lightstick::errc::timed_out)) {
    status = 503;
  }
  return error_response(status, lightstick::actors::protocol_code(e), e.to_string());
}

http_response job_response(result<std::string> told, bool begun) {
  if (!told) {
    const auto& e = told.error();
    auto status = e.is(condition::overloaded) ? 409U : e.is(condition::not_found) ? 404U : 400U;
    if (e.is_transient()) status = 503;
    return error_response(status, lightstick::actors::errc::bad_request, e.detail);
  }
  auto out = json_response(std::move(*told));
  if (begun) out.status = 202;
  return out;
}

bool operations::handle(const http_request& r, const asker& by, responder& respond) {
  struct route {
    std::string_view path;
    bool changes;  ///< POST
    void (operations::*answer)(const http_request&, const asker&, responder);
  };
  static constexpr std::array<route, 13> routes{{
      {"/v1/admin/why", false, &operations::why},
      {"/v1/admin/doctor", false, &operations::doctor},
      {"/v1/admin/audit", false, &operations::audit},
      {"/v1/admin/deadletters", false, &operations::letters},
      {"/v1/admin/deadletters/show", false, &operations::letter},
      {"/v1/admin/deadletters/drop", true, &operations::drop_letter},
      {"/v1/admin/deadletters/replay", true, &operations::replay_letter},
      {"/v1/admin/passivate", true, &operations::passivate},
      {"/v1/admin/restart", true, &operations::restart},
      {"/v1/admin/revoke", true, &operations::revoke},
      {"/v1/admin/revocations", false, &operations::revocations},
      {"/v1/admin/tap/open", true, &operations::open},
      {"/v1/admin/tap", false, &operations::fetch},
  }};
  const auto* to = std::ranges::find(routes, r.path, &route::path);
  if (to == routes.end()) return false;
  if (to->changes != (r.method == "POST")) {
    respond(net::wrong_method_response(to->changes ? "POST" : "GET, HEAD"));
  } else {
    (this->*to->answer)(r, by, std::move(respond));
  }
  return true;
}

void operations::why(const http_request& r, const asker& /*by*/, responder respond) {
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

void operations::doctor(const http_request& /*r*/, const asker& /*by*/, responder respond) {
  respond(json_response(doctor_json(examine(*core_.sys, core_.registry))));
}

void operations::audit(const http_request& r, const asker& /*by*/, responder respond) {
  ask<audit_log::listed>(core_, audit_log::kind, audit_log::list{r.number("before", 0), limit_of(r)},
                         std::move(respond), audit_json);
}

void operations::letters(const http_request& r, const asker& /*by*/, responder respond) {
  ask<dead::listed>(core_, dead::kind, dead::list{r.number("after", 0), limit_of(r)}, std::move(respond), letters_json);
}

void operations::letter(const http_request& r, const asker& /*by*/, responder respond) {
  ask<dead::letter>(core_, dead::kind, dead::show{r.number("id", 0)}, std::move(respond), letter_json);
}

/// A change that takes too long is answered as under way; what came of it is written down when it ends.
void operations::change(const asker& by, std::string what, std::string target, action act, responder respond) {
  const change_asked c{by, std::move(what), std::move(target)};
  trail_.asked(c, [self = shared_from_this(), c, act = std::move(act),
                   respond = std::move(respond)](std::optional<std::string> unaudited) mutable {
    const bool known = unaudited.has_value();
    error late{make_error_code(lightstick::errc::timed_out),
               c.what + " " + c.target + " was begun and has not ended yet: does the disk answer?"};
    auto answer = within(
        self->timers_, self->core_.opts.change_within, std::move(late),
        [c, unaudited = std::move(unaudited), respond = std::move(respond)](result<void> done) mutable {
          respond(done ? json_response(changed_json(c.what, c.target, unaudited)) : failed_response(done.error()));
        });
    act([self, c, known, answer = std::move(answer)](result<void> done) mutable {
      self->trail_.ended(c, done ? "done" : done.error().to_string(), known);
      answer(std::move(done));
    });
  });
}

template <class Answer, class Command>
void operations::change_letter(const http_request& r, const asker& by, std::string what, responder respond) {
  const auto id = r.number("id", 0);
  if (id == 0) return respond(bad("id is the number of a dead letter"));
  auto act = [this, id](unique_function<void(result<void>)> done) {
    (void)core_.sys->tell({dead::kind, dead::key}, runtime::make_message(Command{id}),
                          runtime::make_reply<Answer>([done = std::move(done)](result<Answer> got) mutable {
                            done(got ? result<void>{} : result<void>(fail(std::move(got.error()))));
                          }));
  };
  change(by, std::move(what), "dead letter " + std::to_string(id), std::move(act), std::move(respond));
}

void operations::drop_letter(const http_request& r, const asker& by, responder respond) {
  change_letter<dead::dropped, dead::drop>(r, by, "drop", std::move(respond));
}

void operations::replay_letter(const http_request& r, const asker& by, responder respond) {
  change_letter<dead::replayed, dead::replay>(r, by, "replay", std::move(respond));
}

void operations::change_actor(const http_request& r, const asker& by, std::string what, actor_change how,
                              responder respond) {
  auto id = parse_actor(r.parameter("actor"));
  if (!id) return respond(bad(id.error().detail));
  auto target = id->to_string();
  auto act = [this, id = std::move(*id), how](unique_function<void(result<void>)> done) {
    (core_.sys->*how)(id, std::move(done));
  };
  change(by, std::move(what), std::move(target), std::move(act), std::move(respond));
}

void operations::passivate(const http_request& r, const asker& by, responder respond) {
  change_actor(r, by, "passivate", &runtime::system::passivate, std::move(respond));
}

void operations::restart(const http_request& r, const asker& by, responder respond) {
  change_actor(r, by, "restart", &runtime::system::restart, std::move(respond));
}

/// Begins a job, which is answered at once; it is written down when it is asked for, and again when it has ended.
void operations::begin_job(const http_request& r, const asker& by, std::string_view kind, responder respond) {
  auto* jobs = core_.info->jobs();
  if (jobs == nullptr) return respond(net::not_found_response());
  const change_asked c{by, std::string(kind), target_of(kind, r.body)};
  if (kind == "erase" && !names_user(c.target)) {
    return respond(bad(R"(the order names a user: {"actor":"user/17"})"));
  }
  if (!valid_utf8(c.target)) return respond(bad("the order is not UTF-8"));
  trail_.asked(c, [self = shared_from_this(), jobs, c, body = std::string(r.body),
                   respond = std::move(respond)](std::optional<std::string> unaudited) mutable {
    const bool known = unaudited.has_value();
    auto told = jobs->start(c.what, body, [self, c, known](result<std::string> done) {
      self->trail_.ended(c, done ? *done : done.error().to_string(), known);
    });
    if (!told) {
      self->trail_.ended(c, told.error().to_string(), known);
    } else if (unaudited) {
      *told = with_unaudited(*told, *unaudited);
    }
    respond(job_response(std::move(told), true));
  });
}

void operations::open(const http_request& r, const asker& /*by*/, responder respond) {
  auto id = parse_actor(r.parameter("actor"));
  if (!id) return respond(bad(id.error().detail));
  runtime::tap_options how;
  how.one_in = static_cast<std::uint32_t>(std::min<std::uint64_t>(r.number("one_in", 1), UINT32_MAX));
  how.commands_max = static_cast<std::uint32_t>(std::min<std::uint64_t>(r.number("limit", 100), 1'000'000));
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

void operations::fetch(const http_request& r, const asker& /*by*/, responder respond) {
  close_idle();
  std::unique_lock lock(mutex_);
  auto at = taps_.find(r.number("id", 0));
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
