// Who is let in, and how much a room takes, when too many want it.
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

class door : public encoded_test {
 protected:
  /// The answer that turns one more connection away; none when it is let in. Empty when it was only closed.
  static std::optional<http_response> turned_away(const ws_options& o) {
    try {
      (void)ws_client(o);
      return std::nullopt;
    } catch (const upgrade_refused& refused) {
      return refused.response;
    } catch (const connection_lost&) {
      return http_response{};
    } catch (const std::system_error&) {
      return http_response{};
    }
  }
};
LIGHTSTICK_BOTH_ENCODINGS(door);

TEST_P(door, so_many_may_be_on_their_way_in_and_those_inside_do_not_count) {
  start_node({"--limits-handshakes", "3"});
  std::vector<ws_client> inside;
  for (int i = 0; i < 5; ++i) inside.push_back(enter("fan" + std::to_string(i)));
  EXPECT_EQ(the_node().metric("lightstick_gateway_handshakes_open"), 0);
  std::vector<ws_client> silent;
  for (int i = 0; i < 3; ++i) silent.push_back(dial());
  const auto refused = turned_away(the_node().to(encoded()));
  ASSERT_TRUE(refused);
  if (refused->status != 0) {
    EXPECT_EQ(refused->status, 503);
    EXPECT_FALSE(refused->header("retry-after").empty());
  }
  EXPECT_GE(the_node().metric("lightstick_gateway_connections_refused_total", "handshakes"), 1);
  inside.front().join("aurora");
  inside.front().publish("aurora", "still served");
  silent.front().auth(the_node().token("late"));
  EXPECT_FALSE(turned_away(the_node().to(encoded())));
  EXPECT_TRUE(poll_until([&] { return http_get(the_node().admin_port(), "/healthz").status == 200; }));
}

TEST_P(door, who_comes_faster_than_the_rate_waits_and_gets_in) {
  start_node({"--rates-accepts", "50/s burst 2"});
  std::vector<ws_client> all;
  for (int i = 0; i < 10; ++i) all.push_back(dial());
  for (int i = 0; i < 10; ++i) all[i].auth(the_node().token("fan" + std::to_string(i)));
  EXPECT_GE(the_node().metric("lightstick_gateway_accepts_paused_total"), 1);
}

TEST_P(door, a_node_that_is_late_lets_nobody_more_in_and_serves_those_inside) {
  start_node({"--limits-lag", "200ms", "--timeouts-header", "400ms", "--runtime-io-threads", "1"});
  auto mina = enter("mina");
  mina.join("aurora");
  const auto pid = the_node().process().pid();
  ASSERT_EQ(::kill(pid, SIGSTOP), 0);
  std::this_thread::sleep_for(milliseconds{800});  // it is this late then: its deadlines are 100 ms apart
  ASSERT_EQ(::kill(pid, SIGCONT), 0);
  const auto refused = turned_away(the_node().to(encoded()));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_FALSE(refused->header("retry-after").empty());
  EXPECT_GE(the_node().metric("lightstick_gateway_connections_refused_total", "overloaded"), 1);
  mina.publish("aurora", "inside");
  EXPECT_TRUE(poll_until([&] { return !turned_away(the_node().to(encoded())); })) << "it has caught up";
}

TEST_P(door, compression_is_not_agreed_to_and_who_compresses_is_closed) {
  auto offer = the_node().to(encoded());
  offer.headers = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
  ws_client client(offer);
  EXPECT_TRUE(client.upgrade().header("sec-websocket-extensions").empty());
  client.auth(the_node().token("mina"));
  // A data frame with RSV1, as RFC 7692 marks what is compressed.
  client.send_bytes(std::string(encoded() == encoding::json ? "\xC1" : "\xC2") + std::string("\x80\0\0\0\0", 5));
  EXPECT_EQ(client.closed(), 1002);
  EXPECT_FALSE(turned_away(the_node().to(encoded())));
}

TEST_P(door, the_fans_of_a_room_share_a_rate_and_artists_are_not_held_back) {
  start_node({"--rates-publish-room", "2/s burst 4", "--rates-publish-artist", "unlimited"});
  auto star = enter("star", "artist");
  star.join("aurora");
  auto guard = enter("guard", "moderator");
  guard.join("aurora");
  std::vector<ws_client> fans;
  for (int i = 0; i < 6; ++i) {
    fans.push_back(enter("fan" + std::to_string(i)));
    fans.back().join("aurora");
  }
  std::vector<std::pair<ws_client*, std::uint64_t>> asked;
  for (int round = 0; round < 3; ++round) {
    for (auto& fan : fans) asked.emplace_back(&fan, fan.send({{"op", "pub"}, {"room", "aurora"}, {"text", "m"}}));
  }
  std::vector<std::uint64_t> stars;
  for (int i = 0; i < 30; ++i) stars.push_back(star.send({{"op", "pub"}, {"room", "aurora"}, {"text", "s"}}));
  int refused = 0;
  for (const auto& [fan, id] : asked) {
    const auto answer = fan->answer(id);
    if (!answer.has("err")) continue;
    ++refused;
    EXPECT_EQ(answer["err"]["code"], value(111));
    EXPECT_GE(answer["err"]["retry_ms"].number(), 100U);
  }
  EXPECT_GE(refused, 6);
  for (const auto id : stars) EXPECT_TRUE(star.answer(id).has("ok"));
  guard.publish("aurora", "calm");
  EXPECT_EQ(the_node().metric("lightstick_room_publishes_limited_total"), refused);
  fans.front().publish("aurora", "after waiting as told");
}

}  // namespace
}  // namespace lightstick::test
