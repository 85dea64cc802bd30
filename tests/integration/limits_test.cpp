#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

class limits : public encoded_test {
 protected:
  /// Whether the node lets one more connection in and talks to it.
  static bool is_let_in(const ws_options& o) {
    try {
      return ws_client(o).is_open();
    } catch (const upgrade_refused& refused) {
      EXPECT_TRUE(refused.response.status == 503 || refused.response.status == 429) << refused.response.status;
      return false;
    } catch (const connection_lost&) {
      return false;
    } catch (const std::system_error&) {
      return false;
    }
  }
};
LIGHTSTICK_BOTH_ENCODINGS(limits);

TEST_P(limits, who_publishes_too_fast_is_told_when_to_come_again) {
  start_node({"--rates-publish-fan", "2/s burst 3"});
  auto mina = enter("mina");
  mina.join("aurora");
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 6; ++i) {
    ids.push_back(mina.send({{"op", "pub"}, {"room", "aurora"}, {"text", "m"}}));
  }
  std::uint64_t refused = 0;
  for (const auto id : ids) {
    const auto answer = mina.answer(id);
    if (answer.has("err")) {
      ++refused;
      EXPECT_EQ(answer["err"]["code"], value(111));
      EXPECT_GE(answer["err"]["retry_ms"].number(), 1U);
      EXPECT_LE(answer["err"]["retry_ms"].number(), 2'000U);
    }
  }
  EXPECT_GE(refused, 1U);
  mina.publish("aurora", "after waiting as told");
}

TEST_P(limits, a_fans_devices_share_a_rate_and_those_of_one_address_too) {
  start_node({"--rates-publish-user", "1/s burst 4", "--rates-publish-address", "1/s burst 6",
              "--limits-loopback-exempt=false"});
  auto phone = enter("mina");
  auto tablet = enter("mina");
  auto jun = enter("jun");
  auto star = enter("star", "artist");
  for (auto* each : {&phone, &tablet, &jun, &star}) each->join("aurora");
  const auto taken_of = [](ws_client& who, int messages) {
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < messages; ++i) ids.push_back(who.send({{"op", "pub"}, {"room", "aurora"}, {"text", "m"}}));
    int taken = 0;
    for (const auto id : ids) {
      const auto answer = who.answer(id);
      if (!answer.has("err")) {
        ++taken;
        continue;
      }
      EXPECT_EQ(answer["err"]["code"], value(111));
      EXPECT_GE(answer["err"]["retry_ms"].number(), 1U);
    }
    return taken;
  };
  EXPECT_EQ(taken_of(phone, 2), 2);
  EXPECT_LE(taken_of(tablet, 4), 3) << "of a user's four, and of the address's six";
  EXPECT_LE(taken_of(jun, 4), 3) << "of what the address has left";
  EXPECT_EQ(taken_of(star, 8), 8) << "artists have their own";
}

TEST_P(limits, who_finds_a_room_full_is_told_when_to_come_again) {
  start_node({"--rates-publish-fan", "unlimited", "--rates-publish-user", "unlimited", "--room-mailbox", "16"});
  auto mina = enter("mina");
  mina.join("aurora");
  std::uint64_t refused = 0;
  for (int round = 0; round < 50 && refused == 0; ++round) {
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < 100; ++i) ids.push_back(mina.send({{"op", "pub"}, {"room", "aurora"}, {"text", "m"}}));
    for (const auto id : ids) {
      const auto answer = mina.answer(id);
      if (!answer.has("err")) continue;
      ++refused;
      EXPECT_EQ(answer["err"]["code"], value(130));
      EXPECT_GE(answer["err"]["retry_ms"].number(), 50U);
      EXPECT_LE(answer["err"]["retry_ms"].number(), 5'000U);
    }
  }
  EXPECT_GE(refused, 1U);
  mina.publish("aurora", "after waiting as told");
}

TEST_P(limits, the_rate_follows_the_role) {
  start_node({"--rates-publish-fan", "1/s burst 1", "--rates-publish-artist", "1/s burst 10"});
  const auto refused = [this](const std::string& user, const std::string& role) {
    auto client = enter(user, role);
    client.join("aurora");
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < 10; ++i) {
      ids.push_back(client.send({{"op", "pub"}, {"room", "aurora"}, {"text", "m"}}));
    }
    int count = 0;
    for (const auto id : ids) {
      count += client.answer(id).has("err") ? 1 : 0;
    }
    return count;
  };
  EXPECT_GE(refused("a fan", "fan"), 5);
  EXPECT_EQ(refused("an artist", "artist"), 0);
  EXPECT_EQ(refused("an admin", "admin"), 0);
}

TEST_P(limits, everything_else_has_a_rate_too) {
  start_node({"--rates-requests", "1/s burst 5"});
  auto mina = enter("mina");
  mina.join("aurora");
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(mina.send({{"op", "history"}, {"room", "aurora"}, {"after", 0}}));
  }
  int refused = 0;
  for (const auto id : ids) {
    const auto answer = mina.answer(id);
    refused += answer.has("err") && answer["err"]["code"] == value(111) ? 1 : 0;
  }
  EXPECT_GE(refused, 10);
}

TEST_P(limits, pages_wait_for_one_another_and_all_come) {
  start_node({"--rates-requests", "unlimited", "--rates-publish-admin", "unlimited"});
  auto mina = enter("mina", "admin");
  mina.join("aurora");
  for (int i = 0; i < 60; ++i) {
    mina.publish("aurora", std::string(4'000, 'x'));
  }
  value::array batch;
  for (int i = 0; i < 60; ++i) {
    batch.push_back(value::map{{"op", "history"}, {"id", 1'000 + i}, {"room", "aurora"}, {"after", 0}, {"limit", 60}});
  }
  batch.push_back(value::map{{"op", "ping"}, {"id", 2'000}});
  mina.send_value(batch);
  for (std::uint64_t i = 0; i < 60; ++i) {
    EXPECT_EQ(mina.answer(1'000 + i)["ok"]["msgs"].items().size(), 60U);
  }
  EXPECT_TRUE(mina.answer(2'000).has("ok"));
  EXPECT_GE(the_node().metric("lightstick_gateway_reads_paused_total"), 1);
}

TEST_P(limits, a_full_room_is_113_until_somebody_leaves) {
  start_node({"--room-capacity", "2"});
  auto mina = enter("mina");
  auto jun = enter("jun");
  auto sora = enter("sora");
  EXPECT_EQ(mina.join("aurora")["state"]["capacity"], value(2));
  jun.join("aurora");
  EXPECT_EQ(sora.err_code({{"op", "join"}, {"room", "aurora"}}), 113U);
  mina.join("aurora");  // those inside are not affected
  sora.join("borealis");
  jun.ok({{"op", "leave"}, {"room", "aurora"}});
  sora.join("aurora");
  mina.publish("aurora", "hello");
  EXPECT_EQ(sora.pushed_through("aurora", 1).size(), 1U);
}

TEST_P(limits, a_room_that_must_exist_is_102) {
  start_node({"--room-create-on-join=false"});
  auto mina = enter("mina");
  EXPECT_EQ(mina.err_code({{"op", "join"}, {"room", "nowhere"}}), 102U);
}

TEST_P(limits, a_token_for_certain_rooms_opens_no_other) {
  auto mina = dial();
  mina.auth(the_node().token_of({.user = "mina", .rooms = {"aurora"}}));
  mina.join("aurora");
  mina.publish("aurora", "hi");
  EXPECT_EQ(mina.err_code({{"op", "join"}, {"room", "borealis"}}), 103U);
  EXPECT_EQ(mina.err_code({{"op", "history"}, {"room", "borealis"}, {"after", 0}}), 103U);
  EXPECT_EQ(mina.err_code({{"op", "presence"}, {"room", "borealis"}, {"mode", "count"}}), 103U);
  EXPECT_EQ(mina.err_code({{"op", "pub"}, {"room", "borealis"}, {"text", "hi"}}), 103U);
}

TEST_P(limits, a_session_is_in_so_many_rooms_only) {
  start_node({"--limits-session-rooms", "2"});
  auto mina = enter("mina");
  mina.join("one");
  mina.join("two");
  EXPECT_EQ(mina.err_code({{"op", "join"}, {"room", "three"}}), 107U);
  mina.ok({{"op", "leave"}, {"room", "one"}});
  mina.join("three");
}

TEST_P(limits, connections_are_counted_and_the_next_may_come_when_one_has_gone) {
  start_node({"--limits-connections", "3"});
  std::vector<ws_client> inside;
  for (int i = 0; i < 3; ++i) {
    inside.push_back(dial());
  }
  EXPECT_FALSE(is_let_in(the_node().to(encoded())));
  inside.pop_back();
  EXPECT_TRUE(poll_until([this] { return is_let_in(the_node().to(encoded())); }));
  inside.front().auth(the_node().token("mina"));
}

TEST_P(limits, connections_are_counted_by_address) {
  start_node({"--limits-connections-per-address", "2", "--limits-loopback-exempt=false"});
  auto from_here = the_node().to(encoded());
  from_here.dial.from = "127.0.0.2";
  const ws_client first(from_here);
  const ws_client second(from_here);
  EXPECT_FALSE(is_let_in(from_here));
  auto from_there = the_node().to(encoded());
  from_there.dial.from = "127.0.0.3";
  EXPECT_TRUE(is_let_in(from_there));
}

TEST_P(limits, loopback_is_exempt_by_default) {
  start_node({"--limits-connections-per-address", "1"});
  const auto first = dial();
  EXPECT_TRUE(is_let_in(the_node().to(encoded())));
}

TEST_P(limits, guest_log_ins_have_a_rate_by_address) {
  start_node({"--guests", "--rates-guests", "1/s burst 3", "--limits-loopback-exempt=false"});
  int let_in = 0;
  int refused = 0;
  for (int i = 0; i < 10; ++i) {
    const auto answer = http_post(the_node().port(), "/v1/guest", value::map{{"name", "Mina"}});
    if (answer.status == 429) {
      ++refused;
      EXPECT_FALSE(answer.header("retry-after").empty());
    } else {
      EXPECT_EQ(answer.status, 200);
      ++let_in;
    }
  }
  EXPECT_GE(let_in, 3);
  EXPECT_GE(refused, 1);
}

class http_limits : public node_test {};

TEST_F(http_limits, a_header_that_never_ends_is_ended) {
  auto& n = start_node({"--timeouts-header", "300ms"});
  stream silent({.port = n.port()});
  stream half({.port = n.port()});
  half.write("GET / HTTP/1.1\r\nHost: x\r\n");
  const auto said = half.read_to_end();
  EXPECT_TRUE(said.empty() || said.starts_with("HTTP/1.1 408")) << said;
  const auto nothing = silent.read_to_end();
  EXPECT_TRUE(nothing.empty() || nothing.starts_with("HTTP/1.1 408")) << nothing;
}

TEST_F(http_limits, headers_and_bodies_have_a_size) {
  auto& n = start_node({"--guests"});
  const auto long_header = http({.port = n.port()}, {.headers = {{"X-Long", std::string(9'000, 'x')}}});
  EXPECT_EQ(long_header.status, 431);
  const auto many_headers = http({.port = n.port()}, {.headers = http_headers(2'000, {"A", "b"})});
  EXPECT_EQ(many_headers.status, 431);
  const auto long_body = http({.port = n.port()}, {.method = "POST",
                                                   .path = "/v1/guest",
                                                   .headers = {{"Content-Type", "application/json"}},
                                                   .body = "{\"name\":\"" + std::string(70'000, 'x') + "\"}"});
  EXPECT_EQ(long_body.status, 413);
}

TEST_F(http_limits, an_idle_connection_is_ended_and_a_busy_one_is_kept) {
  auto& n = start_node({"--timeouts-idle", "300ms"});
  stream connection({.port = n.port()});
  for (int i = 0; i < 3; ++i) {
    connection.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos) {
      ASSERT_EQ(connection.read(answer), stream::state::open);
    }
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
  }
  connection.read_to_end();
}

TEST_F(http_limits, clients_do_not_take_the_last_open_files_and_operators_get_in) {
  auto& n = start_node();
  const auto room = static_cast<rlim_t>(n.process().open_files() + 24);
  const rlimit limit{room, room};
  ASSERT_EQ(::prlimit(n.process().pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
  std::vector<stream> inside;
  bool refused = false;
  while (!refused && inside.size() < 40) {
    auto& next = inside.emplace_back(dial_options{.port = n.port()});
    next.try_write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos && next.read(answer) == stream::state::open) {
    }
    refused = !answer.starts_with("HTTP/1.1 200");
    EXPECT_TRUE(!refused || answer.empty() || answer.starts_with("HTTP/1.1 503")) << answer;
  }
  EXPECT_TRUE(refused);
  EXPECT_GE(inside.size(), 10U) << "most of the room is theirs";
  EXPECT_EQ(http_get(n.admin_port(), "/healthz").status, 200);
  EXPECT_GE(n.metric("lightstick_gateway_connections_refused_total", "open_files"), 1);
  EXPECT_EQ(n.metric("lightstick_gateway_accept_failures_total"), 0);
  inside.clear();
  EXPECT_TRUE(poll_until([&] {
    stream next({.port = n.port()});
    next.try_write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string answer;
    return next.read(answer) == stream::state::open && answer.starts_with("HTTP/1.1 200");
  }));
}

}  // namespace
}  // namespace lightstick::test
