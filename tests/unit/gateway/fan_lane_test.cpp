#include "gateway/net/fan_lane.hpp"

#include <gtest/gtest.h>

#include <map>

#include "runtime/base/random.hpp"

namespace lightstick::gateway::net {
namespace {

using namespace std::chrono_literals;
using actors::role;
using offsets = std::vector<std::uint64_t>;

actors::chat_message_ptr said(std::uint64_t off, role as = role::fan) {
  auto m = std::make_shared<actors::chat_message>();
  m->off = offset{off};
  m->from = as;
  return m;
}

actors::chat_message_ptr tomb(std::uint64_t off) {
  auto m = std::make_shared<actors::chat_message>();
  m->off = offset{off};
  m->tomb = actors::tomb_kind::message;
  return m;
}

offsets of(const fan_lane::run& r) {
  offsets out;
  for (const auto& m : r.messages) out.push_back(m->off.value());
  return out;
}

const steady_time begin{1h};

TEST(fan_lane, below_the_budget_everything_passes) {
  fan_lane lane({1'000, 1'000});
  const auto runs = lane.pass({said(5), said(6), said(7)}, 300, false, begin);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].after, offset{4});
  EXPECT_EQ(of(runs[0]), (offsets{5, 6, 7}));
  EXPECT_EQ(runs[0].skipped(), 0U);
  EXPECT_FALSE(lane.holds_back());
}

TEST(fan_lane, beyond_it_fans_are_left_out_and_artists_are_not) {
  fan_lane lane({100, 200});
  auto runs = lane.pass({said(1), said(2), said(3), said(4, role::artist), said(5, role::moderator), said(6)}, 100,
                        false, begin);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(of(runs[0]), (offsets{1, 2, 4, 5}));
  EXPECT_EQ(runs[0].skipped(), 1U);
  EXPECT_TRUE(lane.holds_back());
  runs = lane.pass({said(7), said(8, role::admin)}, 100, false, begin);
  EXPECT_EQ(runs.at(0).after, offset{5});
  EXPECT_EQ(of(runs.at(0)), (offsets{8}));
  EXPECT_EQ(runs.at(0).skipped(), 2U);
}

TEST(fan_lane, what_was_said_last_goes_out_at_the_end_of_the_tick) {
  fan_lane lane({100, 100});
  EXPECT_EQ(of(lane.pass({said(1), said(2), said(3)}, 100, false, begin).at(0)), (offsets{1}));
  EXPECT_TRUE(lane.pass({said(4)}, 100, false, begin).empty());
  const auto last = lane.end_tick();
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].after, offset{1});
  EXPECT_EQ(of(last[0]), (offsets{4}));
  EXPECT_EQ(last[0].skipped(), 2U);
  EXPECT_TRUE(lane.end_tick().empty());
}

TEST(fan_lane, a_tomb_follows_what_it_can_be_counted_from) {
  fan_lane lane({100, 100});
  const auto runs = lane.pass({said(1), said(2), said(3), tomb(4), said(5)}, 100, false, begin);
  EXPECT_EQ(of(runs.at(0)), (offsets{1, 3, 4})) << "a tomb's frame tells of nothing left out";
}

TEST(fan_lane, a_thread_that_fell_behind_leaves_fans_out_whatever_the_budget) {
  fan_lane lane({});
  EXPECT_EQ(of(lane.pass({said(1), said(2, role::artist), said(3)}, 1, true, begin).at(0)), (offsets{2}));
  EXPECT_EQ(of(lane.pass({said(4)}, 1, false, begin).at(0)), (offsets{4}));
}

TEST(fan_lane, a_room_that_starts_again_is_told_of_from_where_it_begins) {
  fan_lane lane({100, 100});
  (void)lane.pass({said(1), said(2), said(3)}, 100, false, begin);
  const auto runs = lane.pass({said(2), said(3)}, 100, false, begin + 10s);
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(of(runs[0]), (offsets{3}));
  EXPECT_EQ(runs[1].after, offset{1});
}

TEST(fan_lane, a_room_larger_than_the_burst_still_hears_fans) {
  fan_lane lane({100, 100});
  EXPECT_EQ(of(lane.pass({said(1)}, 10'000, false, begin).at(0)), (offsets{1}));
}

TEST(fan_lane, whatever_comes_runs_follow_one_another_and_count_what_is_missing) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    seeded_random dice{seed};
    fan_lane lane({500, 300});
    auto now = begin;
    std::uint64_t off = 0;
    std::uint64_t told = 0;
    std::uint64_t shown = 0;
    std::uint64_t skipped = 0;
    std::map<std::uint64_t, bool> always;
    const auto check = [&](const std::vector<fan_lane::run>& runs) {
      for (const auto& r : runs) {
        ASSERT_EQ(r.after.value(), told);
        for (const auto& m : r.messages) {
          ASSERT_GT(m->off.value(), told);
          ASSERT_TRUE(m->tomb == actors::tomb_kind::none || m->off.value() == told + 1);
          told = m->off.value();
          always.erase(told);
        }
        shown += r.messages.size();
        skipped += r.skipped();
        ASSERT_TRUE(always.empty() || always.begin()->first > told);
      }
    };
    for (int i = 0; i < 100; ++i) {
      now += std::chrono::milliseconds{dice.next() % 50};
      if (dice.next() % 5 == 0) {
        check(lane.end_tick());
        ASSERT_EQ(told, off);
        continue;
      }
      std::vector<actors::chat_message_ptr> batch;
      for (auto n = 1 + dice.next() % 8; n > 0; --n) {
        const auto what = dice.next() % 10;
        batch.push_back(what == 0 ? tomb(++off) : said(++off, what < 3 ? role::artist : role::fan));
        if (what < 3) always[off] = true;
      }
      check(lane.pass(batch, 1 + dice.next() % 100, dice.next() % 20 == 0, now));
      ASSERT_TRUE(always.empty());
      ASSERT_EQ(told == off, !lane.holds_back());
    }
    check(lane.end_tick());
    ASSERT_EQ(shown + skipped, off);
  }
}

}  // namespace
}  // namespace lightstick::gateway::net
