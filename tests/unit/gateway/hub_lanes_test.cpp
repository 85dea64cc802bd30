#include "hub_fixture.hpp"

namespace lightstick::gateway::net {
namespace {

class sampled_hub_test : public hub_test {
 protected:
  sampled_hub_test() : hub_test({10, 10}) {}
  void publish_of(std::uint64_t off, actors::role as) {
    auto m = std::make_shared<actors::chat_message>(*message(off));
    m->from = as;
    all.publish(std::make_shared<const actors::room_batch>(actors::room_batch{room, {std::move(m)}}));
  }
  void end_tick() {
    for (auto& thread : threads) {
      for (auto& r : std::exchange(thread.ticks, {})) all.end_tick(r);
    }
  }
};

TEST_F(sampled_hub_test, all_who_listen_miss_the_same_of_what_fans_say_and_nothing_of_artists) {
  enter(mina, 0);
  enter(yuki, 0);
  enter(packed, 0);
  enter(far, 0, 1);
  for (std::uint64_t off = 1; off <= 40; ++off) {
    publish_of(off, off % 10 == 0 ? actors::role::artist : actors::role::fan);
  }
  walk();
  walk(1);
  const auto seen = mina.offsets();
  EXPECT_LT(seen.size(), 20U);
  for (const std::uint64_t artist : {10, 20, 30, 40}) EXPECT_NE(std::ranges::find(seen, artist), seen.end()) << artist;
  EXPECT_EQ(yuki.offsets(), seen);
  EXPECT_EQ(far.offsets(), seen);
  EXPECT_NE(mina.text().find("\"skipped\":"), std::string::npos);
  EXPECT_TRUE(mina.fell.empty());
  EXPECT_TRUE(far.fell.empty());
  EXPECT_EQ(counts.fan_messages_skipped.value(), 40 - seen.size());
}

TEST_F(sampled_hub_test, the_last_of_the_fans_is_told_at_the_end_of_the_tick) {
  enter(mina, 0);
  publish(1, 30);
  walk();
  EXPECT_LT(mina.offsets().back(), 30U);
  ASSERT_FALSE(threads[0].ticks.empty());
  end_tick();
  walk();
  EXPECT_EQ(mina.offsets().back(), 30U);
  EXPECT_TRUE(threads[0].ticks.empty());
  clock.advance(std::chrono::seconds{2});
  publish(31, 32);
  walk();
  EXPECT_EQ(mina.offsets().back(), 32U);
  EXPECT_TRUE(mina.fell.empty());
}

TEST_F(sampled_hub_test, who_joined_among_what_is_left_out_is_told_only_what_it_misses) {
  enter(mina, 0);
  publish(1, 30);
  walk();
  enter(yuki, 25);
  end_tick();
  walk();
  EXPECT_EQ(yuki.offsets(), (offsets{30}));
  EXPECT_NE(yuki.text().find("\"skipped\":4"), std::string::npos) << yuki.text();
  EXPECT_TRUE(yuki.fell.empty());
}

}  // namespace
}  // namespace lightstick::gateway::net
