#include "gateway/api/answers.hpp"

#include <utility>

#include "gateway/auth/base64url.hpp"
#include "gateway/protocol/frame_writer.hpp"
#include "gateway/wire/json.hpp"

namespace lightstick::gateway::api {
namespace {

using actors::errc;
namespace session = actors::session;
using json_frame = protocol::frame_writer<wire::json_writer>;

template <class Body>
std::string json(Body body) {
  std::string out;
  wire::json_writer w(out);
  body(json_frame(w), w);
  return out;
}

template <class Answer>
std::string as_frame(const Answer& a) {
  return json([&](json_frame f, wire::json_writer& /*w*/) { f.put(a); });
}

unsigned status_of(errc code) noexcept {
  switch (code) {
    case errc::unauthenticated:
    case errc::token_expired: return 401;
    case errc::room_not_found: return 404;
    case errc::forbidden:
    case errc::muted:
    case errc::filtered: return 403;
    case errc::bad_request: return 400;
    case errc::rate_limited:
    case errc::slow_mode: return 429;
    case errc::room_full: return 409;
    case errc::overloaded:
    case errc::unavailable: return 503;
    case errc::internal: break;
  }
  return 500;
}

}  // namespace

net::http_response refusal(const error& why) { return refusal(status_of(actors::protocol_code(why)), why); }

net::http_response refusal(unsigned status, const error& why) {
  net::http_response out;
  out.status = status;
  auto retry = session::retry_of(why);
  if (!retry && status == 503) retry = std::chrono::seconds{1};
  out.body = json([&](json_frame f, wire::json_writer& /*w*/) {
    f.begin_map(1);
    f.key("error");
    f.put_error(why, retry);
    f.end_map();
  });
  if (retry) {
    out.headers.emplace_back("Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(*retry).count()));
  }
  return out;
}

std::string json_of(const actors::room::view& v) {
  return json([&](json_frame f, wire::json_writer& w) {
    f.begin_map(0);
    f.field("room", v.room);
    f.field("hist", v.hist);
    f.field("created_ts", v.created);
    f.field("off", v.last);
    f.field("first", v.first);
    f.field("occupancy", v.status.occupancy);
    f.field("users", v.users);
    f.field("capacity", v.status.capacity);
    f.field("own_capacity", v.own_capacity);
    f.field("closed", v.closed);
    f.field("slow_ms", v.status.modes.slow_ms);
    f.field("members_only", v.status.modes.members_only);
    f.list("pins", v.status.modes.pins);
    f.key("filter");
    f.begin_map(0);
    w.key("words");
    w.begin_array(v.filters.words.size());
    for (const auto& word : v.filters.words) w.string(word);
    w.end_array();
    f.field("links", v.filters.links);
    f.field("repeats_ms", v.filters.repeats_ms);
    f.end_map();
    f.end_map();
  });
}

std::string json_of(const actors::room::published& p) {
  return as_frame(session::published{p.off, p.ts, p.echo != nullptr});
}

std::string json_of(const room_id& room, actors::room::page page) {
  return as_frame(session::history_page{room, std::move(page)});
}

std::string json_of(const room_id& room, actors::room::members members) {
  return as_frame(session::present{room, true, std::move(members)});
}

std::string json_of(const room_id& room, const actors::room::moderated& done) {
  return as_frame(session::moderated{room, done.off});
}

std::string json_of(const room_names& page, const std::unordered_map<room_id, std::uint32_t>& members) {
  return json([&](json_frame f, wire::json_writer& w) {
    f.begin_map(0);
    w.key("rooms");
    w.begin_array(page.rooms.size());
    for (const auto& room : page.rooms) {
      const auto here = members.find(room);
      f.begin_map(2);
      f.field("room", room);
      f.field("members", here == members.end() ? std::uint32_t{0} : here->second);
      f.end_map();
    }
    w.end_array();
    if (!page.next.empty()) f.field("next", written(page.next));
    f.end_map();
  });
}

std::string written(const std::string& cursor) { return auth::base64url(cursor); }

result<std::string> read_cursor(std::string_view text) {
  auto bytes = auth::from_base64url(text);
  if (!bytes) return fail(errc::bad_request, "after is no `next` of a page before");
  return std::move(*bytes);
}

}  // namespace lightstick::gateway::api
