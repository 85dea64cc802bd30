// Golden bytes: every block of docs/protocol.md is compared with what the gateway encodes and decodes.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "frame_text.hpp"
#include "gateway/wire/json.hpp"
#include "gateway/wire/msgpack_codec.hpp"

namespace lightstick::gateway::protocol {
namespace {

namespace session = actors::session;
namespace room = actors::room;

// ---- the blocks of the page ----

struct golden {
  std::string json;
  std::string msgpack;
  [[nodiscard]] const std::string& in(encoding e) const { return e == encoding::json ? json : msgpack; }
};
using goldens = std::map<std::string, golden>;

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

/// The blocks that begin with "```text <side> <name>": JSON on the first line, hexadecimal on the others.
goldens goldens_of(const std::string& side) {
  std::ifstream page(LIGHTSTICK_SOURCE_DIR "/docs/protocol.md");
  const std::string opening = "```text " + side + " ";
  goldens all;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with(opening)) continue;
    auto name = line.substr(opening.size());
    golden g;
    std::getline(page, g.json);
    std::string hex;
    while (std::getline(page, line) && line != "```") {
      hex += line;
    }
    g.msgpack = from_hex(hex);
    EXPECT_TRUE(all.emplace(name, std::move(g)).second) << name << " is there twice";
  }
  EXPECT_FALSE(all.empty()) << "docs/protocol.md has no block of the " << side;
  return all;
}

template <class Map>
std::set<std::string> names_of(const Map& m) {
  std::set<std::string> names;
  for (const auto& entry : m) {
    names.insert(entry.first);
  }
  return names;
}

std::string text_of(const result<std::vector<decoded>>& frames) {
  if (!frames) return "closed: " + frames.error().detail;
  std::string text;
  for (const auto& d : *frames) {
    text += (text.empty() ? "" : "\n") + frame_text::of(d);
  }
  return text;
}

// ---- what the client's frames mean ----

const std::string data_hex =
    "83a7737469636b657282a47061636ba673756d6d6572a16e11a57363616c65cb3fe0000000000000a47461677394a26869c0c3ff";

const std::map<std::string, std::string> client_frames = {
    {"auth", "#1 auth id=1 token=eyJ0.eyJz.c2ln device=web-1 resume=aurora since=h9@41 resume=lobby"},
    {"auth-first-time", "#1 auth id=1 token=eyJ0.eyJz.c2ln device=web-1"},
    {"refresh", "#7 refresh id=7 token=eyJ0.eyJz.c2ln"},
    {"join", "#2 join id=2 room=aurora since=h9@41 limit=50"},
    {"join-first-time", "#2 join id=2 room=aurora limit=50"},
    {"leave", "#6 leave id=6 room=aurora"},
    {"pub", "#3 pub id=3 room=aurora cid=c-77 text=hi reply_to=12"},
    {"pub-with-everything", "#3 pub id=3 room=aurora cid=c-78 text=안녕 💜 reply_to=12 vt=-1500 data=" + data_hex},
    {"history-before", "#4 history id=4 room=aurora before=42 limit=100"},
    {"history-after", "#4 history id=4 room=aurora after=44 limit=50"},
    {"history-newest", "#4 history id=4 room=aurora before=18446744073709551615 limit=50"},
    {"read", "#5 read id=5 room=aurora off=45"},
    {"presence-count", "#8 presence id=8 room=aurora count limit=100 after="},
    {"presence-page", "#8 presence id=8 room=aurora page limit=2 after=16"},
    {"react", "#13 react id=13 room=aurora kind=cheer n=3 seq=8"},
    {"board", "#14 board id=14 room=aurora day top=3 watch"},
    {"typing", "#15 typing id=15 room=aurora"},
    {"ping", "#10 ping id=10"},
    {"mod-delete", "#12 mod id=12 room=aurora delete user= off=44 ms=0 why=spam"},
    {"mod-delete-user", "#12 mod id=12 room=aurora delete user=17 ms=0 why="},
    {"mod-mute", "#12 mod id=12 room=aurora mute user=17 ms=600000 why=spam"},
    {"mod-unmute", "#12 mod id=12 room=aurora unmute user=17 ms=0 why="},
    {"mod-ban", "#12 mod id=12 room=aurora ban user=17 ms=0 devices why=spam"},
    {"mod-unban", "#12 mod id=12 room=aurora unban user=17 ms=0 why="},
    {"mod-shadow", "#12 mod id=12 room=aurora shadow user=17 ms=600000 why="},
    {"mod-unshadow", "#12 mod id=12 room=aurora unshadow user=17 ms=0 why="},
    {"mod-filter",
     "#12 mod id=12 room=aurora filter user= ms=0 why=calm add=바보 add=ばか remove=spam links=1 repeats=60000"},
    {"mod-slow", "#12 mod id=12 room=aurora slow user= ms=5000 why="},
    {"mod-members-only", "#12 mod id=12 room=aurora members_only user= ms=0 on why="},
    {"mod-pin", "#12 mod id=12 room=aurora pin user= off=44 ms=0 why="},
    {"mod-unpin", "#12 mod id=12 room=aurora unpin user= off=44 ms=0 why="},
    {"two-frames", "#5 read id=5 room=aurora off=45\n#10 ping id=10"},
};

TEST(golden_frames, every_client_frame_of_the_page_is_tested) {
  EXPECT_EQ(names_of(goldens_of("client")), names_of(client_frames));
}

TEST(golden_frames, client_frames_mean_the_same_in_both_encodings) {
  for (const auto& [name, g] : goldens_of("client")) {
    auto expected = client_frames.find(name);
    if (expected == client_frames.end()) continue;
    EXPECT_EQ(text_of(decode(encoding::json, g.json, {})), expected->second) << name;
    EXPECT_EQ(text_of(decode(encoding::msgpack, g.msgpack, {})), expected->second) << name;
  }
}

/// The writers give the page's bytes for every frame of the page, whichever encoding it was read from.
TEST(golden_frames, both_encodings_carry_the_same_maps) {
  for (const auto* side : {"client", "server"}) {
    for (const auto& [name, g] : goldens_of(side)) {
      auto from_json = wire::read_json(g.json, {});
      auto from_msgpack = wire::read_msgpack(g.msgpack, {});
      ASSERT_TRUE(from_json && from_msgpack) << name;
      EXPECT_EQ(*from_json, *from_msgpack) << name;
      std::string json;
      wire::json_writer to_json(json);
      wire::write(to_json, *from_msgpack);
      EXPECT_EQ(json, g.json) << name;
      std::string msgpack;
      wire::msgpack_writer to_msgpack(msgpack);
      wire::write(to_msgpack, *from_json);
      EXPECT_EQ(msgpack, g.msgpack) << name;
    }
  }
}

// ---- what the server says ----

constexpr wall_ms at{1'790'000'000'000};
const room_id aurora("aurora");

actors::chat_message_ptr said(std::uint64_t off, std::string text) {
  actors::chat_message m{.off = offset(off),
                         .ts = at,
                         .user = user_id("17"),
                         .name = "Mina",
                         .from = actors::role::fan,
                         .text = std::move(text),
                         .reply_to = {},
                         .vt = {},
                         .data = {},
                         .gone = false};
  return std::make_shared<const actors::chat_message>(std::move(m));
}

/// Withdrawn: nothing of what it said may be seen.
actors::chat_message_ptr withdrawn(std::uint64_t off) {
  auto m = *said(off, "secret");
  m.gone = true;
  return std::make_shared<const actors::chat_message>(std::move(m));
}

actors::chat_message_ptr tomb_at(std::uint64_t off, actors::tomb_kind of) {
  actors::chat_message m;
  m.off = offset(off);
  m.ts = at;
  m.tomb = of;
  if (of == actors::tomb_kind::message) m.reply_to = offset(44);
  if (of == actors::tomb_kind::user) m.user = user_id("17");
  return std::make_shared<const actors::chat_message>(std::move(m));
}

std::string tomb_push(encoding e, actors::tomb_kind of) { return tomb(e, aurora, *tomb_at(46, of)); }

actors::chat_message_ptr with_everything(std::uint64_t off) {
  actors::chat_message m{.off = offset(off),
                         .ts = wall_ms{at.value + 250},
                         .user = user_id("haru"),
                         .name = "Haru",
                         .from = actors::role::artist,
                         .text = "",
                         .reply_to = offset(42),
                         .vt = -1500,
                         .data = from_hex(data_hex),
                         .gone = false};
  return std::make_shared<const actors::chat_message>(std::move(m));
}

room::joined aurora_at(std::uint64_t off, std::vector<actors::chat_message_ptr> messages) {
  return {.room = aurora,
          .hist = history_id("h9"),
          .off = offset(off),
          .recovered = true,
          .more = false,
          .messages = std::move(messages),
          .status = {.occupancy = 812, .capacity = 10'000}};
}

result<room::joined> full() { return fail(actors::errc::room_full, "10000 sessions in room/aurora on n1"); }

session::welcome welcome() {
  session::welcome w{.user = user_id("17"),
                     .session = session_id("s8"),
                     .name = "Mina",
                     .as = actors::role::fan,
                     .expires_in_s = 3600,
                     .rooms = {},
                     .mine = {{aurora, offset(40)}, {room_id("backstage"), offset(7)}}};
  w.rooms.push_back({aurora, aurora_at(41, {}), offset(40)});
  w.rooms.push_back({room_id("lobby"), full(), {}});
  return w;
}

session::refusal refused(actors::errc code, std::string detail = "of the inside",
                         std::optional<std::chrono::milliseconds> retry = std::nullopt) {
  return {error{make_error_code(code), std::move(detail)}, retry};
}

actors::room_change changed() { return {aurora, {.occupancy = 813, .capacity = 10'000}, {}, {}}; }
actors::room_change changed_members() {
  auto c = changed();
  c.joined = {{user_id("18"), "하루", actors::role::moderator}};
  c.left = {user_id("17"), user_id("haru")};
  return c;
}

actors::room_change reacted_to() {
  auto c = changed();
  c.status.reactions = {{"cheer", 4'711}, {"heart", 2}};
  return c;
}
constexpr wall_ms midnight{1'789'948'800'000};
actors::board_entry row(std::string user, std::string name, std::uint64_t n, std::uint64_t err = 0) {
  return {user_id(std::move(user)), std::move(name), n, err};
}
actors::room_change lively() {
  auto c = changed();
  c.boards = {{actors::board_of::day, midnight, {row("17", "Mina", 131)}, {user_id("haru")}},
              {actors::board_of::all, {}, {row("17", "Mina", 977)}, {}}};
  c.typing = {{user_id("18"), "하루", actors::role::moderator}};
  return c;
}
room::board_page board_page() {
  return {actors::board_of::day, midnight, {row("17", "Mina", 130), row("haru", "Haru", 12, 2)}, 2, 60'000};
}
std::string reacted(encoding e, room::reacted what) { return answer(e, 13, session::reacted{aurora, 8, what}); }
actors::room_change moderated() {
  auto c = changed();
  c.status.modes = {5000, true, {offset(12), offset(44)}};
  return c;
}

session::present crowd(bool page) {
  session::present p{.room = aurora, .page = page, .members = {.count = 812, .page = {}, .next = {}}};
  if (page) {
    p.members.page = {{user_id("17"), "Mina", actors::role::fan}, {user_id("haru"), "Haru", actors::role::artist}};
    p.members.next = "haru";
  }
  return p;
}

using std::chrono::milliseconds;

const std::map<std::string, std::function<std::string(encoding)>> server_frames = {
    {"hello", [](encoding e) { return hello(e, node_id("n1"), milliseconds(25'000), {}); }},
    {"refused-without-id",
     [](encoding e) { return refusal(e, {}, refused(actors::errc::bad_request, "id is missing")); }},
    {"refused-field",
     [](encoding e) {
       return refusal(e, 9, refused(actors::errc::bad_request, "limit is not an integer from 1 to 100"));
     }},
    {"auth-answer", [](encoding e) { return answer(e, 1, welcome()); }},
    {"refresh-answer", [](encoding e) { return answer(e, 7, session::refreshed{3600}); }},
    {"join-answer",
     [](encoding e) {
       auto messages = {said(42, "안녕 \"aurora\" 💜"), withdrawn(43), with_everything(44)};
       return answer(e, 2, session::join_result{aurora, aurora_at(44, messages), offset(40)});
     }},
    {"join-refused",
     [](encoding e) {
       return answer(e, 2, session::join_result{aurora, full(), {}});
     }},
    {"join-deferred",
     [](encoding e) {
       error later{make_error_code(actors::errc::overloaded), "", milliseconds(4'200)};
       return answer(e, 2, session::join_result{aurora, fail(std::move(later)), {}});
     }},
    {"leave-answer", [](encoding e) { return answer(e, 6, session::left{aurora}); }},
    {"pub-answer",
     [](encoding e) {
       return answer(e, 3, session::published{offset(45), at});
     }},
    {"history-answer",
     [](encoding e) {
       return answer(e, 4, session::history_page{aurora, {{said(40, "hi"), withdrawn(41)}, true}});
     }},
    {"read-answer",
     [](encoding e) {
       return answer(e, 5, session::cursor{{aurora, offset(45)}});
     }},
    {"presence-count-answer", [](encoding e) { return answer(e, 8, crowd(false)); }},
    {"presence-page-answer", [](encoding e) { return answer(e, 8, crowd(true)); }},
    {"ping-answer", [](encoding e) { return pong(e, 10, at); }},
    {"unknown-op",
     [](encoding e) { return refusal(e, 11, refused(actors::errc::bad_request, "op is none of this server's")); }},
    {"msgs-sampled", [](encoding e) { return messages(e, aurora, std::vector{said(45, "hi")}, 7); }},
    {"msgs", [](encoding e) { return messages(e, aurora, std::vector{said(45, "hi")}); }},
    {"state", [](encoding e) { return change(e, changed()); }},
    {"state-with-members", [](encoding e) { return change(e, changed_members()); }},
    {"state-moderated", [](encoding e) { return change(e, moderated()); }},
    {"tomb", [](encoding e) { return tomb_push(e, actors::tomb_kind::message); }},
    {"tomb-of-user", [](encoding e) { return tomb_push(e, actors::tomb_kind::user); }},
    {"tomb-unnamed", [](encoding e) { return tomb_push(e, actors::tomb_kind::unnamed); }},
    {"history-with-tombs",
     [](encoding e) {
       auto messages = {withdrawn(44), tomb_at(45, actors::tomb_kind::message),
                        tomb_at(46, actors::tomb_kind::unnamed)};
       return answer(e, 4, session::history_page{aurora, {messages, false}});
     }},
    {"state-reacted", [](encoding e) { return change(e, reacted_to()); }},
    {"state-lively", [](encoding e) { return change(e, lively()); }},
    {"board-answer",
     [](encoding e) {
       return answer(e, 14, session::boarded{aurora, board_page()});
     }},
    {"typing-answer",
     [](encoding e) {
       return answer(e, 15, session::typed{aurora, true});
     }},
    {"react-answer",
     [](encoding e) {
       return reacted(e, {room::reacted::how::counted, 0});
     }},
    {"react-again",
     [](encoding e) {
       return reacted(e, {room::reacted::how::again, 0});
     }},
    {"react-passed",
     [](encoding e) {
       return reacted(e, {room::reacted::how::lost, 412});
     }},
    {"mod-answer",
     [](encoding e) {
       return answer(e, 12, session::moderated{aurora, {}});
     }},
    {"mod-delete-answer",
     [](encoding e) {
       return answer(e, 12, session::moderated{aurora, offset(46)});
     }},
    {"pub-echo-answer",
     [](encoding e) {
       return answer(e, 3, session::published{offset(44), at, true});
     }},
    {"echo",
     [](encoding e) {
       return echo(e, {aurora, offset(44), said(0, "hi")});
     }},
    {"read-push",
     [](encoding e) {
       return cursor(e, {aurora, offset(45)});
     }},
    {"move",
     [](encoding e) {
       return move(e, {milliseconds(1'000), milliseconds(4'000), ""});
     }},
    {"move-elsewhere",
     [](encoding e) {
       return move(e, {milliseconds(0), milliseconds(4'000), "wss://n2.example/v1/ws"});
     }},
    {"rate-limited",
     [](encoding e) { return refusal(e, 4, refused(actors::errc::rate_limited, "", milliseconds(800))); }},
    {"token-not-checked-yet",
     [](encoding e) { return refusal(e, 1, refused(actors::errc::unavailable, "", milliseconds(1'000))); }},
};

TEST(golden_frames, every_server_frame_of_the_page_is_tested) {
  EXPECT_EQ(names_of(goldens_of("server")), names_of(server_frames));
}

TEST(golden_frames, server_frames_have_the_bytes_of_the_page) {
  for (const auto& [name, g] : goldens_of("server")) {
    auto encoded = server_frames.find(name);
    if (encoded == server_frames.end()) continue;
    EXPECT_EQ(encoded->second(encoding::json), g.json) << name;
    EXPECT_EQ(encoded->second(encoding::msgpack), g.msgpack) << name;
  }
}

}  // namespace
}  // namespace lightstick::gateway::protocol
