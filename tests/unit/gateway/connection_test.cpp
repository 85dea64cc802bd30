// A connection over a stream that only notes what is asked of it.
#include "gateway/net/connection.hpp"

#include <gtest/gtest.h>

#include "ws_frames.hpp"

namespace lightstick::gateway::net {
namespace {

using namespace std::chrono_literals;

class noted_connection final : public connection, public std::enable_shared_from_this<noted_connection> {
 public:
  using connection::connection;
  void begin() { connection::begin(shared_from_this()); }
  void hear(std::string_view text) { hear_frame(ws::masked(ws::opcode::text, text)); }
  void hear_frame(std::string bytes) { received(bytes); }
  void end() { gone(); }
  /// The socket takes everything that waits, and all that comes.
  void unblock() {
    room = std::string::npos;
    wrote();
  }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (std::size_t at = 0; at + 2 <= written.size();) {
      const auto shown = static_cast<std::uint8_t>(written[at + 1]);
      const std::size_t head = shown == 126 ? 4 : 2;
      const std::size_t size =
          shown == 126 ? static_cast<std::uint8_t>(written[at + 2]) * 256U + static_cast<std::uint8_t>(written[at + 3])
                       : shown;
      out += written.substr(at + head, size) + "\n";
      at += head + size;
    }
    return out;
  }
  /// The code of the close frame that was written; 0 without one.
  [[nodiscard]] int closed() const {
    const auto at = written.rfind('\x88');
    if (at == std::string::npos || at + 4 > written.size()) return 0;
    return static_cast<std::uint8_t>(written[at + 2]) * 256 + static_cast<std::uint8_t>(written[at + 3]);
  }

  std::size_t room = std::string::npos;  ///< bytes that the socket still takes
  std::size_t copies = 0;  ///< bytes that a write under way takes with it
  std::string written;
  std::uint64_t acknowledged = 0;
  bool broken = false;
  bool finished = false;
  int reads = 0;

 private:
  void start_read() override { ++reads; }
  [[nodiscard]] std::optional<std::size_t> write_some(std::span<const iovec> parts) override {
    if (broken) return std::nullopt;
    std::size_t done = 0;
    for (const auto& part : parts) {
      const auto some = std::min(part.iov_len, room);
      written.append(static_cast<const char*>(part.iov_base), some);
      done += some;
      if (room != std::string::npos) room -= some;
    }
    return done;
  }
  [[nodiscard]] std::size_t start_write(std::span<const iovec> parts) override {
    EXPECT_FALSE(parts.empty());
    const auto some = std::min(parts.front().iov_len, copies);
    written.append(static_cast<const char*>(parts.front().iov_base), some);
    return some;
  }
  void finish() override { finished = true; }
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
  [[nodiscard]] std::shared_ptr<noted_connection> another() {
    auto made = std::make_shared<noted_connection>(thread, place{}, protocol::encoding::json);
    made->begin();
    return made;
  }
  [[nodiscard]] bool there() const { return client->describe(clock.now()).has_value(); }

  manual_clock clock;
  metrics registry;
  core shared;
  io_thread thread;
  std::shared_ptr<noted_connection> client;
};

TEST_F(connection_test, a_slow_client_has_all_the_time_of_a_drain_for_what_is_queued) {
  client->room = 5;
  client->drain(clock.now() + 8s);
  later(6s);
  EXPECT_TRUE(there());
  EXPECT_EQ(client->closed(), 0);
  client->unblock();
  EXPECT_EQ(client->closed(), 4200);
}

TEST_F(connection_test, a_drain_that_ends_says_so_to_who_did_not_read) {
  client->room = 5;
  client->drain(clock.now() + 8s);
  later(9s);
  client->unblock();
  EXPECT_EQ(client->closed(), 4200);
  later(6s);
  EXPECT_FALSE(there());
}

TEST_F(connection_test, a_drain_gives_no_more_time_to_a_close_under_way) {
  client->room = 5;
  client->hear(R"({"op":"ping","id":1})");
  client->drain(clock.now() + 1h);
  later(6s);
  client->unblock();
  EXPECT_EQ(client->closed(), 4200);
  later(6s);
  EXPECT_FALSE(there());
}

TEST_F(connection_test, a_write_that_goes_on_is_not_cut_and_one_that_is_stuck_is) {
  client->room = 2;
  client->hear_frame(ws::masked(ws::opcode::ping, "?"));
  for (int i = 1; i <= 10; ++i) {
    client->acknowledged += 1'000;
    later(10s);
    ASSERT_EQ(shared.counts.write_timeouts.value(), 0U) << "after " << i * 10 << " s";
  }
  later(29s);
  EXPECT_EQ(shared.counts.write_timeouts.value(), 0U);
  later(1s);
  EXPECT_EQ(shared.counts.write_timeouts.value(), 1U);
  client->unblock();
  EXPECT_EQ(client->closed(), 4101);
  EXPECT_EQ(shared.counts.outbound_overflow.value(), 0U);
}

TEST_F(connection_test, a_first_frame_other_than_auth_is_101_and_one_that_is_none_is_107) {
  client->hear(R"({"op":"ping","id":1})");
  EXPECT_EQ(shared.counts.refusals(actors::errc::unauthenticated).value(), 1U);
  auto other = another();
  other->hear(R"({"op":"dance","id":1})");
  EXPECT_EQ(shared.counts.refusals(actors::errc::bad_request).value(), 1U);
  for (auto* each : {client.get(), other.get()}) EXPECT_EQ(each->closed(), 4001);
  other->end();
}

TEST_F(connection_test, a_ping_is_answered_before_what_waits_and_within_no_frame) {
  auto other = std::make_shared<noted_connection>(thread, place{}, protocol::encoding::json);
  other->room = 5;
  other->begin();
  other->push({ws::opcode::text, "later"});
  other->hear_frame(ws::masked(ws::opcode::ping, "now"));
  other->unblock();
  const auto hello = client->text();
  EXPECT_EQ(other->text(), hello + "now\nlater\n");
  other->end();
}

TEST_F(connection_test, what_a_write_under_way_has_taken_is_neither_dropped_nor_overtaken) {
  const auto hello = client->text();
  for (const bool dropped : {false, true}) {
    auto other = std::make_shared<noted_connection>(thread, place{}, protocol::encoding::json);
    other->room = 0;
    other->copies = dropped ? hello.size() + 1 : 7;
    other->begin();
    if (dropped) {
      other->push({ws::opcode::text, "later"});
      other->hear_frame(ws::masked(ws::opcode::close, "\x03\xe8"));
    } else {
      other->hear_frame(ws::masked(ws::opcode::ping, "now"));
    }
    other->unblock();
    EXPECT_EQ(other->text(), hello + (dropped ? "\x03\xe8\n" : "now\n"));
    other->end();
  }
}

TEST_F(connection_test, a_close_is_answered_with_its_code_and_the_stream_ends_when_that_is_written) {
  client->room = 2;
  client->hear_frame(ws::masked(ws::opcode::close,
                                "\x03\xe8"
                                "bye"));
  EXPECT_FALSE(client->finished);
  client->unblock();
  EXPECT_TRUE(client->finished);
  EXPECT_EQ(client->closed(), 1000);
  EXPECT_EQ(client->reads, 1) << "nothing that follows is read as frames";
  later(6s);
  EXPECT_FALSE(there());
}

TEST_F(connection_test, our_close_waits_for_the_peers) {
  client->hear(R"({"op":"ping","id":1})");
  ASSERT_EQ(client->closed(), 4001);
  EXPECT_FALSE(client->finished);
  client->hear(R"({"op":"ping","id":2})");
  EXPECT_EQ(shared.counts.refusals(actors::errc::unauthenticated).value(), 1U) << "nobody listens any more";
  client->hear_frame(ws::masked(ws::opcode::close, "\x0f\xa1"));
  EXPECT_TRUE(client->finished);
}

TEST_F(connection_test, what_is_against_the_rfc_or_too_long_ends_the_connection_with_its_code) {
  client->hear_frame("\x81\x05Hello");
  EXPECT_EQ(client->closed(), 1002);
  EXPECT_TRUE(client->finished);
  auto other = another();
  other->hear_frame(ws::masked(ws::opcode::text, "\xff"));
  EXPECT_EQ(other->closed(), 1007);
  EXPECT_TRUE(other->finished);
  other->end();
  auto third = another();
  third->hear(std::string(shared.opts.frame.frame_bytes + 1, ' '));
  EXPECT_EQ(third->closed(), 4007);
  EXPECT_TRUE(third->finished);
  third->end();
}

TEST_F(connection_test, many_pings_end_the_connection) {
  for (int i = 0; i < 1'000 && client->closed() == 0; ++i) client->hear_frame(ws::masked(ws::opcode::ping, ""));
  EXPECT_EQ(client->closed(), 4108);
}

TEST_F(connection_test, a_broken_stream_is_left_alone_until_the_threads_next_turn) {
  client->broken = true;
  client->hear_frame(ws::masked(ws::opcode::ping, ""));
  EXPECT_TRUE(there());
  client->hear_frame(ws::masked(ws::opcode::ping, ""));
  (void)thread.context().poll();
  EXPECT_FALSE(there());
}

}  // namespace
}  // namespace lightstick::gateway::net
