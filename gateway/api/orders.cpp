#include "gateway/api/orders.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "gateway/protocol/fields.hpp"
#include "runtime/base/names.hpp"

namespace lightstick::gateway::api {
namespace {

namespace room = actors::room;
namespace session = actors::session;
using protocol::fields;

tl::unexpected<error> bad(std::string why) { return fail(actors::errc::bad_request, std::move(why)); }

/// The frame of the protocol that asks the same. REQUIRES: `op` gives a `Frame`.
template <class Frame>
result<Frame> frame_of(std::string_view op, const room_id& in, wire::map body, const protocol::limits& l) {
  auto frame = protocol::decode_body(op, in, std::move(body), l);
  if (!frame) return fail(std::move(frame.error()));
  return std::get<Frame>(std::move(*frame));
}

/// Parameters of the query as fields: numbers as such, all else as text, so that the frame's reader refuses it by name.
result<wire::map> query_fields(const net::http_request& r, std::initializer_list<std::string_view> numbers,
                               std::initializer_list<std::string_view> texts) {
  wire::map out;
  for (const auto key : numbers) {
    const auto text = r.parameter(key);
    if (text.empty()) continue;
    std::uint64_t n = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, n);
    const bool fits = read.ec == std::errc() && read.ptr == end;
    out.push_back({std::string(key), fits ? wire::value(n) : wire::value(text)});
  }
  for (const auto key : texts) {
    auto text = net::percent_decoded(r.parameter(key));
    if (!text || !valid_utf8(*text)) return bad(std::string(key) + " is not UTF-8");
    if (!text->empty()) out.push_back({std::string(key), wire::value(std::move(*text))});
  }
  return out;
}

/// One thing that can be set: not named at all, or taken back.
struct setting {
  setting(wire::map& from, std::string_view key, bool whole)
      : named(wire::find(from, key) != nullptr), back(named ? wire::find(from, key)->is_null() : whole) {}
  bool named;
  bool back;
};

template <class T>
void set(std::optional<T>& to, const setting& how, std::optional<T> read, T otherwise) {
  if (how.back) {
    to = otherwise;
  } else if (how.named) {
    to = std::move(read);
  }
}

std::vector<std::string> words_of(fields& f) {
  std::vector<std::string> out;
  auto* list = f.optional_array("words");
  if (list == nullptr) return out;
  for (auto& each : *list) {
    auto* word = each.as<std::string>();
    if (word == nullptr) {
      f.refuse("words", "has something that is not a string");
      break;
    }
    out.push_back(std::move(*word));
  }
  return out;
}

void read_filter(wire::map& from, bool whole, fields& outer, room::configure& c) {
  const setting words(from, "words", whole);
  const setting links(from, "links", whole);
  const setting repeats(from, "repeats_ms", whole);
  fields f(from, "filter.");
  set(c.words, words, std::optional(words_of(f)), {});
  set(c.links, links, f.optional_flag("links"), false);
  set(c.repeats_ms, repeats, f.optional_number("repeats_ms", 0, room::moderation::repeats_max.count()),
      std::uint64_t{0});
  if (f.failed()) outer.refuse(f.why());
}

}  // namespace

result<room::post> read_post(const room_id& in, wire::map body, const auth::claims& by, std::string cid,
                             const protocol::limits& l) {
  fields own(body);
  auto name = own.optional_name("name", name_bytes_max);
  const auto role_name = own.optional_string("role", name_bytes_max);
  auto as = role_name ? actors::parse_role(*role_name) : result<actors::role>(by.as);
  if (!as) own.refuse("role", "is none of fan, artist, moderator, admin");
  if (own.failed()) return bad(own.why());
  if (*as > by.as) return fail(actors::errc::forbidden, "role is higher than the token's");
  if (const auto* sent = wire::find(body, "cid"); sent != nullptr) {
    return bad("cid is not taken here: send the header Idempotency-Key");
  }
  auto said = frame_of<session::publish>("pub", in, std::move(body), l);
  if (!said) return fail(std::move(said.error()));
  return room::post{by.user,  name.value_or(by.name), *as, std::move(cid), std::move(said->text), said->reply_to,
                    said->vt, std::move(said->data)};
}

result<act_order> read_act(const room_id& in, wire::map body, const auth::claims& by, const protocol::limits& l) {
  auto m = frame_of<session::moderate>("mod", in, std::move(body), l);
  if (!m) return fail(std::move(m.error()));
  const auto as = std::max(by.as, actors::role::moderator);
  if (m->what == room::act::filter) {
    return room::set_filter{by.user,          as, std::move(m->add), std::move(m->remove), m->links, m->repeats_ms,
                            std::move(m->why)};
  }
  return room::moderate{by.user, as, m->what, std::move(m->user), m->off, m->ms, m->on, m->devices, std::move(m->why)};
}

result<room::configure> read_settings(wire::map body, const auth::claims& by, bool whole) {
  static constexpr std::array<std::string_view, 6> known{"capacity",     "closed", "slow_ms",
                                                         "members_only", "filter", "why"};
  for (const auto& [key, val] : body) {
    if (std::ranges::find(known, key) == known.end()) return bad("a room has no setting \"" + key + "\"");
  }
  const setting capacity(body, "capacity", whole);
  const setting closed(body, "closed", whole);
  const setting slow(body, "slow_ms", whole);
  const setting members(body, "members_only", whole);
  const setting filter(body, "filter", whole);
  fields f(body);
  room::configure c;
  c.by = by.user;
  c.create = whole;
  auto sessions = f.optional_number("capacity", 1, room::moderation::capacity_max);
  set(c.capacity, capacity, sessions ? std::optional(static_cast<std::uint32_t>(*sessions)) : std::nullopt, 0U);
  set(c.closed, closed, f.optional_flag("closed"), false);
  set(c.slow_ms, slow, f.optional_number("slow_ms", 0, room::moderation::slow_max.count()), std::uint64_t{0});
  set(c.members_only, members, f.optional_flag("members_only"), false);
  if (filter.back) {
    wire::map none;
    read_filter(none, true, f, c);
  } else if (auto* rules = f.optional_map("filter")) {
    read_filter(*rules, whole, f, c);
  }
  c.why = f.optional_string("why", room::moderation::why_bytes_max).value_or("");
  if (f.failed()) return bad(f.why());
  return c;
}

result<room::history> read_history(const room_id& in, const net::http_request& r, const protocol::limits& l) {
  auto query = query_fields(r, {"before", "after", "limit"}, {});
  if (!query) return fail(std::move(query.error()));
  auto h = frame_of<session::history>("history", in, std::move(*query), l);
  if (!h) return fail(std::move(h.error()));
  return room::history{h->before, h->after, h->limit};
}

result<room::presence> read_members(const room_id& in, const net::http_request& r, const protocol::limits& l) {
  auto query = query_fields(r, {"limit"}, {"after"});
  if (!query) return fail(std::move(query.error()));
  query->push_back({"mode", wire::value("page")});
  auto p = frame_of<session::presence>("presence", in, std::move(*query), l);
  if (!p) return fail(std::move(p.error()));
  return room::presence{p->limit, p->after};
}

}  // namespace lightstick::gateway::api
