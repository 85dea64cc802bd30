#include "gateway/net/outbound_queue.hpp"

#include <gtest/gtest.h>

namespace lightstick::gateway::net {
namespace {

protocol::shared_bytes frame(std::size_t bytes) { return std::make_shared<const std::string>(bytes, 'x'); }

TEST(outbound_queue_test, frames_leave_in_order_and_die_when_written) {
  outbound_queue queue(1'000);
  auto first = frame(10);
  auto second = frame(20);
  ASSERT_TRUE(queue.push(first));
  ASSERT_TRUE(queue.push(second));
  const auto taken = queue.take();
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0], first);
  EXPECT_EQ(taken[1], second);
  EXPECT_TRUE(queue.writing());
  EXPECT_EQ(queue.bytes(), 30U);
  queue.written();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0U);
  EXPECT_EQ(first.use_count(), 1);
}

TEST(outbound_queue_test, what_exceeds_the_bound_is_refused) {
  outbound_queue queue(100);
  EXPECT_TRUE(queue.push(frame(60)));
  EXPECT_FALSE(queue.push(frame(41)));
  EXPECT_TRUE(queue.push(frame(40)));
  (void)queue.take();
  EXPECT_FALSE(queue.push(frame(1))) << "what is being written still waits";
  queue.written();
  EXPECT_TRUE(queue.push(frame(500))) << "an empty queue takes any frame";
}

TEST(outbound_queue_test, one_write_is_bounded_by_frames_and_bytes) {
  outbound_queue queue(100'000'000);
  for (std::size_t i = 0; i < outbound_queue::batch_frames_max + 1; ++i) ASSERT_TRUE(queue.push(frame(1)));
  EXPECT_EQ(queue.take().size(), outbound_queue::batch_frames_max);
  queue.written();
  EXPECT_EQ(queue.take().size(), 1U);
  queue.written();
  ASSERT_TRUE(queue.push(frame(outbound_queue::batch_bytes_max * 3)));
  ASSERT_TRUE(queue.push(frame(1)));
  EXPECT_EQ(queue.take().size(), 1U) << "a large frame goes alone";
  queue.written();
  ASSERT_TRUE(queue.push(frame(outbound_queue::batch_bytes_max)));
  EXPECT_EQ(queue.take().size(), 1U);
}

TEST(outbound_queue_test, dropping_spares_what_is_being_written) {
  outbound_queue queue(1'000);
  ASSERT_TRUE(queue.push(frame(outbound_queue::batch_bytes_max)));
  ASSERT_FALSE(queue.push(frame(1)));
  outbound_queue large(1'000'000);
  ASSERT_TRUE(large.push(frame(outbound_queue::batch_bytes_max)));
  ASSERT_TRUE(large.push(frame(7)));
  (void)large.take();
  large.drop_waiting();
  EXPECT_EQ(large.frames(), 1U);
  EXPECT_EQ(large.bytes(), outbound_queue::batch_bytes_max);
  large.written();
  EXPECT_TRUE(large.empty());
}

TEST(outbound_queue_test, a_long_life_keeps_order) {
  outbound_queue queue(1'000'000);
  std::size_t pushed = 0;
  std::size_t seen = 0;
  for (int round = 0; round < 1'000; ++round) {
    for (int i = 0; i < round % 7; ++i) ASSERT_TRUE(queue.push(frame(1 + pushed++ % 50)));
    for (const auto& each : queue.take()) ASSERT_EQ(each->size(), 1 + seen++ % 50);
    if (queue.writing()) queue.written();
  }
  EXPECT_GT(seen, 2'000U);
}

}  // namespace
}  // namespace lightstick::gateway::net
