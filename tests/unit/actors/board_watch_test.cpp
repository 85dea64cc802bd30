#include "actors/room/board_watch.hpp"

#include <gtest/gtest.h>

#include "actors/room/typists.hpp"

namespace lightstick::actors::room {
namespace {

using std::chrono::seconds;

constexpr steady_time t0{};

board_entry row(const std::string& user, std::uint64_t n) { return {user_id{user}, user, n, 0}; }

TEST(board_watch, tells_changes_while_somebody_watches_and_not_too_often) {
  board_watch w;
  w.changed();
  EXPECT_FALSE(w.due(10, t0)) << "nobody watches";
  w.watch(board_of::all, 10, {}, {row("mina", 1)}, t0);
  EXPECT_EQ(w.due(10, t0), t0);
  w.told(t0);
  EXPECT_FALSE(w.due(10, t0)) << "nothing is different";
  w.changed();
  EXPECT_EQ(w.due(10, t0), t0 + board_watch::every);
  EXPECT_EQ(w.due(5'000, t0), t0 + board_watch::every + seconds{2}) << "seldom in a large room";
  EXPECT_FALSE(w.due(10, t0 + board_watch::lease)) << "nobody asked again";
}

TEST(board_watch, a_change_has_what_is_new_and_who_is_gone) {
  board_watch w;
  w.watch(board_of::all, 2, {}, {row("mina", 3), row("jun", 2)}, t0);
  EXPECT_FALSE(w.change(board_of::all, {}, {row("mina", 3), row("jun", 2)}));
  const auto change = w.change(board_of::all, {}, {row("ari", 4), row("mina", 3)});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->set, std::vector<board_entry>{row("ari", 4)});
  EXPECT_EQ(change->gone, std::vector<user_id>{user_id{"jun"}});
}

TEST(board_watch, another_day_begins_with_nobody) {
  board_watch w;
  w.watch(board_of::day, 2, {0}, {row("mina", 3)}, t0);
  const auto change = w.change(board_of::day, {86'400'000}, {row("mina", 3)});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->since, wall_ms{86'400'000});
  EXPECT_EQ(change->set, std::vector<board_entry>{row("mina", 3)});
  EXPECT_TRUE(change->gone.empty());
}

TEST(board_watch, keeps_the_longest_board_that_somebody_watches) {
  board_watch w;
  w.watch(board_of::all, 50, {}, {}, t0);
  w.watch(board_of::all, 10, {}, {}, t0 + seconds{1});
  EXPECT_EQ(w.top(board_of::all), 50U);
  w.watch(board_of::all, 10, {}, {}, t0 + seconds{1} + board_watch::lease);
  EXPECT_EQ(w.top(board_of::all), 10U);
}

member fan(const std::string& user) { return {user_id{user}, user, role::fan}; }

TEST(typists, are_told_merged_and_are_over_by_themselves) {
  typists t;
  EXPECT_FALSE(t.due());
  EXPECT_TRUE(t.types(fan("mina"), 2, t0));
  EXPECT_EQ(t.take(2, t0), std::vector<member>{fan("mina")});
  EXPECT_TRUE(t.types(fan("jun"), 2, t0));
  EXPECT_FALSE(t.take(2, t0)) << "too soon";
  EXPECT_EQ(t.due(), t0 + typists::tell_every);
  EXPECT_EQ(t.take(2, t0 + typists::tell_every), (std::vector<member>{fan("jun"), fan("mina")}));
  EXPECT_TRUE(t.types(fan("mina"), 2, t0 + seconds{3}));
  EXPECT_FALSE(t.take(2, t0 + seconds{3})) << "nobody is new";
  EXPECT_EQ(t.take(2, t0 + typists::shown_for), std::vector<member>{fan("mina")});
  EXPECT_EQ(t.take(2, t0 + seconds{3} + typists::shown_for), std::vector<member>{});
  EXPECT_FALSE(t.due());
}

TEST(typists, who_has_said_it_does_not_type) {
  typists t;
  t.types(fan("mina"), 2, t0);
  (void)t.take(2, t0);
  t.ends(user_id{"mina"});
  t.ends(user_id{"nobody"});
  EXPECT_EQ(t.take(2, t0 + seconds{1}), std::vector<member>{});
}

TEST(typists, are_not_shown_in_large_rooms_and_not_more_than_some) {
  typists t;
  EXPECT_FALSE(t.types(fan("mina"), typists::sessions_max, t0));
  for (std::size_t i = 0; i < typists::typists_max; ++i) EXPECT_TRUE(t.types(fan(std::to_string(i)), 2, t0));
  EXPECT_FALSE(t.types(fan("one more"), 2, t0));
  EXPECT_EQ(t.take(2, t0)->size(), typists::typists_max);
  EXPECT_EQ(t.take(typists::sessions_max, t0 + seconds{1}), std::vector<member>{}) << "it has become large";
}

}  // namespace
}  // namespace lightstick::actors::room
