#include "actors/room/roster.hpp"

#include <gtest/gtest.h>

#include "tests/support/room_fixtures.hpp"

namespace lightstick::actors::room {
namespace {

using namespace std::chrono_literals;

const steady_time t0{1h};

join who(const std::string& session, const std::string& user, const std::string& device) {
  auto j = come(user);
  j.session = session_id{session};
  j.device = device_id{device};
  return j;
}

TEST(roster, counts_sessions_and_lists_users_once) {
  roster r{10};
  EXPECT_TRUE(r.admit(who("s1", "mina", "web"))->appeared);
  EXPECT_FALSE(r.admit(who("s2", "mina", "phone"))->appeared);
  EXPECT_EQ(r.count(), 2U);
  EXPECT_EQ(r.users(), 1U);
  EXPECT_EQ(r.list("", 10).page.size(), 1U);
}

TEST(roster, the_same_session_again_only_refreshes) {
  roster r{1};
  ASSERT_TRUE(r.admit(who("s1", "mina", "web")));
  auto again = who("s1", "mina", "web");
  again.name = "Mina!";
  auto a = r.admit(again);
  ASSERT_TRUE(a);
  EXPECT_FALSE(a->fresh);
  EXPECT_FALSE(a->counted);
  EXPECT_EQ(r.count(), 1U);
  EXPECT_EQ(r.list("", 1).page[0].name, "Mina!");
}

TEST(roster, is_full_at_its_capacity) {
  roster r{2};
  ASSERT_TRUE(r.admit(who("s1", "a", "d")));
  ASSERT_TRUE(r.admit(who("s2", "b", "d")));
  auto third = r.admit(who("s3", "c", "d"));
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, code(errc::room_full));
  r.leave(session_id{"s1"});
  EXPECT_TRUE(r.admit(who("s3", "c", "d")));
}

TEST(roster, a_user_disappears_with_the_last_session) {
  roster r{10};
  (void)r.admit(who("s1", "mina", "web"));
  (void)r.admit(who("s2", "mina", "phone"));
  auto first = r.leave(session_id{"s1"});
  EXPECT_TRUE(first.counted);
  EXPECT_FALSE(first.disappeared);
  EXPECT_EQ(r.leave(session_id{"s2"}).disappeared, user_id{"mina"});
  EXPECT_FALSE(r.leave(session_id{"s2"}).counted);
}

TEST(roster, a_dropped_session_keeps_its_place_until_its_time) {
  roster r{1};
  (void)r.admit(who("s1", "mina", "web"));
  EXPECT_FALSE(r.drop(session_id{"s1"}, t0 + 30s).counted);
  EXPECT_EQ(r.count(), 1U);
  EXPECT_EQ(r.held(), 1U);
  EXPECT_EQ(r.next_expiry(), t0 + 30s);
  EXPECT_FALSE(r.admit(who("s2", "jun", "web")));
  EXPECT_FALSE(r.expire(t0 + 29'999ms).second);
  auto [gone, counted] = r.expire(t0 + 30s);
  EXPECT_TRUE(counted);
  EXPECT_EQ(gone, std::vector{user_id{"mina"}});
  EXPECT_EQ(r.count(), 0U);
  EXPECT_EQ(r.next_expiry(), std::nullopt);
}

TEST(roster, the_same_device_takes_its_place_over_even_in_a_full_room) {
  roster r{1};
  (void)r.admit(who("s1", "mina", "web"));
  r.drop(session_id{"s1"}, t0 + 30s);
  EXPECT_FALSE(r.admit(who("s2", "mina", "phone")));
  auto back = r.admit(who("s3", "mina", "web"));
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->fresh);
  EXPECT_FALSE(back->counted);
  EXPECT_FALSE(back->appeared);
  EXPECT_EQ(r.held(), 0U);
  EXPECT_FALSE(r.contains(session_id{"s1"}));
  EXPECT_TRUE(r.expire(t0 + 60s).first.empty());
  EXPECT_EQ(r.count(), 1U);
}

TEST(roster, a_session_whose_device_is_back_already_holds_no_place) {
  roster r{10};
  (void)r.admit(who("old", "mina", "web"));
  (void)r.admit(who("new", "mina", "web"));
  EXPECT_EQ(r.count(), 2U);
  EXPECT_TRUE(r.drop(session_id{"old"}, t0 + 30s).counted);
  EXPECT_EQ(r.count(), 1U);
  EXPECT_EQ(r.held(), 0U);
}

TEST(roster, leaving_ends_a_held_place) {
  roster r{10};
  (void)r.admit(who("s1", "mina", "web"));
  r.drop(session_id{"s1"}, t0);
  EXPECT_EQ(r.leave(session_id{"s1"}).disappeared, user_id{"mina"});
  EXPECT_EQ(r.held(), 0U);
}

TEST(roster, a_dropped_session_that_joins_again_is_live) {
  roster r{10};
  (void)r.admit(who("s1", "mina", "web"));
  r.drop(session_id{"s1"}, t0);
  (void)r.admit(who("s1", "mina", "web"));
  EXPECT_EQ(r.held(), 0U);
  EXPECT_FALSE(r.expire(t0 + 1h).second);
}

TEST(roster, dropping_twice_or_unknown_changes_nothing) {
  roster r{10};
  (void)r.admit(who("s1", "mina", "web"));
  r.drop(session_id{"s1"}, t0 + 1s);
  r.drop(session_id{"s1"}, t0 + 9s);
  EXPECT_EQ(r.next_expiry(), t0 + 1s);
  EXPECT_FALSE(r.drop(session_id{"nobody"}, t0).counted);
}

TEST(roster, pages_are_ordered_by_user_and_connect) {
  roster r{100};
  for (auto user : {"d", "b", "a", "e", "c"}) (void)r.admit(who(user, user, "web"));
  auto first = r.list("", 2);
  EXPECT_EQ(first.count, 5U);
  ASSERT_EQ(first.page.size(), 2U);
  EXPECT_EQ(first.page[0].user, user_id{"a"});
  EXPECT_EQ(first.next, "b");
  r.leave(session_id{"b"});
  auto second = r.list(first.next, 2);
  EXPECT_EQ(second.page[0].user, user_id{"c"});
  EXPECT_EQ(second.next, "d");
  auto third = r.list(second.next, 2);
  EXPECT_EQ(third.page.size(), 1U);
  EXPECT_EQ(third.next, "");
  auto count_only = r.list("", 0);
  EXPECT_EQ(count_only.count, 4U);
  EXPECT_TRUE(count_only.page.empty());
  EXPECT_EQ(count_only.next, "");
}

}  // namespace
}  // namespace lightstick::actors::room
