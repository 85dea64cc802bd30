#include "runtime/base/keyed_rates.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lightstick {
namespace {

using namespace std::chrono_literals;

TEST(keyed_rates_test, a_key_spends_its_burst_and_waits) {
  manual_clock clock;
  keyed_rates<std::string> rates({1, 2});
  EXPECT_EQ(rates.take("mina", clock.now()), 0ms);
  EXPECT_EQ(rates.take("mina", clock.now()), 0ms);
  EXPECT_GT(rates.take("mina", clock.now()), 900ms);
  EXPECT_EQ(rates.take("jun", clock.now()), 0ms);
  clock.advance(1000ms);
  EXPECT_EQ(rates.take("mina", clock.now()), 0ms);
}

TEST(keyed_rates_test, many_keys_take_bounded_memory) {
  manual_clock clock;
  keyed_rates<int> rates({1, 2}, 100);
  for (int i = 0; i < 200; ++i) (void)rates.take(i, clock.now());
  EXPECT_EQ(rates.keys(), 100U);
  EXPECT_GT(rates.take(1'000, clock.now()), 0ms) << "an unknown one waits at the bound";
  EXPECT_EQ(rates.take(0, clock.now()), 0ms) << "a known one does not";
  clock.advance(5000ms);
  EXPECT_EQ(rates.take(1'000, clock.now()), 0ms) << "full buckets make room";
  EXPECT_LT(rates.keys(), 100U);
}

TEST(keyed_rates_test, what_is_unlimited_remembers_nobody) {
  manual_clock clock;
  keyed_rates<int> rates({});
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(rates.take(i % 3, clock.now()), 0ms);
  EXPECT_EQ(rates.keys(), 0U);
}

}  // namespace
}  // namespace lightstick
