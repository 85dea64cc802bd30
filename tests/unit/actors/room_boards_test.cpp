#include <gtest/gtest.h>

#include "tests/support/room_cheers.hpp"
#include "tests/support/room_orders.hpp"

namespace lightstick::actors::room {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

std::string shown(const std::vector<board_entry>& rows) {
  std::string out;
  for (const auto& e : rows) out += (out.empty() ? "" : ", ") + e.user.str() + " " + std::to_string(e.n);
  return out;
}

std::string ask(room_driver& d, board_of of, bool watch = false, std::uint32_t top = 10) {
  auto page = d.ctx->send<board_page>(board{of, top, watch});
  d.ctx->settle();
  return shown(page->rows);
}

room_driver with_cheers() {
  room_driver d;
  d.enter(come("mina", 0));
  d.enter(come("jun", 0));
  count(d, cheer("mina", 1, 3));
  count(d, cheer("jun", 1, 5));
  count(d, cheer("jun", 2, 9, "heart"));
  return d;
}

std::vector<board_delta> told(const room_driver& d) {
  std::vector<board_delta> out;
  for (const auto& c : d.out->changes) out.insert(out.end(), c->boards.begin(), c->boards.end());
  return out;
}

TEST(room_boards, count_cheers_of_the_day_and_of_all_time_over_a_restart) {
  auto d = with_cheers();
  for (bool again : {false, true}) {
    if (again) d.restart();
    EXPECT_EQ(ask(d, board_of::day), "jun 5, mina 3") << "hearts are no cheers";
    EXPECT_EQ(ask(d, board_of::all), "jun 5, mina 3");
    EXPECT_EQ(ask(d, board_of::all, false, 1), "jun 5");
  }
  d.ctx->advance(hours{24});
  EXPECT_EQ(ask(d, board_of::day), "") << "it is another day";
  d.enter(come("mina", 0));
  count(d, cheer("mina", 2));
  EXPECT_EQ(ask(d, board_of::day), "mina 1");
  EXPECT_EQ(ask(d, board_of::all), "jun 5, mina 4");
}

TEST(room_boards, show_what_is_durable) {
  auto d = with_cheers();
  d.ctx->advance(seconds{1});
  d.ctx->send<reacted>(cheer("mina", 9));
  auto page = d.ctx->send<board_page>(board{board_of::all, 10, false});
  EXPECT_FALSE(page.there());
  d.ctx->settle();
  EXPECT_EQ(shown(page->rows), "jun 5, mina 4");
}

TEST(room_boards, tell_changes_to_the_room_while_somebody_watches) {
  auto d = with_cheers();
  d.ctx->advance(seconds{5});
  count(d, cheer("mina", 2));
  d.ctx->advance(seconds{5});
  EXPECT_TRUE(told(d).empty()) << "nobody watches";
  EXPECT_EQ(ask(d, board_of::all, true), "jun 5, mina 4");
  count(d, cheer("mina", 3, 3));
  ASSERT_EQ(told(d).size(), 1U);
  EXPECT_EQ(told(d)[0].of, board_of::all);
  EXPECT_EQ(shown(told(d)[0].set), "mina 7");
  count(d, cheer("mina", 4));
  count(d, cheer("mina", 5));
  d.ctx->advance(seconds{5});
  d.ctx->settle();
  ASSERT_EQ(told(d).size(), 2U) << "merged";
  EXPECT_EQ(shown(told(d)[1].set), "mina 9");
  d.ctx->advance(board_watch::lease);
  count(d, cheer("mina", 6));
  d.ctx->advance(seconds{5});
  d.ctx->settle();
  EXPECT_EQ(told(d).size(), 2U) << "nobody asked again";
}

TEST(room_boards, an_erased_user_is_on_none_and_whoever_watches_learns_of_it) {
  auto d = with_cheers();
  (void)ask(d, board_of::all, true);
  d.ctx->send<erased>(erase{user_id{"jun"}});
  d.ctx->settle();
  d.ctx->advance(seconds{5});
  d.ctx->settle();
  EXPECT_EQ(ask(d, board_of::all), "mina 3");
  EXPECT_EQ(ask(d, board_of::day), "mina 3");
  ASSERT_FALSE(told(d).empty());
  EXPECT_EQ(told(d).back().gone, std::vector<user_id>{user_id{"jun"}});
}

TEST(room_boards, have_one_to_a_hundred_rows) {
  auto d = with_cheers();
  for (auto top : {0U, 101U}) {
    EXPECT_EQ(d.ctx->send<board_page>(board{board_of::all, top, false}).error(), code(errc::bad_request));
  }
  room_driver none;
  EXPECT_EQ(none.ctx->send<board_page>(board{}).error(), code(errc::room_not_found));
}

typing types(const std::string& user) { return {session_id{user}, user_id{user}, user, role::fan, false}; }

std::string typing_told(const room_driver& d) {
  std::string out = "nothing";
  for (const auto& c : d.out->changes) {
    if (!c->typing) continue;
    out.clear();
    for (const auto& m : *c->typing) out += m.user.str();
  }
  return out;
}

TEST(room_typing, is_told_until_it_is_said_or_over) {
  auto d = with_cheers();
  EXPECT_TRUE(d.ctx->send<typing_noted>(types("mina"))->shown);
  EXPECT_EQ(typing_told(d), "mina");
  d.post(say("mina", "hi"));
  d.ctx->advance(seconds{1});
  EXPECT_EQ(typing_told(d), "");
  d.ctx->send<typing_noted>(types("jun"));
  d.ctx->advance(seconds{1});
  EXPECT_EQ(typing_told(d), "jun");
  d.ctx->advance(typists::shown_for);
  EXPECT_EQ(typing_told(d), "");
}

TEST(room_typing, of_who_may_not_speak_is_not_shown) {
  auto d = with_cheers();
  EXPECT_EQ(d.ctx->send<typing_noted>(types("nobody")).error(), code(errc::forbidden));
  ASSERT_TRUE(carry_out(d, order(act::mute, "mina")).there());
  EXPECT_FALSE(d.ctx->send<typing_noted>(types("mina"))->shown);
  ASSERT_TRUE(carry_out(d, order(act::shadow, "jun")).there());
  EXPECT_TRUE(d.ctx->send<typing_noted>(types("jun"))->shown) << "as far as jun is told";
  d.ctx->advance(seconds{1});
  EXPECT_EQ(typing_told(d), "nothing");
}

}  // namespace
}  // namespace lightstick::actors::room
