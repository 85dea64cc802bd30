#include "gateway/net/lag_meter.hpp"

#include <gtest/gtest.h>

namespace lightstick::gateway::net {
namespace {

using namespace std::chrono_literals;

TEST(lag_meter, remembers_the_worst_for_a_while_and_then_forgets) {
  lag_meter lag;
  const steady_time begin{1h};
  EXPECT_EQ(lag.worst(begin), 0ms);
  lag.note(30ms, begin);
  lag.note(10ms, begin + 1ms);
  EXPECT_EQ(lag.worst(begin + 1ms), 30ms);
  EXPECT_EQ(lag.worst(begin + lag_meter::window - 1ms), 30ms);
  lag.note(5ms, begin + lag_meter::window);
  EXPECT_EQ(lag.worst(begin + lag_meter::window), 30ms) << "a window at the least";
  EXPECT_EQ(lag.worst(begin + 2 * lag_meter::window), 5ms);
  EXPECT_EQ(lag.worst(begin + 10 * lag_meter::window), 0ms) << "silence is no lag";
}

}  // namespace
}  // namespace lightstick::gateway::net
