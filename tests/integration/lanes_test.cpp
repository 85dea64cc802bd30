#include <gtest/gtest.h>

#include <set>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

class lanes : public encoded_test {};
LIGHTSTICK_BOTH_ENCODINGS(lanes);

TEST_P(lanes, in_a_flood_of_fans_every_word_of_the_artist_reaches_everybody_and_the_rest_is_counted) {
  constexpr int listeners = 10;
  start_node({"--rates-fan-deliveries", "500/s burst 200", "--rates-publish-fan", "unlimited", "--rates-publish-user",
              "unlimited", "--rates-publish-room", "unlimited", "--rates-publish-artist", "unlimited"});
  std::vector<ws_client> all;
  for (int i = 0; i < listeners; ++i) {
    all.push_back(enter("listener" + std::to_string(i)));
    all.back().join("aurora");
  }
  auto star = enter("star", "artist");
  star.join("aurora");
  auto fan = enter("fan");
  fan.join("aurora");
  std::set<std::uint64_t> stars;
  std::uint64_t last = 0;
  for (int round = 0; round < 40; ++round) {
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < 30; ++i) ids.push_back(fan.send({{"op", "pub"}, {"room", "aurora"}, {"text", "f"}}));
    const auto off = star.publish("aurora", "s" + std::to_string(round))["off"].number();
    stars.insert(off);
    for (const auto id : ids) {
      const auto answer = fan.answer(id);
      ASSERT_TRUE(answer.has("ok")) << answer << ": the sender has its answer all the same";
      last = std::max(last, answer["ok"]["off"].number());
    }
    last = std::max(last, off);
  }
  // The fans' last message comes at the end of a tick.
  const auto reference = all.front().pushed_through("aurora", last);
  EXPECT_LT(reference.size(), last / 2);
  for (auto& each : all) {
    const auto& seen = each.pushed_through("aurora", last);
    std::set<std::uint64_t> heard;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      ASSERT_TRUE(i == 0 || seen[i].off > seen[i - 1].off);
      if (seen[i].role == "artist") heard.insert(seen[i].off);
    }
    EXPECT_EQ(heard, stars);
    EXPECT_EQ(each.skipped("aurora") + seen.size(), last) << "what is missing is told";
    EXPECT_EQ(seen, reference) << "and it is the same for all";
  }
  const auto whole = all.front().history_after("aurora", 0);
  ASSERT_EQ(whole.size(), last);
  for (std::size_t i = 0; i < whole.size(); ++i) ASSERT_EQ(whole[i].off, i + 1);
  EXPECT_GE(the_node().metric("lightstick_gateway_fan_messages_skipped_total"), 1);
  EXPECT_EQ(the_node().metric("lightstick_gateway_offset_gaps_total"), 0);
}

}  // namespace
}  // namespace lightstick::test
