#include "gateway/api/api_service.hpp"

#include <algorithm>
#include <unordered_map>

#include "gateway/api/answers.hpp"
#include "gateway/api/orders.hpp"
#include "gateway/net/public_service.hpp"
#include "gateway/net/text.hpp"
#include "gateway/wire/json.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lightstick::gateway::api {
namespace {

using actors::errc;
using net::http_request;
using net::http_response;
using net::json_response;
using net::responder;
namespace room = actors::room;

constexpr std::uint64_t rooms_default = 100;
constexpr std::uint64_t rooms_max = 1'000;
constexpr wire::bounds body_bounds{.bytes = 1'048'576, .depth = 8, .items = 2'048};

/// Why the body cannot be one, or what it says. None at all says nothing.
std::variant<wire::map, http_response> read_body(const http_request& r, bool patch) {
  if (r.body.empty()) return wire::map{};
  const auto type = net::trimmed(r.content_type.substr(0, r.content_type.find(';')));
  const bool json = net::equal_ignoring_case(type, "application/json") ||
                    (patch && net::equal_ignoring_case(type, "application/merge-patch+json"));
  if (!json) return net::error_response(415, errc::bad_request, "send Content-Type: application/json");
  auto read = wire::read_json(r.body, body_bounds);
  auto* fields = read ? read->as<wire::map>() : nullptr;
  if (fields == nullptr) return net::error_response(400, errc::bad_request, "the body is no JSON object");
  return std::move(*fields);
}

/// Of all that a request says, its key and its token aside.
std::uint64_t digest_of(const http_request& r) {
  std::string all;
  for (const auto part : {r.method, r.path, r.body}) all.append(part).push_back('\0');
  return XXH3_64bits(all.data(), all.size());
}

/// RFC 6750 3.1.
http_response lacks(auth::scope needed) {
  const auto name = std::string(to_string(needed));
  auto out = net::error_response(403, errc::forbidden, "the token has no scope " + name);
  out.headers.emplace_back("WWW-Authenticate", R"(Bearer error="insufficient_scope", scope=")" + name + "\"");
  return out;
}

http_response no_such_key_again() {
  return net::error_response(422, errc::bad_request, "this Idempotency-Key was used for something else");
}

}  // namespace

api_service::api_service(net::core& c)
    : core_(c),
      limited_(c.registry.make_counter("lightstick_api_limited_total", "Requests of services over their rate")),
      repeated_(c.registry.make_counter("lightstick_api_repeated_total",
                                        "Requests of services that were answered with the answer of before")) {
  for (std::size_t i = 0; i < call_count; ++i) {
    asked_.at(i) = &c.registry.make_counter("lightstick_api_requests_total", "Requests of services that were let in",
                                            {{"call", std::string(to_string(static_cast<call>(i)))}});
  }
}

void api_service::handle(const http_request& r, responder respond) {
  const auto where = find_route(r.method, r.path);
  if (!where) {
    if (where.error().is(condition::not_found)) return respond(net::not_found_response());
    return respond(net::error_response(400, errc::bad_request, where.error().detail));
  }
  if (where->to == nullptr) return respond(net::wrong_method_response(where->allow));
  http_response refused;
  const auto by = admit(r, *where, refused);
  if (!by) return respond(std::move(refused));
  asked_.at(static_cast<std::size_t>(where->to->what))->add();
  carry_out({r, *where, *by, std::move(respond)});
}

std::optional<auth::claims> api_service::admit(const http_request& r, const match& where, http_response& refused) {
  auto claims = core_.tokens->verify(r.bearer, core_.clock.wall());
  if (!claims) {
    if (!claims.error().is_transient()) core_.counts.auth_failures.add();
    refused = net::token_response(
        claims.error(), "send a service's token: Authorization: Bearer ... (lightstick token --scope makes one)");
    return std::nullopt;
  }
  if (!claims->scopes.has(where.to->needs)) {
    refused = lacks(where.to->needs);
    return std::nullopt;
  }
  const auto wait = core_.service_rates.take(claims->user, core_.clock.now());
  if (wait.count() > 0) {
    limited_.add();
    refused = net::error_response(429, errc::rate_limited, "too many requests of this service", wait);
    return std::nullopt;
  }
  const bool elsewhere = !claims->rooms.empty() && !where.room.empty() &&
                         std::ranges::find(claims->rooms, where.room.str()) == claims->rooms.end();
  if (elsewhere) {
    refused = net::error_response(403, errc::forbidden, "the token does not allow this room");
    return std::nullopt;
  }
  return std::move(*claims);
}

void api_service::carry_out(order o) {
  switch (o.where.to->what) {
    case call::list_rooms: return list(std::move(o));
    case call::show_room: return show(std::move(o));
    case call::history: return history(std::move(o));
    case call::members: return members(std::move(o));
    case call::set_room:
    case call::change_room:
    case call::publish:
    case call::act: return change(std::move(o));
  }
}

void api_service::change(order o) {
  const auto what = o.where.to->what;
  auto read = read_body(o.r, what == call::change_room);
  if (auto* refused = std::get_if<http_response>(&read)) return o.respond(std::move(*refused));
  auto key = read_key(o.r.idempotency_key);
  if (!key) return o.respond(refusal(key.error()));
  auto& body = std::get<wire::map>(read);
  if (what == call::publish) return publish(std::move(o), std::move(body), std::move(*key));
  auto respond = once(o, *key);
  if (!respond) return;
  order once_only{o.r, o.where, o.by, std::move(*respond)};
  if (what == call::act) return act(std::move(once_only), std::move(body));
  set_up(std::move(once_only), std::move(body));
}

std::optional<responder> api_service::once(order& o, const std::string& key) {
  if (key.empty()) return std::move(o.respond);
  const answered_keys::name which{o.by.user, key};
  auto known = answered_.begin(which, digest_of(o.r), core_.clock.now());
  if (auto* before = std::get_if<http_response>(&known)) {
    repeated_.add();
    o.respond(std::move(*before));
    return std::nullopt;
  }
  switch (std::get<answered_keys::verdict>(known)) {
    case answered_keys::verdict::fresh: break;
    case answered_keys::verdict::another: o.respond(no_such_key_again()); return std::nullopt;
    case answered_keys::verdict::under_way:
      o.respond(net::error_response(409, errc::unavailable, "the same is under way with this Idempotency-Key",
                                    std::chrono::seconds{1}));
      return std::nullopt;
    case answered_keys::verdict::full:
      o.respond(net::error_response(503, errc::overloaded, "too many requests are under way", std::chrono::seconds{1}));
      return std::nullopt;
  }
  return responder([this, which, respond = std::move(o.respond)](http_response answer) mutable {
    answered_.settle(which, answer);
    respond(std::move(answer));
  });
}

template <class Answer, class Command, class Show>
void api_service::ask(const room_id& to, Command command, responder respond, Show show) {
  auto told = [respond = std::move(respond), show = std::move(show)](result<Answer> got) mutable {
    respond(got ? show(std::move(*got)) : refusal(got.error()));
  };
  runtime::call_options how;
  how.deadline = core_.clock.now() + core_.opts.session.ask_limit;
  (void)core_.sys->tell({room::kind, to.str()}, runtime::make_message(std::move(command)),
                        runtime::make_reply<Answer>(std::move(told)), how);
}

void api_service::publish(order o, wire::map body, std::string key) {
  auto said = read_post(o.where.room, std::move(body), o.by, std::move(key), core_.opts.frame);
  if (!said) return o.respond(refusal(said.error()));
  auto told = [respond = std::move(o.respond)](result<room::published> got) mutable {
    if (!got) {
      const bool another =
          got.error().code == make_error_code(errc::bad_request) && got.error().detail == room::cid_reused;
      return respond(another ? no_such_key_again() : refusal(got.error()));
    }
    auto out = json_response(json_of(*got));
    out.status = 201;
    respond(std::move(out));
  };
  runtime::call_options how;
  how.deadline = core_.clock.now() + core_.opts.session.ask_limit;
  (void)core_.sys->tell({room::kind, o.where.room.str()}, runtime::make_message(std::move(*said)),
                        runtime::make_reply<room::published>(std::move(told)), how);
}

void api_service::act(order o, wire::map body) {
  auto wish = read_act(o.where.room, std::move(body), o.by, core_.opts.frame);
  if (!wish) return o.respond(refusal(wish.error()));
  std::visit(
      [&](auto& command) {
        ask<room::moderated>(o.where.room, std::move(command), std::move(o.respond),
                             [in = o.where.room](room::moderated done) { return json_response(json_of(in, done)); });
      },
      *wish);
}

void api_service::set_up(order o, wire::map body) {
  auto wish = read_settings(std::move(body), o.by, o.where.to->what == call::set_room);
  if (!wish) return o.respond(refusal(wish.error()));
  ask<room::configured>(o.where.room, std::move(*wish), std::move(o.respond), [](room::configured done) {
    auto out = json_response(json_of(done.now));
    if (done.created) out.status = 201;
    return out;
  });
}

void api_service::history(order o) {
  auto wish = read_history(o.where.room, o.r, core_.opts.frame);
  if (!wish) return o.respond(refusal(wish.error()));
  wish->bytes_max = core_.opts.session.answer_bytes_max;
  ask<room::page>(o.where.room, std::move(*wish), std::move(o.respond),
                  [in = o.where.room](room::page page) { return json_response(json_of(in, std::move(page))); });
}

void api_service::members(order o) {
  auto wish = read_members(o.where.room, o.r, core_.opts.frame);
  if (!wish) return o.respond(refusal(wish.error()));
  ask<room::members>(o.where.room, std::move(*wish), std::move(o.respond),
                     [in = o.where.room](room::members page) { return json_response(json_of(in, std::move(page))); });
}

void api_service::show(order o) {
  ask<room::view>(o.where.room, room::look{}, std::move(o.respond),
                  [](const room::view& v) { return json_response(json_of(v)); });
}

void api_service::list(order o) {
  auto cursor = read_cursor(o.r.parameter("after"));
  if (!cursor) return o.respond(refusal(cursor.error()));
  const auto limit = std::clamp<std::uint64_t>(o.r.number("limit", rooms_default), 1, rooms_max);
  auto told = [this, allowed = o.by.rooms, respond = std::move(o.respond)](result<room_names> page) mutable {
    if (!page) return respond(refusal(page.error()));
    if (!allowed.empty()) {
      std::erase_if(page->rooms,
                    [&](const room_id& r) { return std::ranges::find(allowed, r.str()) == allowed.end(); });
    }
    std::unordered_map<room_id, std::uint32_t> here;
    for (auto& row : core_.rooms.list()) here.emplace(std::move(row.room), row.members);
    respond(json_response(json_of(*page, here)));
  };
  core_.info->list_rooms(std::move(*cursor), limit, std::move(told));
}

}  // namespace lightstick::gateway::api
