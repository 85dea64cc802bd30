#include "actors/room/speakers.hpp"

#include <gtest/gtest.h>

namespace lightstick::actors::room {
namespace {

TEST(speakers, know_what_each_said_last) {
  speakers s;
  s.note(user_id{"mina"}, {offset{1}, {100}, 7});
  s.note(user_id{"jun"}, {offset{2}, {200}, 8});
  s.note(user_id{"mina"}, {offset{3}, {300}, 9});
  ASSERT_NE(s.find(user_id{"mina"}), nullptr);
  EXPECT_EQ(s.find(user_id{"mina"})->digest, 9U);
  s.forget_before({250});
  EXPECT_EQ(s.find(user_id{"jun"}), nullptr);
  EXPECT_NE(s.find(user_id{"mina"}), nullptr);
  EXPECT_EQ(s.size(), 1U);
}

TEST(speakers, forget_the_one_who_is_silent_for_longest_at_the_bound) {
  speakers s;
  for (std::uint64_t n = 0; n <= speakers::speakers_max; ++n) {
    s.note(user_id{"u" + std::to_string(n)}, {offset{n + 1}, {1}, 0});
  }
  EXPECT_EQ(s.size(), speakers::speakers_max);
  EXPECT_EQ(s.find(user_id{"u0"}), nullptr);
  EXPECT_NE(s.find(user_id{"u1"}), nullptr);
}

}  // namespace
}  // namespace lightstick::actors::room
