#include "runtime/commit_window.hpp"

#include <gtest/gtest.h>

namespace lightstick::runtime {
namespace {

using namespace std::chrono_literals;

TEST(commit_window, allows_what_the_rate_makes_in_the_time_of_a_commit) {
  commit_window w;
  EXPECT_EQ(w.allowed(), 20U) << "a millisecond, as long as nothing is known";
  w.took(400us);
  EXPECT_EQ(w.allowed(), 8U) << "what is quicker counts at once";
  for (int i = 0; i < 200; ++i) w.took(5ms);
  EXPECT_EQ(w.allowed(), 100U) << "a slow disk takes more at once";
}

TEST(commit_window, has_a_least_and_a_most) {
  commit_window w;
  w.took(0ns);
  EXPECT_EQ(w.allowed(), commit_window::least);
  w.took(-1ms);
  EXPECT_EQ(w.allowed(), commit_window::least);
  for (int i = 0; i < 1'000; ++i) w.took(24h);
  EXPECT_EQ(w.allowed(), commit_window::most);
}

TEST(commit_window, one_commit_that_was_stuck_opens_it_a_little_and_the_next_closes_it) {
  commit_window w;
  w.took(500us);
  w.took(20ms);
  EXPECT_LE(w.allowed(), 40U);
  w.took(500us);
  EXPECT_EQ(w.allowed(), 10U);
}

}  // namespace
}  // namespace lightstick::runtime
