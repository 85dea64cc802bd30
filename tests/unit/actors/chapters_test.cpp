#include "actors/room/chapters.hpp"

#include <gtest/gtest.h>

namespace lightstick::actors::room {
namespace {

using namespace std::chrono_literals;

constexpr wall_ms t0{1'790'000'000'000};

wall_ms after(std::chrono::milliseconds d) { return {t0.value + d.count()}; }

/// `n` messages of `bytes`, one every `step`.
chapters filled(std::uint64_t n, std::uint64_t bytes, std::chrono::milliseconds step) {
  chapters c;
  for (std::uint64_t i = 0; i < n; ++i) c.add(offset{i + 1}, after(static_cast<std::int64_t>(i) * step), bytes);
  return c;
}

std::vector<std::uint64_t> firsts(const chapters& c) {
  std::vector<std::uint64_t> out;
  for (const auto& one : c.all()) out.push_back(one.first.value());
  return out;
}

TEST(chapters, end_after_messages_bytes_or_time) {
  EXPECT_EQ(firsts(filled(2001, 1, 0ms)), (std::vector<std::uint64_t>{1, 1001, 2001}));
  EXPECT_EQ(firsts(filled(5, 128U << 10U, 0ms)), (std::vector<std::uint64_t>{1, 3, 5}));
  EXPECT_EQ(firsts(filled(5, 1, 30min)), (std::vector<std::uint64_t>{1, 3, 5}));
  EXPECT_EQ(firsts(filled(2, 1U << 20U, 0ms)), (std::vector<std::uint64_t>{1, 2}));
}

TEST(chapters, are_merged_in_pairs_at_their_bound) {
  auto c = filled(chapters::count_max, 7, 1h);
  EXPECT_EQ(c.all().size(), chapters::count_max);
  c.add(offset{chapters::count_max + 1}, after(chapters::count_max * 1h), 7);
  EXPECT_EQ(c.all().size(), chapters::count_max / 2 + 1);
  EXPECT_EQ(c.all().front(), (chapter{offset{1}, t0, after(1h), 14}));
  EXPECT_EQ(c.bytes(), 7 * (chapters::count_max + 1));
  EXPECT_TRUE(c.valid(offset{chapters::count_max + 1}));
  for (std::uint64_t i = 2; i < 5000; ++i) {
    c.add(offset{chapters::count_max + i}, after((chapters::count_max + i) * 1h), 7);
    ASSERT_LE(c.all().size(), chapters::count_max);
  }
}

TEST(chapters, go_when_their_last_message_is_too_old) {
  const auto c = filled(5, 10, 1h);
  const retention keep{24h, 0};
  EXPECT_FALSE(c.due(keep, after(24h - 1ms), offset{5}));
  EXPECT_EQ(c.due(keep, after(24h), offset{5}), offset{2});
  EXPECT_EQ(c.due(keep, after(26h), offset{5}), offset{4});
  EXPECT_EQ(c.due(keep, after(99h), offset{5}), offset{6});
  EXPECT_EQ(c.next_due(keep), after(24h));
  EXPECT_FALSE(c.due({}, after(99h), offset{5}));
  EXPECT_FALSE(c.next_due({}));
}

TEST(chapters, go_when_they_are_too_many_bytes_but_the_newest) {
  const auto c = filled(5, 10, 1h);
  EXPECT_FALSE(c.due({0ms, 50}, after(99h), offset{5}));
  EXPECT_EQ(c.due({0ms, 49}, t0, offset{5}), offset{2});
  EXPECT_EQ(c.due({0ms, 20}, t0, offset{5}), offset{4});
  EXPECT_EQ(c.due({0ms, 1}, t0, offset{5}), offset{5});
}

TEST(chapters, below_the_floor_are_gone) {
  auto c = filled(5, 10, 30min);  // 1-2, 3-4, 5
  c.trim(offset{3}, offset{5});
  EXPECT_EQ(firsts(c), (std::vector<std::uint64_t>{3, 5}));
  EXPECT_EQ(c.bytes(), 30U);
  c.trim(offset{2}, offset{5});
  EXPECT_EQ(c.floor(), offset{3});
  c.trim(offset{4}, offset{5});
  EXPECT_EQ(firsts(c), (std::vector<std::uint64_t>{4, 5}));
  EXPECT_TRUE(c.valid(offset{5}));
}

TEST(chapters, all_may_go) {
  auto c = filled(5, 10, 1h);
  c.trim(offset{6}, offset{5});
  EXPECT_TRUE(c.all().empty());
  EXPECT_EQ(c.bytes(), 0U);
  EXPECT_TRUE(c.valid(offset{5}));
  c.add(offset{6}, after(99h), 10);
  EXPECT_EQ(firsts(c), (std::vector<std::uint64_t>{6}));
}

}  // namespace
}  // namespace lightstick::actors::room
