// Every error and close code of docs/protocol.md, reached over a real socket; a code of that page without a way to it
// here fails, and so does a way to a code that the page does not name.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <sstream>

#include "tests/support/damage.hpp"
#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

value::map pub(const std::string& text) { return {{"op", "pub"}, {"room", "aurora"}, {"text", text}}; }
value::map join() { return {{"op", "join"}, {"room", "aurora"}}; }

class codes : public node_test, public testing::WithParamInterface<std::uint16_t> {
 public:
  ws_client dial() { return the_node().dial(encoding::json); }
  ws_client enter(const std::string& user, const std::string& role = {}) {
    return the_node().enter(encoding::json, user, role);
  }
  ws_client in_room(const std::string& user, const std::string& role = {}) {
    auto client = enter(user, role);
    client.join("aurora");
    return client;
  }
  void moderate(const std::string& act, value::map fields) {
    value::map frame{{"op", "mod"}, {"room", "aurora"}, {"act", act}};
    frame.insert(frame.end(), fields.begin(), fields.end());
    in_room("guard", "moderator").ok(std::move(frame));
  }
  value::map expired() {
    return {{"op", "auth"}, {"token", the_node().token_of({.user = "17", .ttl = seconds{-3'600}})}, {"device", "d1"}};
  }
  /// Sends all at once; the error among the answers, 0 when there is none.
  static std::uint64_t error_among(ws_client& who, const value::map& frame, int times) {
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < times; ++i) ids.push_back(who.send(frame));
    std::uint64_t found = 0;
    for (const auto id : ids) {
      if (const auto answer = who.answer(id); answer.has("err")) found = answer["err"]["code"].number();
    }
    return found;
  }
  using node_test::start_node;
  using node_test::the_node;
};

/// Damages the one table that the room's history is in, as a disk does.
bool damage_history(node& n) {
  for (const auto& item : std::filesystem::directory_iterator(n.data() / "rocks")) {
    if (item.path().extension() != ".sst") continue;
    flip_bit(item.path());
    if (run(lightstick_binary(), {"verify", n.data().string()}).out.find("room/aurora: ") != std::string::npos) {
      return true;
    }
    flip_bit(item.path());
  }
  return false;
}

std::uint64_t internal_error(codes& t) {
  auto& n = t.the_node();
  auto mina = t.in_room("mina");
  for (int i = 0; i < 5; ++i) mina.publish("aurora", std::string(400, static_cast<char>('a' + i)));
  n.restart();  // what the log held is now in tables
  EXPECT_EQ(n.terminate().exit_code, 0);
  EXPECT_TRUE(damage_history(n));
  n.start();
  auto reader = t.enter("jun");
  const auto answer = reader.answer(reader.send(join()));
  if (answer.has("err")) return answer["err"]["code"].number();
  return reader.err_code({{"op", "history"}, {"room", "aurora"}, {"after", 0}});
}

std::uint64_t slow_reader(codes& t) {
  auto options = t.the_node().to(encoding::json);
  options.dial.receive_buffer_bytes = 4'096;
  ws_client slow(options);
  slow.auth(t.the_node().token("slow"));
  slow.join("aurora");
  auto mina = t.in_room("mina", "admin");
  // 1 MiB waits in the node, and up to 4 MiB in the kernel's own buffer in front of it.
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 2'500; ++i) {
    ids.push_back(mina.send(pub(std::string(4'000, 'x'))));
    if (ids.size() < 32) continue;
    for (const auto id : ids) EXPECT_TRUE(mina.answer(id).has("ok"));
    ids.clear();
  }
  EXPECT_TRUE(poll_until([&] { return t.the_node().metric("lightstick_gateway_outbound_overflow_total") >= 1; }));
  return slow.closed();
}

std::uint64_t no_pong(codes& t) {
  t.start_node({"--timeouts-ping-after", "200ms", "--timeouts-pong-within", "300ms"});
  auto dead = t.enter("dead");
  dead.answer_pings(false);
  return dead.closed();
}

/// Gives the code that was reached.
using way = std::uint64_t (*)(codes& t);

const std::map<std::uint16_t, way>& errors() {
  static const std::map<std::uint16_t, way> all{
      {100, internal_error},
      {101, [](codes& t) { return t.dial().err_code(join()); }},
      {102,
       [](codes& t) {
         t.start_node({"--room-create-on-join=false"});
         return t.enter("mina").err_code(join());
       }},
      {103, [](codes& t) { return t.enter("mina").err_code(pub("hi")); }},
      {107,
       [](codes& t) {
         return t.enter("mina").err_code({{"op", "teleport"}});
       }},
      {109, [](codes& t) { return t.dial().err_code(t.expired()); }},
      {111,
       [](codes& t) {
         t.start_node({"--rates-publish-fan", "1/s burst 1"});
         auto mina = t.in_room("mina");
         return codes::error_among(mina, pub("hi"), 5);
       }},
      {113,
       [](codes& t) {
         t.start_node({"--room-capacity", "1"});
         const auto mina = t.in_room("mina");
         return t.enter("jun").err_code(join());
       }},
      {120,
       [](codes& t) {
         auto mina = t.in_room("mina");
         t.moderate("mute", {{"user", "mina"}});
         return mina.err_code(pub("hi"));
       }},
      {121,
       [](codes& t) {
         auto mina = t.in_room("mina");
         t.moderate("slow", {{"interval_ms", 60'000}});
         mina.ok(pub("hi"));
         return mina.err_code(pub("hi again"));
       }},
      {122,
       [](codes& t) {
         auto mina = t.in_room("mina");
         t.moderate("filter", {{"links", true}});
         return mina.err_code(pub("https://example.test"));
       }},
      {130,
       [](codes& t) {
         t.start_node(
             {"--rates-publish-fan", "unlimited", "--rates-publish-user", "unlimited", "--room-mailbox", "16"});
         auto mina = t.in_room("mina");
         std::uint64_t found = 0;
         for (int round = 0; round < 50 && found == 0; ++round) found = codes::error_among(mina, pub("hi"), 100);
         return found;
       }},
      {131,
       [](codes& t) {
         // Nobody answers the question before a message, and that is set to refuse it.
         const temp_folder folder;
         write_file(folder / "secret", std::string(32, 's'));
         t.start_node({"--hooks-before", "http://127.0.0.1:" + std::to_string(free_port()) + "/", "--hooks-on-failure",
                       "closed", "--hooks-secret-file", (folder / "secret").string()});
         return t.in_room("mina").err_code(pub("hi"));
       }},
  };
  return all;
}

const std::map<std::uint16_t, way>& closes() {
  static const std::map<std::uint16_t, way> all{
      {4001,
       [](codes& t) -> std::uint64_t {
         auto client = t.dial();
         client.send({{"op", "auth"}, {"token", "no token"}, {"device", "d1"}});
         return client.closed();
       }},
      {4003,
       [](codes& t) -> std::uint64_t {
         auto mina = t.in_room("mina");
         t.moderate("ban", {{"user", "mina"}});
         return mina.closed();
       }},
      {4007,
       [](codes& t) -> std::uint64_t {
         auto mina = t.enter("mina");
         mina.send_message(opcode::text, "{");
         return mina.closed();
       }},
      {4101, slow_reader},
      {4108,
       [](codes& t) -> std::uint64_t {
         t.start_node({"--rates-requests", "1/s burst 5"});
         auto mina = t.enter("mina");
         value::array pings;
         for (int i = 0; i < 64; ++i) pings.push_back(value::map{{"op", "ping"}, {"id", 1'000 + i}});
         mina.send_value(pings);
         return mina.closed();
       }},
      {4109,
       [](codes& t) -> std::uint64_t {
         auto client = t.dial();
         client.send(t.expired());
         return client.closed();
       }},
      {4200,
       [](codes& t) -> std::uint64_t {
         auto mina = t.enter("mina");
         t.the_node().process().signal(SIGTERM);
         return mina.closed();
       }},
      {4201, no_pong},
  };
  return all;
}

/// The numbers in the first column of the page's table whose heading begins with `heading`.
std::set<std::uint16_t> codes_of_page(const std::string& heading) {
  std::istringstream page(read_file(LIGHTSTICK_SOURCE_DIR "/docs/protocol.md"));
  std::set<std::uint16_t> found;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (!inside) {
      inside = line.starts_with("| " + heading + " |");
    } else if (!line.starts_with("|")) {
      break;
    } else if (line[2] >= '0' && line[2] <= '9') {
      found.insert(static_cast<std::uint16_t>(std::stoul(line.substr(2))));
    }
  }
  return found;
}

std::set<std::uint16_t> numbers_of(const std::map<std::uint16_t, way>& ways) {
  std::set<std::uint16_t> out;
  for (const auto& each : ways) out.insert(each.first);
  return out;
}

TEST(codes_of_the_page, are_those_that_are_reached_here) {
  EXPECT_EQ(codes_of_page("code"), numbers_of(errors()));
  EXPECT_EQ(codes_of_page("close code"), numbers_of(closes()));
}

TEST_P(codes, is_reached) {
  const auto& ways = errors().contains(GetParam()) ? errors() : closes();
  EXPECT_EQ(ways.at(GetParam())(*this), GetParam());
}

std::string number_of(const testing::TestParamInfo<std::uint16_t>& info) { return std::to_string(info.param); }
INSTANTIATE_TEST_SUITE_P(error, codes, testing::ValuesIn(numbers_of(errors())), number_of);
INSTANTIATE_TEST_SUITE_P(close, codes, testing::ValuesIn(numbers_of(closes())), number_of);

}  // namespace
}  // namespace lightstick::test
