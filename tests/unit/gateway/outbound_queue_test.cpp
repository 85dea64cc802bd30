#include "gateway/net/outbound_queue.hpp"

#include <gtest/gtest.h>

#include <array>

namespace lightstick::gateway::net {
namespace {

constexpr std::size_t head = 2;  // of a short frame

/// Of so many bytes altogether.
ws::prepared frame(std::size_t bytes, char with = 'x') { return {ws::opcode::text, std::string(bytes - head, with)}; }

std::string next(const outbound_queue& queue, std::size_t places = 8) {
  std::vector<iovec> out(places);
  std::string bytes;
  for (std::size_t i = 0, count = queue.gather(out); i < count; ++i) {
    bytes.append(static_cast<const char*>(out[i].iov_base), out[i].iov_len);
  }
  return bytes;
}

TEST(outbound_queue_test, frames_leave_in_order_and_part_by_part) {
  outbound_queue queue(1'000);
  ASSERT_TRUE(queue.push(frame(10, 'a')));
  ASSERT_TRUE(queue.push(frame(20, 'b')));
  const auto all = std::string(frame(10, 'a').bytes()) + std::string(frame(20, 'b').bytes());
  EXPECT_EQ(next(queue), all);
  EXPECT_EQ(next(queue, 1), all.substr(0, 10));
  for (std::size_t left = all.size(); left > 0; --left) {
    EXPECT_EQ(next(queue), all.substr(all.size() - left));
    EXPECT_EQ(queue.bytes(), left);
    queue.consume(1);
  }
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(next(queue), "");
  ASSERT_TRUE(queue.push(frame(10, 'a')));
  ASSERT_TRUE(queue.push(frame(20, 'b')));
  queue.consume(30);
  EXPECT_TRUE(queue.empty());
}

TEST(outbound_queue_test, what_exceeds_the_bound_is_refused) {
  outbound_queue queue(100);
  EXPECT_TRUE(queue.push(frame(60)));
  EXPECT_FALSE(queue.push(frame(41)));
  EXPECT_FALSE(queue.push_next(frame(41)));
  EXPECT_TRUE(queue.push(frame(40)));
  EXPECT_FALSE(queue.push(frame(2)));
  queue.consume(2);
  EXPECT_TRUE(queue.push(frame(2))) << "what is written counts no more";
  queue.consume(100);
  EXPECT_TRUE(queue.push(frame(120))) << "an empty queue takes any frame";
}

TEST(outbound_queue_test, what_goes_next_does_not_break_a_frame_that_has_begun) {
  outbound_queue queue(1'000);
  ASSERT_TRUE(queue.push(frame(10, 'a')));
  ASSERT_TRUE(queue.push(frame(10, 'b')));
  ASSERT_TRUE(queue.push_next(frame(5, 'p')));
  EXPECT_EQ(next(queue).substr(0, 15), std::string(frame(5, 'p').bytes()) + std::string(frame(10, 'a').bytes()));
  queue.consume(8);
  ASSERT_TRUE(queue.push_next(frame(5, 'q')));
  EXPECT_EQ(next(queue), "aaaaaaa" + std::string(frame(5, 'q').bytes()) + std::string(frame(10, 'b').bytes()));
}

TEST(outbound_queue_test, dropping_spares_a_frame_that_has_begun) {
  outbound_queue queue(1'000);
  ASSERT_TRUE(queue.push(frame(10, 'a')));
  ASSERT_TRUE(queue.push(frame(10, 'b')));
  queue.consume(4);
  queue.drop_waiting();
  EXPECT_EQ(queue.frames(), 1U);
  EXPECT_EQ(queue.bytes(), 6U);
  queue.consume(6);
  ASSERT_TRUE(queue.push(frame(10, 'c')));
  queue.drop_waiting();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST(outbound_queue_test, many_frames_pass_through_a_queue_that_is_never_empty) {
  outbound_queue queue(100'000);
  ASSERT_TRUE(queue.push(frame(7)));
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(queue.push(frame(9)));
    queue.consume(i == 0 ? 7 : 9);
    ASSERT_EQ(queue.frames(), 1U);
  }
  EXPECT_EQ(queue.bytes(), 9U);
}

}  // namespace
}  // namespace lightstick::gateway::net
