#include <gtest/gtest.h>

#include "actors/room/room_codec.hpp"
#include "tests/support/room_driver.hpp"

namespace lightstick::actors::room {
namespace {

/// Keeps so few messages in memory that most pages come from the disk.
options small_memory() {
  options o;
  o.recent_max = 4;
  return o;
}

TEST(room_paging, joining_gives_the_newest_page) {
  room_driver d;
  d.fill(9);
  auto j = d.enter(come("jun", 4));
  EXPECT_EQ(offsets_of(j->messages), (offsets{6, 7, 8, 9}));
  EXPECT_EQ(j->off, offset{9});
  EXPECT_TRUE(j->more);
  EXPECT_FALSE(j->recovered);
  EXPECT_EQ(d.ctx->reads_pending(), 0U);
}

TEST(room_paging, the_newest_page_comes_from_the_disk_when_memory_is_too_short) {
  room_driver d{small_memory()};
  d.fill(9);
  auto j = d.enter(come("jun", 6));
  EXPECT_EQ(offsets_of(j->messages), (offsets{4, 5, 6, 7, 8, 9}));
  EXPECT_TRUE(j->more);
  EXPECT_FALSE(d.enter(come("jun", 9))->more);
}

TEST(room_paging, since_gives_exactly_what_was_missed) {
  for (const auto& how : {options{}, small_memory()}) {
    room_driver d{how};
    d.fill(9);
    auto j = come("jun", 50);
    j.since = after_reading(2);
    auto back = d.enter(j);
    EXPECT_TRUE(back->recovered);
    EXPECT_FALSE(back->more);
    EXPECT_EQ(offsets_of(back->messages), (offsets{3, 4, 5, 6, 7, 8, 9}));
    j.limit = 3;
    back = d.enter(j);
    EXPECT_TRUE(back->recovered);
    EXPECT_TRUE(back->more);
    EXPECT_EQ(offsets_of(back->messages), (offsets{3, 4, 5}));
    j.limit = 0;
    back = d.enter(j);
    EXPECT_TRUE(back->recovered);
    EXPECT_TRUE(back->more);
    EXPECT_TRUE(back->messages.empty());
  }
}

TEST(room_paging, since_the_last_offset_is_recovered_without_messages) {
  room_driver d;
  d.fill(3);
  auto j = come("jun");
  j.since = after_reading(3);
  auto back = d.enter(j);
  EXPECT_TRUE(back->recovered);
  EXPECT_TRUE(back->messages.empty());
  EXPECT_FALSE(back->more);
}

TEST(room_paging, another_history_or_an_offset_of_the_future_is_not_recovered) {
  room_driver d;
  d.fill(3);
  auto j = come("jun", 2);
  j.since = after_reading(1, "h0");
  EXPECT_FALSE(d.enter(j)->recovered);
  j.since = after_reading(4);
  auto back = d.enter(j);
  EXPECT_FALSE(back->recovered);
  EXPECT_EQ(offsets_of(back->messages), (offsets{2, 3}));
}

TEST(room_paging, data_that_is_gone_is_not_recovered) {
  room_driver d{small_memory()};
  d.fill(9);
  for (std::uint64_t off = 1; off <= 4; ++off) d.ctx->disk.history.erase(runtime::big_endian_key(off));
  auto j = come("jun", 3);
  j.since = after_reading(2);
  auto back = d.enter(j);
  EXPECT_FALSE(back->recovered);
  EXPECT_EQ(offsets_of(back->messages), (offsets{7, 8, 9}));
}

TEST(room_paging, a_join_shows_only_what_is_committed) {
  room_driver d;
  d.fill(2);
  d.ctx->send<published>(say("mina", "not yet"));
  auto j = d.ctx->send<joined>(come("jun"));
  EXPECT_EQ(j->off, offset{2});
  EXPECT_EQ(offsets_of(j->messages), (offsets{1, 2}));
}

TEST(room_paging, pushes_connect_to_a_join_that_reads_from_the_disk) {
  room_driver d{small_memory()};
  d.fill(9);
  auto j = d.ctx->send<joined>(come("jun", 8));
  ASSERT_EQ(d.ctx->reads_pending(), 1U);
  d.out->batches.clear();
  d.ctx->send<published>(say("mina", "meanwhile"));
  d.ctx->commit_all();
  EXPECT_EQ(d.out->offsets(), (offsets{10}));
  d.ctx->serve_reads();
  EXPECT_EQ(j->off, offset{9});
  EXPECT_EQ(offsets_of(j->messages), (offsets{2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(room_paging, a_join_answer_is_bounded_in_bytes_even_below_one_message) {
  for (const auto& how : {options{}, small_memory()}) {
    room_driver d{how};
    d.fill(9, 1000);
    auto j = come("jun", 50);
    j.bytes_max = 3500;
    auto in = d.enter(j);
    EXPECT_EQ(offsets_of(in->messages), (offsets{7, 8, 9}));
    EXPECT_TRUE(in->more);
    j.bytes_max = 10;
    j.since = after_reading(1);
    in = d.enter(j);
    EXPECT_TRUE(in->recovered);
    EXPECT_TRUE(in->more);
    EXPECT_TRUE(in->messages.empty());
  }
}

TEST(room_paging, a_join_whose_read_fails_is_refused_and_leaves_no_place_taken) {
  room_driver d{small_memory()};
  d.fill(9);
  auto j = d.ctx->send<joined>(come("jun", 9));
  d.ctx->fail_reads({make_error_code(lightstick::errc::unavailable), "disk"});
  EXPECT_TRUE(j.there());
  EXPECT_FALSE(j.get());
  EXPECT_EQ(d.seen("sessions"), "1");
}

TEST(room_paging, one_damaged_record_does_not_close_the_room_and_is_never_served) {
  room_driver d{small_memory()};
  d.fill(9);
  d.ctx->disk.history[runtime::big_endian_key(4)] = "damaged";
  auto j = d.enter(come("jun", 9));
  ASSERT_TRUE(j.get());
  EXPECT_TRUE(j->messages.empty());
  EXPECT_TRUE(j->more);
  auto page_of_damage = d.ctx->send<page>(history{offset{6}, std::nullopt, 5});
  d.ctx->serve_reads();
  ASSERT_FALSE(page_of_damage.get());
  EXPECT_TRUE(page_of_damage.get().error().is(condition::corrupt));
}

TEST(room_paging, more_than_a_hundred_messages_are_refused) {
  room_driver d;
  EXPECT_EQ(d.enter(come("mina", 101)).error(), code(errc::bad_request));
  d.enter(come("mina", 100));
  EXPECT_EQ(d.ctx->send<page>(history{offset{1}, std::nullopt, 101}).error(), code(errc::bad_request));
  EXPECT_EQ(d.ctx->send<page>(history{offset{1}, std::nullopt, 0}).error(), code(errc::bad_request));
}

TEST(room_paging, history_goes_back_and_forth_without_gap_or_overlap) {
  for (const auto& how : {options{}, small_memory()}) {
    room_driver d{how};
    d.fill(9);
    auto ask = [&](history h) {
      auto answer = d.ctx->send<page>(h);
      d.ctx->settle();
      return answer;
    };
    auto p = ask({offset{10}, std::nullopt, 4});
    EXPECT_EQ(offsets_of(p->messages), (offsets{6, 7, 8, 9}));
    EXPECT_TRUE(p->more);
    p = ask({offset{6}, std::nullopt, 4});
    EXPECT_EQ(offsets_of(p->messages), (offsets{2, 3, 4, 5}));
    EXPECT_TRUE(p->more);
    p = ask({offset{2}, std::nullopt, 4});
    EXPECT_EQ(offsets_of(p->messages), (offsets{1}));
    EXPECT_FALSE(p->more);
    p = ask({std::nullopt, offset{0}, 4});
    EXPECT_EQ(offsets_of(p->messages), (offsets{1, 2, 3, 4}));
    EXPECT_TRUE(p->more);
    p = ask({std::nullopt, offset{7}, 4});
    EXPECT_EQ(offsets_of(p->messages), (offsets{8, 9}));
    EXPECT_FALSE(p->more);
    p = ask({std::nullopt, offset{99}, 4});
    EXPECT_TRUE(p->messages.empty());
    EXPECT_FALSE(p->more);
    p = ask({offset{UINT64_MAX}, std::nullopt, 2});
    EXPECT_EQ(offsets_of(p->messages), (offsets{8, 9}));
  }
}

TEST(room_paging, history_gives_at_least_one_message_whatever_it_weighs) {
  for (const auto& how : {options{}, small_memory()}) {
    room_driver d{how};
    d.fill(9, 500);
    auto p = d.ctx->send<page>(history{std::nullopt, offset{1}, 10, 100});
    d.ctx->settle();
    EXPECT_EQ(offsets_of(p->messages), (offsets{2}));
    EXPECT_TRUE(p->more);
  }
}

TEST(room_paging, history_takes_one_direction_and_an_existing_room) {
  room_driver d;
  EXPECT_EQ(d.ctx->send<page>(history{offset{1}, std::nullopt, 5}).error(), code(errc::room_not_found));
  d.fill(1);
  EXPECT_EQ(d.ctx->send<page>(history{}).error(), code(errc::bad_request));
  EXPECT_EQ(d.ctx->send<page>(history{offset{1}, offset{1}, 5}).error(), code(errc::bad_request));
}

TEST(room_paging, after_a_restart_memory_is_filled_from_the_disk) {
  room_driver d;
  d.fill(9);
  d.restart();
  d.ctx->serve_reads();
  EXPECT_EQ(d.seen("recent_messages"), "9");
  auto j = d.ctx->send<joined>(come("jun", 50));
  EXPECT_TRUE(j.there());
  EXPECT_EQ(j->messages.size(), 9U);
}

TEST(room_paging, a_quiet_room_lets_go_of_its_messages_and_a_join_brings_them_back) {
  room_driver d;
  d.fill(9);
  d.ctx->advance(room_logic::recent_kept_for - std::chrono::seconds{1});
  EXPECT_EQ(d.seen("recent_messages"), "9");
  d.ctx->advance(std::chrono::seconds{2});
  EXPECT_EQ(d.seen("recent_messages"), "0");
  auto j = d.enter(come("jun", 50));
  EXPECT_EQ(offsets_of(j->messages), (offsets{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(d.seen("recent_messages"), "9");
  d.ctx->advance(room_logic::recent_kept_for - std::chrono::seconds{1});
  d.post(say("mina", "still here"));
  d.ctx->advance(std::chrono::seconds{2});
  EXPECT_EQ(d.seen("recent_messages"), "10") << "what is said counts as use";
}

TEST(room_paging, everything_of_a_message_survives_the_disk) {
  room_driver d{small_memory()};
  d.fill(1);
  auto p = say("mina", "rich", "c");
  p.as = role::artist;
  p.reply_to = offset{1};
  p.vt = 1234;
  p.data = "\x81\xa1\x73\x01";
  d.post(p);
  auto live = d.out->batches.back()->messages[0];
  d.restart();
  auto j = d.enter(come("jun", 1));
  EXPECT_EQ(*j->messages[0], *live);
}

}  // namespace
}  // namespace lightstick::actors::room
