// A connection over a stream that only notes what is asked of it.
#include "gateway/net/connection.hpp"

#include <gtest/gtest.h>

namespace lightstick::gateway::net {
namespace {

using namespace std::chrono_literals;

class noted_connection final : public connection, public std::enable_shared_from_this<noted_connection> {
 public:
  using connection::connection;
  using connection::opened;
  using connection::written;
  void begin() {
    opening(shared_from_this());
    opened();
  }
  void hear(std::string_view text) {
    const auto space = read_space();
    std::memcpy(space.data(), text.data(), text.size());
    received(text.size(), true, true);
  }
  void end() { gone(); }

  int writes = 0;
  std::uint16_t closed = 0;
  std::uint64_t acknowledged = 0;

 private:
  void start_read() override {}
  void start_write(std::span<const boost::asio::const_buffer> /*buffers*/) override { ++writes; }
  void start_ping() override {}
  void start_close(std::uint16_t code, std::string_view /*reason*/) override { closed = code; }
  void shut() override {}
  [[nodiscard]] std::uint64_t bytes_acknowledged() override { return acknowledged; }
};

class connection_test : public ::testing::Test {
 protected:
  connection_test()
      : shared(opts(), {}, auth::token_authority::make(std::string(32, 'k')).value(), clock, registry),
        thread(shared, 0, "test"),
        client(std::make_shared<noted_connection>(thread, place{}, protocol::encoding::json)) {
    shared.rooms.connect({&thread});
    client->begin();
  }
  ~connection_test() override { client->end(); }
  static options opts() {
    options o;
    o.handshake_timeout = 1h;
    o.ping_after = 1h;
    o.write_timeout = 30s;
    return o;
  }
  void later(std::chrono::seconds by) {
    clock.advance(by);
    client->sweep(clock.now());
  }
  [[nodiscard]] bool there() const { return client->describe(clock.now()).has_value(); }

  manual_clock clock;
  metrics registry;
  core shared;
  io_thread thread;
  std::shared_ptr<noted_connection> client;
};

TEST_F(connection_test, a_slow_client_has_all_the_time_of_a_drain_for_what_is_queued) {
  client->drain(clock.now() + 8s);  // hello is still being written
  later(6s);
  EXPECT_TRUE(there());
  EXPECT_EQ(client->closed, 0);
  client->written();  // hello
  client->written();  // move
  EXPECT_EQ(client->closed, 4200);
}

TEST_F(connection_test, a_drain_that_ends_says_so_to_who_did_not_read) {
  client->drain(clock.now() + 8s);
  later(9s);
  EXPECT_EQ(client->closed, 4200);
  later(6s);
  EXPECT_FALSE(there());
}

TEST_F(connection_test, a_drain_gives_no_more_time_to_a_close_under_way) {
  client->hear(R"({"op":"ping","id":1})");
  client->drain(clock.now() + 1h);
  later(6s);
  EXPECT_EQ(client->closed, 4200);
}

TEST_F(connection_test, a_write_that_goes_on_is_not_cut_and_one_that_is_stuck_is) {
  for (int i = 1; i <= 10; ++i) {
    client->acknowledged += 1'000;
    later(10s);
    ASSERT_EQ(client->closed, 0) << "after " << i * 10 << " s";
  }
  later(29s);
  EXPECT_EQ(client->closed, 0);
  later(1s);
  EXPECT_EQ(client->closed, 4101);
  EXPECT_EQ(shared.counts.write_timeouts.value(), 1U);
  EXPECT_EQ(shared.counts.outbound_overflow.value(), 0U);
}

TEST_F(connection_test, a_first_frame_other_than_auth_is_101_and_one_that_is_none_is_107) {
  client->hear(R"({"op":"ping","id":1})");
  EXPECT_EQ(shared.counts.refusals(actors::errc::unauthenticated).value(), 1U);
  auto other = std::make_shared<noted_connection>(thread, place{}, protocol::encoding::json);
  other->begin();
  other->hear(R"({"op":"dance","id":1})");
  EXPECT_EQ(shared.counts.refusals(actors::errc::bad_request).value(), 1U);
  for (auto* each : {client.get(), other.get()}) {
    each->written();
    each->written();
    EXPECT_EQ(each->closed, 4001);
  }
  other->end();
}

}  // namespace
}  // namespace lightstick::gateway::net
