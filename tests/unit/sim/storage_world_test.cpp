#include <gtest/gtest.h>
#include <sstream>

#include "runtime/base/log.hpp"
#include "tests/sim/campaign.hpp"

namespace lightstick::sim {
namespace {

class storage_world : public testing::Test {
 protected:
  storage_world() { log::set_level(log::area::storage, log::level::off); }

  static run_options of(std::uint64_t seed) {
    run_options o;
    o.seed = seed;
    return o;
  }
};

TEST_F(storage_world, the_same_seed_is_the_same_run_byte_for_byte) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::ostringstream first;
    std::ostringstream second;
    auto o = of(seed);
    o.notes = &first;
    auto one = run_storage_world(o);
    o.notes = &second;
    auto two = run_storage_world(o);
    EXPECT_EQ(one.trace, two.trace) << seed;
    EXPECT_EQ(first.str(), second.str()) << seed;
    EXPECT_EQ(one.trace, run_storage_world(of(seed)).trace) << "being watched changes nothing";
    EXPECT_NE(one.trace, run_storage_world(of(seed + 1)).trace);
  }
}

TEST_F(storage_world, every_trouble_happens_and_work_is_done) {
  campaign c;
  c.seeds = 100;
  c.each.world = world_choice::storage;
  auto out = run_campaign(
      c, [](auto seed, const auto& o) { ADD_FAILURE() << seed << ": " << o.violation; }, [](auto...) {});
  EXPECT_EQ(out.seeds, 100U);
  EXPECT_EQ(out.violations, 0U);
  for (auto n : {out.sums.acknowledged, out.sums.repeated, out.sums.refused, out.sums.reads, out.sums.crashes,
                 out.sums.reminded, out.sums.compactions, out.sums.disk.full, out.sums.disk.broken, out.sums.disk.slow,
                 out.sums.disk.torn, out.sums.disk.turned_back, out.sums.disk.lost_bytes}) {
    EXPECT_GT(n, 20U);
  }
}

TEST_F(storage_world, the_runs_do_not_depend_on_how_many_are_made_at_a_time) {
  campaign c;
  c.seeds = 30;
  c.each.world = world_choice::storage;
  auto nothing = [](auto...) {};
  c.jobs = 1;
  auto one = run_campaign(c, nothing, nothing);
  c.jobs = 4;
  EXPECT_EQ(run_campaign(c, nothing, nothing).sums.trace, one.sums.trace);
}

TEST_F(storage_world, what_is_broken_on_purpose_is_noticed_and_can_be_replayed) {
  for (auto broken : {breakage::skip_fsync, breakage::skip_dedupe, breakage::skip_bound, breakage::skip_floor,
                      breakage::skip_due, breakage::skip_forget}) {
    campaign c;
    c.seeds = 50;
    c.each.world = world_choice::storage;
    c.each.broken = broken;
    std::uint64_t seed = 0;
    std::string what;
    auto keep = [&](std::uint64_t s, const run_outcome& o) {
      seed = s;
      what = o.violation;
    };
    EXPECT_GT(run_campaign(c, keep, [](auto...) {}).violations, 0U);
    auto again = of(seed);
    again.broken = broken;
    EXPECT_EQ(run_storage_world(again).violation, what);
  }
}

TEST_F(storage_world, the_command_that_replays_a_run_names_all_that_matters) {
  auto o = of(77);
  EXPECT_EQ(replay_command(o), "build/release/sim --seed 77 --verbose");
  o.steps = 9;
  o.broken = breakage::skip_dedupe;
  EXPECT_EQ(replay_command(o), "build/release/sim --seed 77 --steps 9 --break skip-dedupe --verbose");
}

}  // namespace
}  // namespace lightstick::sim
