#include "actors/room/recent_messages.hpp"

#include <gtest/gtest.h>

#include "tests/support/room_fixtures.hpp"

namespace lightstick::actors::room {
namespace {

using offsets = std::vector<std::uint64_t>;

recent_messages filled(std::uint64_t first, std::uint64_t last, std::size_t max = 100) {
  recent_messages r{max, 1U << 20U};
  for (auto i = first; i <= last; ++i) r.push(message_at(i));
  return r;
}

page_limit at_most(std::uint32_t n) { return {n, 1U << 20U, 0}; }

TEST(recent_messages, the_oldest_goes_at_the_bound_of_messages) {
  auto r = filled(1, 5, 3);
  EXPECT_EQ(r.size(), 3U);
  EXPECT_EQ(offsets_of(r.after(offset{2}, offset{5}, at_most(9))->messages), (offsets{3, 4, 5}));
  EXPECT_FALSE(r.after(offset{1}, offset{5}, at_most(9)));
}

TEST(recent_messages, the_oldest_goes_at_the_bound_of_bytes_but_the_newest_stays) {
  auto one = weight(*message_at(1, std::string(1000, 'x')));
  recent_messages r{100, 2 * one};
  for (std::uint64_t i = 1; i <= 3; ++i) r.push(message_at(i, std::string(1000, 'x')));
  EXPECT_EQ(r.size(), 2U);
  EXPECT_EQ(r.bytes(), 2 * one);
  r.push(message_at(4, std::string(5000, 'x')));
  EXPECT_EQ(r.size(), 1U);
  EXPECT_GT(r.bytes(), 2 * one);
}

TEST(recent_messages, a_message_weighs_what_json_makes_of_it) {
  auto plain = weight(*message_at(1, "xxxx"));
  EXPECT_EQ(weight(*message_at(1, "x\"\\x")), plain + 2);
  EXPECT_EQ(weight(*message_at(1, "x\x01\x1fx")), plain + 10);
  EXPECT_EQ(weight(*message_at(1, "\xEA\xB0\x80x")), plain);
}

TEST(recent_messages, a_replaced_one_is_found_in_its_place_however_many_have_gone) {
  for (std::uint64_t gone = 0; gone < 70; ++gone) {  // past the point at which the others move over
    auto r = filled(1, 5 + gone, 5);
    r.forget_before(offset{gone + 2});
    EXPECT_EQ(r.oldest()->off, offset{gone + 2});
    r.replace(message_at(gone + 1, "gone"));
    r.replace(message_at(gone + 3, "other"));
    r.replace(message_at(gone + 6, "not yet"));
    const auto p = r.after(offset{gone + 1}, offset{gone + 5}, at_most(9));
    ASSERT_EQ(offsets_of(p->messages), (offsets{gone + 2, gone + 3, gone + 4, gone + 5}));
    for (const auto& m : p->messages) EXPECT_EQ(m->text == "other", m->off == offset{gone + 3});
    std::size_t bytes = 0;
    for (const auto& m : p->messages) bytes += weight(*m);
    EXPECT_EQ(r.bytes(), bytes);
    r.forget_before(offset{gone + 6});
    EXPECT_EQ(r.size(), 0U);
    EXPECT_EQ(r.oldest(), nullptr);
    EXPECT_EQ(r.bytes(), 0U);
  }
}

TEST(recent_messages, a_gap_starts_it_anew) {
  auto r = filled(1, 3);
  r.push(message_at(7));
  EXPECT_EQ(r.size(), 1U);
  EXPECT_FALSE(r.after(offset{3}, offset{7}, at_most(9)));
}

TEST(recent_messages, older_ones_fill_up_what_fits_and_connects) {
  auto r = filled(8, 9, 5);
  r.fill_older({message_at(4), message_at(5), message_at(6), message_at(7), message_at(8)});
  EXPECT_EQ(offsets_of(r.after(offset{4}, offset{9}, at_most(9))->messages), (offsets{5, 6, 7, 8, 9}));
  auto gap = filled(8, 9);
  gap.fill_older({message_at(5), message_at(6)});
  EXPECT_EQ(gap.size(), 2U);
  recent_messages empty{2, 1U << 20U};
  empty.fill_older({message_at(1), message_at(2), message_at(3)});
  EXPECT_EQ(offsets_of(empty.before(offset{4}, at_most(1))->messages), (offsets{3}));
}

TEST(recent_messages, a_page_after_an_offset_stops_at_limit_bytes_and_last) {
  auto r = filled(1, 9);
  auto p = r.after(offset{2}, offset{9}, at_most(3));
  EXPECT_EQ(offsets_of(p->messages), (offsets{3, 4, 5}));
  EXPECT_TRUE(p->more);
  p = r.after(offset{2}, offset{5}, at_most(3));
  EXPECT_FALSE(p->more);
  p = r.after(offset{2}, offset{9}, {9, static_cast<std::uint32_t>(2 * weight(*message_at(1))), 0});
  EXPECT_EQ(offsets_of(p->messages), (offsets{3, 4}));
  EXPECT_TRUE(p->more);
}

TEST(recent_messages, nothing_after_the_last_needs_no_messages) {
  recent_messages empty{10, 1000};
  auto p = empty.after(offset{5}, offset{5}, at_most(3));
  ASSERT_TRUE(p);
  EXPECT_TRUE(p->messages.empty());
  EXPECT_FALSE(p->more);
  EXPECT_FALSE(empty.after(offset{4}, offset{5}, at_most(3)));
}

TEST(recent_messages, a_page_before_an_offset_is_ascending_and_says_whether_there_is_more) {
  auto r = filled(1, 9);
  auto p = r.before(offset{8}, at_most(3));
  EXPECT_EQ(offsets_of(p->messages), (offsets{5, 6, 7}));
  EXPECT_TRUE(p->more);
  p = r.before(offset{4}, at_most(3));
  EXPECT_EQ(offsets_of(p->messages), (offsets{1, 2, 3}));
  EXPECT_FALSE(p->more);
  p = r.before(offset{1}, at_most(3));
  EXPECT_TRUE(p->messages.empty());
  EXPECT_FALSE(p->more);
}

TEST(recent_messages, a_page_that_reaches_beyond_it_is_not_given) {
  auto r = filled(5, 9);
  EXPECT_TRUE(r.before(offset{10}, at_most(4)));
  EXPECT_FALSE(r.before(offset{10}, at_most(6)));
  EXPECT_FALSE(r.before(offset{5}, at_most(1)));
  EXPECT_FALSE(r.before(offset{11}, at_most(1)));
}

TEST(recent_messages, a_limit_of_nothing_only_says_whether_there_is_more) {
  auto r = filled(1, 3);
  EXPECT_TRUE(r.after(offset{1}, offset{3}, at_most(0))->more);
  EXPECT_TRUE(r.before(offset{4}, at_most(0))->more);
  EXPECT_TRUE(r.after(offset{1}, offset{3}, at_most(0))->messages.empty());
}

TEST(recent_messages, at_least_is_given_whatever_it_weighs) {
  auto r = filled(1, 3);
  EXPECT_TRUE(r.after(offset{}, offset{3}, {5, 1, 0})->messages.empty());
  EXPECT_EQ(r.after(offset{}, offset{3}, {5, 1, 1})->messages.size(), 1U);
}

}  // namespace
}  // namespace lightstick::actors::room
