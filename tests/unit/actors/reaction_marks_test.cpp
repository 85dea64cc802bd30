#include "actors/room/reaction_marks.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "actors/room/room_codec.hpp"
#include "runtime/base/hex.hpp"

namespace lightstick::actors::room {
namespace {

using is = device_mark::is;

device_mark counted(std::uint64_t from, const std::vector<std::uint64_t>& all) {
  device_mark m{device_id{"web"}, from, from, from, 0};
  for (auto seq : all) {
    EXPECT_EQ(m.look(seq), is::fresh) << seq;
    m.count(seq);
  }
  return m;
}

TEST(device_mark, counts_each_number_once_in_whatever_order_they_come) {
  auto m = counted(0, {1, 2, 5, 3});
  for (auto seq : {1U, 2U, 3U, 5U}) EXPECT_EQ(m.look(seq), is::counted) << seq;
  for (auto seq : {4U, 6U, 1'000U}) EXPECT_EQ(m.look(seq), is::fresh) << seq;
  EXPECT_EQ(m.solid, 3U);
  m.count(4);
  EXPECT_EQ(m.solid, 5U);
}

TEST(device_mark, of_who_counts_up_by_one_everything_stays_known) {
  device_mark m{device_id{"web"}, 0, 0, 0, 0};
  for (std::uint64_t seq = 1; seq <= 1'000; ++seq) m.count(seq);
  for (std::uint64_t seq = 1; seq <= 1'000; ++seq) EXPECT_EQ(m.look(seq), is::counted) << seq;
}

TEST(device_mark, knows_a_gap_for_the_window_and_then_refuses_it) {
  auto m = counted(0, {1, 3});
  m.count(2 + device_mark::window);
  EXPECT_EQ(m.look(2), is::fresh);
  m.count(3 + device_mark::window);
  EXPECT_EQ(m.look(2), is::lost) << "nobody knows any more whether it was counted";
  EXPECT_EQ(m.look(1), is::counted);
  EXPECT_EQ(m.look(3), is::counted) << "just inside";
  m.count(4 + device_mark::window);
  EXPECT_EQ(m.look(3), is::lost);
}

TEST(device_mark, of_a_great_step_only_the_new_number_is_known) {
  auto m = counted(0, {1, 2});
  m.count(1'000'000);
  EXPECT_EQ(m.look(2), is::counted);
  EXPECT_EQ(m.look(3), is::lost);
  EXPECT_EQ(m.look(999'999), is::fresh);
  EXPECT_EQ(m.look(1'000'000), is::counted);
  auto exact = counted(0, {1, 65});
  EXPECT_EQ(exact.look(1), is::counted);
  EXPECT_EQ(exact.look(2), is::fresh);
}

TEST(device_mark, knows_nothing_of_what_was_before_it) {
  auto m = counted(10, {12});
  for (auto seq : {1U, 9U, 10U}) EXPECT_EQ(m.look(seq), is::lost) << seq;
  EXPECT_EQ(m.look(11), is::fresh);
}

TEST(user_marks, the_ninth_device_takes_the_place_of_the_one_that_was_used_longest_ago) {
  user_marks m;
  for (int i = 0; i < 8; ++i) m.count(device_id{std::to_string(i)}, 100 + i, {i});
  m.count(device_id{"0"}, 101, {9});
  m.count(device_id{"new"}, 5, {10});
  EXPECT_EQ(m.devices.size(), user_marks::devices_max);
  EXPECT_EQ(m.find(device_id{"1"}), nullptr) << "0 was used since";
  EXPECT_EQ(m.floor, 101U);
  EXPECT_EQ(m.look(device_id{"1"}, 101), is::lost) << "it was counted, and that is forgotten";
  EXPECT_EQ(m.look(device_id{"1"}, 102), is::fresh);
  EXPECT_EQ(m.look(device_id{"new"}, 5), is::counted);
  EXPECT_EQ(m.look(device_id{"0"}, 101), is::counted);
  EXPECT_EQ(m.base(device_id{"0"}), 101U);
  EXPECT_EQ(m.base(device_id{"1"}), 101U);
  EXPECT_EQ(m.highest(), 107U);
  EXPECT_TRUE(m.valid());
}

TEST(user_marks, have_golden_bytes) {
  user_marks m{7, {1'790'000'000'123}, {{device_id{"web-1"}, 7, 9, 12, 5}}};
  EXPECT_EQ(hex(encode(m)), "990107cf000001a0c4506c7b01c4057765622d3107090c05");
  EXPECT_EQ(decode_reaction_marks(encode(m)).value(), m);
  EXPECT_EQ(hex(reaction_key(user_id{"17"})), "003137");
  EXPECT_EQ(parse_reaction_key(reaction_key(user_id{"17"})), user_id{"17"});
  EXPECT_EQ(parse_reaction_key(mark_key(user_id{"17"}, device_id{"web-1"}, "c")), std::nullopt);
}

TEST(user_marks, that_cannot_be_are_refused) {
  const device_mark good{device_id{"a"}, 1, 2, 3, 0};
  auto refused = [](user_marks m) { return !decode_reaction_marks(encode(m)); };
  EXPECT_FALSE(refused({0, {}, {good}}));
  EXPECT_TRUE(refused({0, {}, {good, good}})) << "a device twice";
  EXPECT_TRUE(refused({0, {}, {{device_id{"a"}, 3, 2, 3, 0}}}));
  EXPECT_TRUE(refused({0, {}, {{device_id{"a"}, 1, 4, 3, 0}}}));
  std::vector<device_mark> many;
  for (int i = 0; i < 9; ++i) many.push_back({device_id{std::to_string(i)}, 0, 0, 0, 0});
  EXPECT_TRUE(refused({0, {}, many}));
}

TEST(forgotten_floors, keep_the_highest_of_each_bucket) {
  forgotten_floors f;
  EXPECT_TRUE(f.empty());
  EXPECT_EQ(f.of(user_id{"17"}), 0U);
  const auto bucket = forgotten_floors::bucket_of(user_id{"17"});
  f.raise({bucket, 9});
  f.raise({bucket, 5});
  EXPECT_EQ(f.of(user_id{"17"}), 9U);
  EXPECT_EQ(f.all(), (std::vector<bucket_floor>{{bucket, 9}}));
}

}  // namespace
}  // namespace lightstick::actors::room
