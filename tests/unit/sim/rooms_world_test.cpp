#include <gtest/gtest.h>
#include <sstream>

#include "runtime/base/log.hpp"
#include "tests/sim/campaign.hpp"

namespace lightstick::sim {
namespace {

class rooms_world : public testing::Test {
 protected:
  rooms_world() {
    for (auto area : {log::area::storage, log::area::runtime, log::area::actors}) log::set_level(area, log::level::off);
  }

  static campaign of(std::uint64_t seeds, breakage broken = breakage::none) {
    campaign c;
    c.seeds = seeds;
    c.each.broken = broken;
    c.each.world = world_choice::rooms;
    return c;
  }
};

TEST_F(rooms_world, the_same_seed_is_the_same_run_byte_for_byte) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    std::ostringstream first;
    std::ostringstream second;
    run_options o;
    o.seed = seed;
    o.notes = &first;
    auto one = run_rooms_world(o);
    o.notes = &second;
    auto two = run_rooms_world(o);
    EXPECT_EQ(one.trace, two.trace) << seed;
    EXPECT_EQ(first.str(), second.str()) << seed;
    o.notes = nullptr;
    EXPECT_EQ(one.trace, run_rooms_world(o).trace) << "being watched changes nothing";
  }
}

TEST_F(rooms_world, every_trouble_happens_and_work_is_done) {
  auto out = run_campaign(
      of(100), [](auto seed, const auto& o) { ADD_FAILURE() << seed << ": " << o.violation; }, [](auto...) {});
  for (auto n :
       {out.sums.acknowledged, out.sums.repeated, out.sums.refused, out.sums.reads, out.sums.crashes, out.sums.reminded,
        out.sums.compactions, out.sums.erased, out.sums.moderated, out.sums.cheered, out.sums.asked, out.sums.trimmed,
        out.sums.disk.full, out.sums.disk.broken, out.sums.disk.slow, out.sums.disk.lost_bytes}) {
    EXPECT_GT(n, 20U);
  }
}

TEST_F(rooms_world, what_is_broken_on_purpose_is_noticed_and_can_be_replayed) {
  for (auto broken : {breakage::skip_fsync, breakage::skip_dedupe, breakage::skip_bound, breakage::skip_floor,
                      breakage::skip_due, breakage::skip_forget, breakage::skip_erase, breakage::skip_wake}) {
    run_options again;
    std::string what;
    auto keep = [&](std::uint64_t s, const run_outcome& o) {
      again.seed = s;
      what = o.violation;
      EXPECT_EQ(o.violated, world_choice::rooms);
    };
    EXPECT_GT(run_campaign(of(200, broken), keep, [](auto...) {}).violations, 0U) << static_cast<int>(broken);
    again.broken = broken;
    EXPECT_EQ(run_rooms_world(again).violation, what);
  }
}

TEST_F(rooms_world, the_command_that_replays_a_run_names_its_world) {
  run_options o;
  o.seed = 5;
  o.world = world_choice::rooms;
  EXPECT_EQ(replay_command(o), "build/release/sim --seed 5 --world rooms --verbose");
}

}  // namespace
}  // namespace lightstick::sim
