#include "actors/room/announcements.hpp"

#include <gtest/gtest.h>

#include "tests/support/room_fixtures.hpp"

namespace lightstick::actors::room {
namespace {

using namespace std::chrono_literals;

const steady_time t0{1h};
const room_id aurora{"aurora"};

member someone(int i) { return {user_id{"u" + std::to_string(i)}, "name", role::fan}; }

TEST(announcements, the_first_goes_out_at_once_and_the_next_waits) {
  announcements a{10};
  EXPECT_EQ(a.due(0), std::nullopt);
  a.joined(someone(1), 1);
  auto first = a.take(aurora, {1, 100}, t0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->joined, std::vector{someone(1)});
  a.joined(someone(2), 2);
  EXPECT_EQ(a.due(2), t0 + 250ms);
  EXPECT_FALSE(a.take(aurora, {2, 100}, t0 + 249ms));
  EXPECT_TRUE(a.take(aurora, {2, 100}, t0 + 250ms));
  EXPECT_FALSE(a.pending());
}

TEST(announcements, large_rooms_wait_longer_and_name_nobody) {
  announcements a{10};
  a.joined(someone(1), 11);
  auto first = a.take(aurora, {11, 100}, t0);
  EXPECT_TRUE(first->joined.empty());
  a.left(user_id{"u2"}, 11);
  EXPECT_EQ(a.due(11), t0 + 1s);
  EXPECT_EQ(a.names(), 0U);
}

TEST(announcements, a_crowd_is_told_less_often_and_at_once_what_it_waits_for) {
  announcements a{10};
  a.counted();
  EXPECT_TRUE(a.take(aurora, {10'000, 100}, t0));
  a.counted();
  EXPECT_EQ(a.due(1'999), t0 + 1s);
  EXPECT_EQ(a.due(10'000), t0 + 6s);
  a.changed();
  EXPECT_EQ(a.due(10'000), t0 + 250ms);
  EXPECT_TRUE(a.take(aurora, {10'001, 100}, t0 + 250ms));
  a.counted();
  EXPECT_EQ(a.due(10'000), t0 + 6s + 250ms) << "once";
}

TEST(announcements, a_room_at_the_limit_still_names_people) {
  announcements a{10};
  a.joined(someone(1), 10);
  EXPECT_EQ(a.take(aurora, {10, 100}, t0)->joined.size(), 1U);
}

TEST(announcements, names_gathered_while_small_are_not_told_when_large) {
  announcements a{1};
  a.joined(someone(1), 1);
  a.joined(someone(2), 2);
  EXPECT_TRUE(a.take(aurora, {2, 100}, t0)->joined.empty());
}

TEST(announcements, coming_and_going_in_between_is_not_told) {
  announcements a{10};
  a.joined(someone(9), 1);
  (void)a.take(aurora, {1, 100}, t0);
  a.joined(someone(1), 2);
  a.left(user_id{"u1"}, 1);
  a.left(user_id{"u9"}, 0);
  a.joined(someone(9), 1);
  EXPECT_FALSE(a.take(aurora, {1, 100}, t0 + 1s));
  EXPECT_FALSE(a.pending());
}

TEST(announcements, a_change_of_the_count_alone_is_told) {
  announcements a{10};
  a.joined(someone(1), 1);
  (void)a.take(aurora, {1, 100}, t0);
  a.counted();
  auto c = a.take(aurora, {2, 100}, t0 + 1s);
  ASSERT_TRUE(c);
  EXPECT_TRUE(c->joined.empty());
  EXPECT_EQ(c->status.occupancy, 2U);
}

TEST(announcements, names_are_bounded) {
  announcements a{1000};
  for (int i = 0; i < 150; ++i) a.joined(someone(i), 150);
  for (int i = 200; i < 250; ++i) a.left(user_id{"u" + std::to_string(i)}, 150);
  EXPECT_EQ(a.names(), announcements::names_max);
  auto c = a.take(aurora, {150, 1000}, t0);
  EXPECT_EQ(c->joined.size() + c->left.size(), announcements::names_max);
}

}  // namespace
}  // namespace lightstick::actors::room
