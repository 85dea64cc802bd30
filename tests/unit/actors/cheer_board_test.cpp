#include "actors/room/cheer_board.hpp"

#include <gtest/gtest.h>

namespace lightstick::actors::room {
namespace {

std::string shown(const cheer_board& b, std::size_t count = 10) {
  std::string out;
  for (const auto& e : b.top(count)) {
    out += (out.empty() ? "" : ", ") + e.user.str() + " " + std::to_string(e.n);
    if (e.err > 0) out += "-" + std::to_string(e.err);
  }
  return out;
}

void add(cheer_board& b, const std::string& user, std::uint64_t n) { b.add(user_id{user}, user, n); }

TEST(cheer_board, is_exact_while_everybody_has_a_counter) {
  cheer_board b{3};
  add(b, "mina", 2);
  add(b, "jun", 5);
  add(b, "ari", 2);
  add(b, "mina", 1);
  EXPECT_EQ(shown(b), "jun 5, mina 3, ari 2");
  EXPECT_EQ(shown(b, 2), "jun 5, mina 3");
  EXPECT_EQ(b.unseen(), 0U);
}

TEST(cheer_board, of_the_same_number_the_smaller_user_is_first) {
  cheer_board b{3};
  for (auto user : {"c", "a", "b"}) add(b, user, 1);
  EXPECT_EQ(shown(b), "a 1, b 1, c 1");
}

TEST(cheer_board, beyond_its_counters_the_least_makes_place_and_the_error_is_told) {
  cheer_board b{2};
  add(b, "mina", 10);
  add(b, "jun", 3);
  add(b, "ari", 1);
  EXPECT_EQ(shown(b), "mina 10, ari 4-3");
  EXPECT_EQ(b.unseen(), 3U);
  add(b, "jun", 1);
  EXPECT_EQ(shown(b), "mina 10, jun 5-4") << "jun has 4: never too little, and 4 too much at most";
}

TEST(cheer_board, who_is_forgotten_leaves_a_counter_and_no_trace) {
  cheer_board b{2};
  add(b, "mina", 10);
  add(b, "jun", 3);
  add(b, "ari", 1);
  EXPECT_TRUE(b.forget(user_id{"mina"}));
  EXPECT_FALSE(b.forget(user_id{"mina"}));
  add(b, "jun", 2);
  EXPECT_EQ(shown(b), "jun 5-3, ari 4-3") << "jun had 3 and lost the counter";
}

TEST(cheer_board, comes_back_as_it_was) {
  cheer_board b{2};
  for (auto user : {"a", "b", "c", "b"}) add(b, user, 2);
  cheer_board back{2};
  back.restore(b.to_essence());
  EXPECT_EQ(back, b);
  auto twice = b.to_essence();
  twice.entries.push_back(twice.entries.front());
  EXPECT_FALSE(cheer_board::valid(twice));
  auto impossible = b.to_essence();
  impossible.entries.front().err = impossible.entries.front().n + 1;
  EXPECT_FALSE(cheer_board::valid(impossible));
}

}  // namespace
}  // namespace lightstick::actors::room
