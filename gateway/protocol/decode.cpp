#include <algorithm>
#include <array>
#include <limits>

#include "actors/room/moderation.hpp"
#include "gateway/protocol/fields.hpp"
#include "gateway/protocol/frames.hpp"
#include "gateway/wire/json.hpp"
#include "gateway/wire/msgpack_codec.hpp"
#include "runtime/base/names.hpp"

namespace lightstick::gateway::protocol {
namespace {

namespace session = actors::session;

constexpr std::uint64_t id_max = (std::uint64_t{1} << 53) - 1;  ///< what every JSON reader keeps exactly
constexpr std::uint64_t offset_max = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t data_depth_max = 6;
constexpr std::uint32_t history_limit_max = 100;
constexpr std::uint32_t join_limit_max = 100;
constexpr std::uint32_t presence_limit_max = 100;
constexpr std::uint32_t board_top_max = 100;

room_id room_of(fields& f) { return room_id(f.name("room", name_bytes_max)); }

std::optional<offset> optional_offset(fields& f, std::string_view key, std::uint64_t min) {
  auto n = f.optional_number(key, min, offset_max);
  return n ? std::optional(offset(*n)) : std::nullopt;
}

std::uint32_t limit_of(fields& f, std::uint32_t min, std::uint32_t max, std::uint32_t otherwise) {
  return static_cast<std::uint32_t>(f.optional_number("limit", min, max).value_or(otherwise));
}

actors::room::since since_of(fields& f) {
  actors::room::since s;
  s.hist = history_id(f.name("hist", name_bytes_max));
  s.off = offset(f.number("off", 0, offset_max));
  return s;
}

/// How deep arrays and maps lie inside one another.
std::uint32_t depth_of(const wire::value& v) {
  std::uint32_t inner = 0;
  if (const auto* m = v.as<wire::map>()) {
    for (const auto& e : *m) {
      inner = std::max(inner, depth_of(e.val));
    }
    return inner + 1;
  }
  if (const auto* a = v.as<wire::array>()) {
    for (const auto& e : *a) {
      inner = std::max(inner, depth_of(e));
    }
    return inner + 1;
  }
  return 0;
}

/// `data` as msgpack in its shortest forms, keys in the order sent; empty when absent.
std::string data_of(fields& f, const limits& l) {
  auto* m = f.optional_map("data");
  if (m == nullptr) return {};
  wire::value v(std::move(*m));
  if (depth_of(v) > data_depth_max) {
    f.refuse("data", "is nested deeper than " + std::to_string(data_depth_max) + " arrays and maps");
    return {};
  }
  std::string bytes;
  wire::msgpack_writer w(bytes);
  wire::write(w, v);
  if (bytes.size() > l.data_bytes) {
    f.refuse("data", "is longer than " + std::to_string(l.data_bytes) + " bytes of msgpack");
  }
  return bytes;
}

// ---- one parser an op ----

session::resume_entry resume_entry_of(fields& f) {
  session::resume_entry entry;
  entry.room = room_of(f);
  if (f.has("hist") || f.has("off")) entry.since = since_of(f);
  return entry;
}

client_frame parse_auth(fields& f, session::request_id id, const limits& l) {
  auth a{.id = id,
         .token = f.filled_string("token"),
         .device = device_id(f.name("device", device_bytes_max)),
         .resume = {}};
  auto* entries = f.optional_array("resume");
  if (entries == nullptr) return a;
  if (entries->size() > l.resume_rooms) {
    f.refuse("resume", "has more than " + std::to_string(l.resume_rooms) + " rooms");
    return a;
  }
  for (std::size_t i = 0; i < entries->size() && !f.failed(); ++i) {
    auto place = "resume[" + std::to_string(i) + "]";
    auto* m = (*entries)[i].as<wire::map>();
    if (m == nullptr) {
      f.refuse(place, "is not a map");
      break;
    }
    fields entry(*m, place + ".");
    a.resume.push_back(resume_entry_of(entry));
    if (entry.failed()) f.refuse(entry.why());
  }
  return a;
}

client_frame parse_refresh(fields& f, session::request_id id, const limits&) {
  return refresh{.id = id, .token = f.filled_string("token")};
}

client_frame parse_ping(fields&, session::request_id id, const limits&) { return ping{.id = id}; }

client_frame parse_join(fields& f, session::request_id id, const limits&) {
  session::join j{.id = id, .room = room_of(f), .since = {}, .limit = limit_of(f, 0, join_limit_max, 50)};
  if (auto* m = f.optional_map("since")) {
    fields since(*m, "since.");
    j.since = since_of(since);
    if (since.failed()) f.refuse(since.why());
  }
  return j;
}

client_frame parse_leave(fields& f, session::request_id id, const limits&) {
  return session::leave{.id = id, .room = room_of(f)};
}

client_frame parse_pub(fields& f, session::request_id id, const limits& l) {
  session::publish p{.id = id,
                     .room = room_of(f),
                     .cid = f.optional_name("cid", cid_bytes_max).value_or(""),
                     .text = f.optional_string("text", l.text_bytes).value_or(""),
                     .reply_to = optional_offset(f, "reply_to", 1),
                     .vt = f.optional_signed("vt"),
                     .data = data_of(f, l)};
  if (p.text.empty() && p.data.empty()) f.refuse("text", "is missing or empty, and there is no data");
  return p;
}

client_frame parse_history(fields& f, session::request_id id, const limits&) {
  session::history h{.id = id,
                     .room = room_of(f),
                     .before = optional_offset(f, "before", 0),
                     .after = optional_offset(f, "after", 0),
                     .limit = limit_of(f, 1, history_limit_max, 50)};
  if (h.before && h.after) f.refuse("before", "and after exclude each other");
  if (!h.before && !h.after) h.before = offset(offset_max);
  return h;
}

client_frame parse_read(fields& f, session::request_id id, const limits&) {
  return session::read{.id = id, .room = room_of(f), .off = offset(f.number("off", 0, offset_max))};
}

client_frame parse_presence(fields& f, session::request_id id, const limits&) {
  session::presence p;
  p.id = id;
  p.room = room_of(f);
  auto mode = f.optional_string("mode", name_bytes_max).value_or("count");
  p.page = mode == "page";
  if (!p.page && mode != "count") f.refuse("mode", "is neither count nor page");
  p.limit = limit_of(f, 1, presence_limit_max, presence_limit_max);
  p.after = f.optional_name("after", name_bytes_max).value_or("");
  return p;
}

constexpr std::uint64_t for_ms_max = std::uint64_t{100} * 365 * 24 * 3600 * 1000;

std::optional<actors::room::act> act_of(std::string_view name) {
  for (auto a = actors::room::act{}; a <= actors::room::act_last;
       a = static_cast<actors::room::act>(static_cast<std::uint8_t>(a) + 1)) {
    if (to_string(a) == name) return a;
  }
  return std::nullopt;
}

/// A list of words; nothing when it is absent.
std::vector<std::string> words_of(fields& f, std::string_view key) {
  std::vector<std::string> words;
  auto* list = f.optional_array(key);
  if (list == nullptr) return words;
  for (auto& each : *list) {
    auto* word = each.as<std::string>();
    if (word == nullptr || word->size() > actors::room::moderation::word_bytes_max || !valid_utf8(*word)) {
      f.refuse(key, "has something that is no word of at most " +
                        std::to_string(actors::room::moderation::word_bytes_max) + " bytes");
      break;
    }
    words.push_back(std::move(*word));
  }
  return words;
}

/// The fields that one act has.
void parse_act(fields& f, session::moderate& m) {
  using actors::room::act;
  switch (m.what) {
    case act::withdraw:
      m.off = optional_offset(f, "off", 1);
      m.user = user_id(f.optional_name("user", name_bytes_max).value_or(""));
      if (m.off.has_value() == !m.user.empty()) f.refuse("off", "or user is what delete takes, one of them");
      return;
    case act::ban:
    case act::shadow:
    case act::mute:
      m.user = user_id(f.name("user", name_bytes_max));
      m.ms = f.optional_number("for_ms", 1, for_ms_max).value_or(0);
      if (m.what == act::ban) m.devices = f.optional_flag("devices").value_or(false);
      return;
    case act::unban:
    case act::unshadow:
    case act::unmute: m.user = user_id(f.name("user", name_bytes_max)); return;
    case act::slow: m.ms = f.number("interval_ms", 0, actors::room::moderation::slow_max.count()); return;
    case act::members_only: {
      const auto on = f.optional_flag("on");
      if (!on) f.refuse("on", "is missing");
      m.on = on.value_or(false);
      return;
    }
    case act::filter:
      m.add = words_of(f, "add");
      m.remove = words_of(f, "remove");
      m.links = f.optional_flag("links");
      m.repeats_ms = f.optional_number("repeats_ms", 0, actors::room::moderation::repeats_max.count());
      return;
    case act::pin:
    case act::unpin: m.off = offset(f.number("off", 1, offset_max)); return;
  }
}

client_frame parse_mod(fields& f, session::request_id id, const limits&) {
  session::moderate m;
  m.id = id;
  m.room = room_of(f);
  const auto name = f.filled_string("act");
  const auto what = act_of(name);
  if (!what) f.refuse("act", "is none of this server's");
  m.what = what.value_or(actors::room::act::withdraw);
  if (what) parse_act(f, m);
  m.why = f.optional_string("why", actors::room::moderation::why_bytes_max).value_or("");
  if (!valid_utf8(m.why)) f.refuse("why", "is not UTF-8");
  return m;
}

client_frame parse_react(fields& f, session::request_id id, const limits&) {
  session::react c;
  c.id = id;
  c.room = room_of(f);
  c.kind = f.filled_string("kind");
  if (!f.failed() && !actors::room::valid_kind(c.kind)) {
    f.refuse("kind", "is not 1 to 16 lower-case letters, digits, - and _");
  }
  c.n = static_cast<std::uint32_t>(f.optional_number("n", 1, actors::room::reaction_n_max).value_or(1));
  c.seq = f.number("seq", 1, id_max);
  return c;
}

client_frame parse_board(fields& f, session::request_id id, const limits&) {
  session::board b;
  b.id = id;
  b.room = room_of(f);
  const auto of = f.optional_string("of", name_bytes_max).value_or("day");
  b.of = of == "all" ? actors::board_of::all : actors::board_of::day;
  if (of != "day" && of != "all") f.refuse("of", "is neither day nor all");
  b.top = static_cast<std::uint32_t>(f.optional_number("top", 1, board_top_max).value_or(10));
  b.watch = f.optional_flag("watch").value_or(false);
  return b;
}

client_frame parse_typing(fields& f, session::request_id id, const limits&) {
  return session::typing{.id = id, .room = room_of(f)};
}

struct operation {
  std::string_view name;
  client_frame (*parse)(fields& f, session::request_id id, const limits& l);
};
/// By how often they come.
constexpr std::array<operation, 13> operations{{{"pub", parse_pub},
                                                {"react", parse_react},
                                                {"typing", parse_typing},
                                                {"read", parse_read},
                                                {"ping", parse_ping},
                                                {"history", parse_history},
                                                {"join", parse_join},
                                                {"presence", parse_presence},
                                                {"board", parse_board},
                                                {"leave", parse_leave},
                                                {"auth", parse_auth},
                                                {"refresh", parse_refresh},
                                                {"mod", parse_mod}}};

tl::unexpected<error> bad_request(std::string why) { return fail(actors::errc::bad_request, std::move(why)); }

decoded decode_frame(wire::map& m, const limits& l) {
  fields f(m);
  auto id = f.number("id", 0, id_max);
  if (f.failed()) return {std::nullopt, bad_request(f.why())};
  auto op = f.filled_string("op");
  if (f.failed()) return {id, bad_request(f.why())};
  const auto* known =
      std::find_if(operations.begin(), operations.end(), [&op](const operation& o) { return o.name == op; });
  if (known == operations.end()) return {id, bad_request("op is none of this server's")};
  auto frame = known->parse(f, id, l);
  if (f.failed()) return {id, bad_request(f.why())};
  return {id, std::move(frame)};
}

result<wire::value> read(encoding e, std::string_view bytes, const limits& l) {
  wire::bounds b{.bytes = l.frame_bytes, .depth = l.depth, .items = l.items};
  return e == encoding::json ? wire::read_json(bytes, b) : wire::read_msgpack(bytes, b);
}

}  // namespace

result<client_frame> decode_body(std::string_view op, const room_id& room, wire::map body, const limits& l) {
  std::erase_if(body, [](const wire::member& m) { return m.key == "op" || m.key == "id" || m.key == "room"; });
  body.push_back({"op", wire::value(op)});
  body.push_back({"id", wire::value(std::uint64_t{0})});
  body.push_back({"room", wire::value(room.str())});
  return decode_frame(body, l).frame;
}

result<std::vector<decoded>> decode(encoding e, std::string_view bytes, const limits& l) {
  auto root = read(e, bytes, l);
  if (!root) return fail(std::move(root.error()));
  std::vector<decoded> frames;
  if (auto* one = root->as<wire::map>()) {
    frames.push_back(decode_frame(*one, l));
    return frames;
  }
  auto* many = root->as<wire::array>();
  if (many == nullptr || many->empty()) return fail(errc::invalid, "neither a frame nor an array of frames");
  if (many->size() > l.frames) {
    return fail(errc::invalid, "more than " + std::to_string(l.frames) + " frames in one message");
  }
  frames.reserve(many->size());
  for (auto& element : *many) {
    auto* m = element.as<wire::map>();
    if (m == nullptr) return fail(errc::invalid, "an element of the array is not a frame");
    frames.push_back(decode_frame(*m, l));
  }
  return frames;
}

}  // namespace lightstick::gateway::protocol
