#include <gtest/gtest.h>

#include "actors/room/room_codec.hpp"
#include "runtime/record_codec.hpp"
#include "tests/support/room_driver.hpp"

namespace lightstick::actors::room {
namespace {

using namespace std::chrono_literals;

options keep_for(std::chrono::milliseconds age, std::uint32_t recent = 256) {
  options o;
  o.retention_age = age;
  o.recent_max = recent;
  return o;
}

/// One message now, and one after each of the times.
void say_at(room_driver& d, std::initializer_list<std::chrono::milliseconds> later) {
  d.fill(1);
  for (auto each : later) {
    d.ctx->advance(each);
    d.post(say("mina", "x"));
  }
}

offsets page_after(room_driver& d, std::uint64_t off, std::uint32_t limit = 100) {
  auto p = d.ctx->send<page>(history{std::nullopt, offset{off}, limit});
  d.ctx->settle();
  return offsets_of(p->messages);
}

page page_before(room_driver& d, std::uint64_t off, std::uint32_t limit = 100) {
  auto p = d.ctx->send<page>(history{offset{off}, std::nullopt, limit});
  d.ctx->settle();
  return *p;
}

TEST(room_retention, without_it_everything_stays) {
  room_driver d;
  say_at(d, {24h * 365, 24h * 365});
  EXPECT_EQ(page_after(d, 0), (offsets{1, 2, 3}));
  EXPECT_TRUE(d.ctx->disk.reminders.empty());
  EXPECT_TRUE(d.ctx->disk.history_floor.empty());
  EXPECT_EQ(d.seen("history_chapters"), "3");
  EXPECT_EQ(d.seen("history_bytes"), std::to_string(3 * (32 + 4 + 4 + 1) + 1));
}

TEST(room_retention, what_is_too_old_is_not_shown_to_the_millisecond) {
  for (auto recent : {256U, 1U}) {
    room_driver d{keep_for(24h, recent)};
    say_at(d, {10min, 10min});  // one chapter: nothing can go yet
    d.ctx->advance(24h - 20min - 1ms);
    EXPECT_EQ(page_after(d, 0), (offsets{1, 2, 3}));
    d.ctx->advance(1ms);
    EXPECT_EQ(page_after(d, 0), (offsets{2, 3}));
    auto p = page_before(d, 4);
    EXPECT_EQ(offsets_of(p.messages), (offsets{2, 3}));
    EXPECT_FALSE(p.more);
    EXPECT_FALSE(page_before(d, 2).more);
    EXPECT_EQ(offsets_of(d.enter(come("jun"))->messages), (offsets{2, 3}));
    d.ctx->advance(20min);
    EXPECT_TRUE(page_after(d, 0).empty());
    EXPECT_TRUE(d.enter(come("jun"))->messages.empty());
  }
}

TEST(room_retention, since_something_that_is_gone_is_not_recovered) {
  for (auto recent : {256U, 1U}) {
    room_driver d{keep_for(24h, recent)};
    say_at(d, {10min, 10min});
    d.ctx->advance(24h - 20min);
    auto j = come("jun");
    j.since = after_reading(0);
    auto back = d.enter(j);
    EXPECT_FALSE(back->recovered);
    EXPECT_EQ(offsets_of(back->messages), (offsets{2, 3}));
    j.since = after_reading(1);
    EXPECT_TRUE(d.enter(j)->recovered);
    j.since = after_reading(3);
    EXPECT_TRUE(d.enter(j)->recovered);
  }
}

TEST(room_retention, a_page_passes_what_is_too_old) {
  room_driver d{keep_for(24h, 1)};
  d.fill(1500, 1);
  d.ctx->advance(30min);
  d.ctx->send<published>(say("mina", "y"));
  d.ctx->settle();
  d.restart();
  d.ctx->settle();
  d.ctx->advance(24h - 30min);
  EXPECT_EQ(page_after(d, 0, 3), (offsets{1501}));
}

TEST(room_retention, whole_chapters_go_with_a_message) {
  room_driver d{keep_for(24h)};
  say_at(d, {1h, 1h, 23h});
  EXPECT_EQ(d.ctx->disk.history_floor, runtime::big_endian_key(3));
  EXPECT_EQ(d.seen("history_floor"), "3");
  EXPECT_EQ(page_after(d, 0), (offsets{3, 4}));
}

/// Sixteen messages fill a chapter, so that the next one lets the first sixteen go.
options keep_one_chapter(std::uint32_t recent = 256) {
  options o;
  o.recent_max = recent;
  o.retention_bytes = 1;
  return o;
}
void fill_a_chapter(room_driver& d) { d.fill(16, 16'000); }

TEST(room_retention, what_goes_is_shown_until_that_is_committed) {
  room_driver d{keep_one_chapter()};
  fill_a_chapter(d);
  auto next = d.ctx->send<published>(say("mina", std::string(16'000, 'x')));
  ASSERT_EQ(d.ctx->commits_pending(), 1U);
  auto before = d.ctx->send<page>(history{offset{4}, std::nullopt, 2});
  ASSERT_TRUE(before.there()) << "from memory";
  EXPECT_EQ(offsets_of(before->messages), (offsets{2, 3}));
  ASSERT_TRUE(d.ctx->fail_commits());
  d.ctx->settle();
  EXPECT_EQ(offsets_of(page_before(d, 4, 2).messages), (offsets{2, 3})) << "they were never gone";
  d.post(say("mina", std::string(16'000, 'x')));
  EXPECT_EQ(d.seen("history_floor"), "17");
  EXPECT_TRUE(page_before(d, 4, 2).messages.empty());
}

TEST(room_retention, what_a_page_has_shown_to_be_gone_is_not_shown_again) {
  room_driver d{keep_one_chapter(4)};
  fill_a_chapter(d);
  auto next = d.ctx->send<published>(say("mina", std::string(16'000, 'x')));
  auto before = d.ctx->send<page>(history{offset{16}, std::nullopt, 2});
  ASSERT_TRUE(before.there()) << "from memory";
  EXPECT_EQ(offsets_of(before->messages), (offsets{14, 15}));
  d.ctx->disk.history_floor = runtime::big_endian_key(17);  // the commit is there, and not told yet
  auto all = d.ctx->send<page>(history{std::nullopt, offset{0}, 100});
  d.ctx->serve_reads();
  ASSERT_TRUE(all.there());
  EXPECT_TRUE(all->messages.empty());
  auto again = d.ctx->send<page>(history{offset{16}, std::nullopt, 2});
  ASSERT_TRUE(again.there());
  EXPECT_TRUE(again->messages.empty());
}

TEST(room_retention, whole_chapters_go_when_the_room_starts) {
  room_driver d{keep_for(24h)};
  say_at(d, {1h, 1h});
  d.ctx->advance(23h + 30min);
  d.restart();
  ASSERT_TRUE(d.started);
  d.ctx->settle();
  EXPECT_EQ(d.ctx->disk.history_floor, runtime::big_endian_key(3));
  EXPECT_EQ(page_after(d, 0), (offsets{3}));
}

TEST(room_retention, who_opens_a_room_hears_when_what_is_over_has_gone) {
  room_driver d{keep_for(24h)};
  say_at(d, {2h});
  d.ctx->advance(23h);
  d.ctx->refusing = error{make_error_code(lightstick::errc::unavailable), "the disk is full"};
  EXPECT_EQ(d.ctx->send<opened>(open{}).error(), make_error_code(lightstick::errc::unavailable));
  EXPECT_TRUE(d.ctx->disk.history_floor.empty());
  d.ctx->refusing.reset();
  auto lost = d.ctx->send<opened>(open{});
  EXPECT_FALSE(lost.there());
  EXPECT_TRUE(d.ctx->fail_commits());
  EXPECT_EQ(lost.error(), make_error_code(lightstick::errc::unavailable));
  d.ctx->settle();
  EXPECT_TRUE(d.ctx->disk.history_floor.empty());
  auto done = d.ctx->send<opened>(open{});
  EXPECT_FALSE(done.there());
  d.ctx->settle();
  EXPECT_TRUE(done.get());
  EXPECT_EQ(d.ctx->disk.history_floor, runtime::big_endian_key(2));
}

TEST(room_retention, a_reminder_lets_them_go_when_nobody_comes) {
  room_driver d{keep_for(24h)};
  const auto begin = d.ctx->clock.wall().value;
  say_at(d, {1h, 1h});
  ASSERT_EQ(d.ctx->disk.reminders.size(), 1U);
  EXPECT_EQ(d.ctx->disk.reminders[0].name, "retention");
  EXPECT_EQ(d.ctx->disk.reminders[0].due_ms, begin + std::chrono::milliseconds{24h}.count());
  d.ctx->advance(22h);
  d.ctx->remind();
  d.ctx->settle();
  EXPECT_EQ(d.ctx->disk.history_floor, runtime::big_endian_key(2));
  ASSERT_EQ(d.ctx->disk.reminders.size(), 1U);
  EXPECT_EQ(d.ctx->disk.reminders[0].due_ms, begin + std::chrono::milliseconds{25h}.count());
  d.ctx->advance(9h);
  d.ctx->remind();
  d.ctx->settle();
  EXPECT_EQ(d.ctx->disk.history_floor, runtime::big_endian_key(4));
  EXPECT_TRUE(d.ctx->disk.reminders.empty());
  d.restart();
  ASSERT_TRUE(d.started);
  EXPECT_TRUE(d.enter(come("jun"))->messages.empty());
  EXPECT_EQ(d.post(say("mina", "again"))->off, offset{4});
  EXPECT_EQ(page_after(d, 0), (offsets{4}));
}

TEST(room_retention, a_reminder_that_comes_too_early_looks_again) {
  room_driver d{keep_for(24h)};
  say_at(d, {10min});  // the chapter ends later than when the reminder was set
  d.ctx->advance(24h - 10min);
  d.ctx->remind();
  d.ctx->settle();
  EXPECT_TRUE(d.ctx->disk.history_floor.empty());
  ASSERT_EQ(d.ctx->disk.reminders.size(), 1U);
  EXPECT_EQ(d.ctx->disk.reminders[0].due_ms, d.ctx->clock.wall().value + std::chrono::milliseconds{10min}.count());
}

TEST(room_retention, the_oldest_go_when_there_is_too_much) {
  options o;
  o.retention_bytes = 600U << 10U;
  room_driver d{o};
  d.fill(4, 200U << 10U);
  EXPECT_EQ(d.ctx->disk.history_floor, runtime::big_endian_key(3));
  EXPECT_EQ(page_after(d, 0), (offsets{3}));  // a page is of 256 KiB
  auto j = come("jun");
  j.since = after_reading(1);
  EXPECT_FALSE(d.enter(j)->recovered);
}

TEST(room_retention, a_page_that_was_being_read_shows_nothing_below_the_floor_of_now) {
  options o;
  o.retention_bytes = 600U << 10U;
  room_driver d{o};
  d.fill(2, 100U << 10U);
  d.ctx->advance(room_logic::recent_kept_for);
  ASSERT_EQ(d.seen("recent_messages"), "0");
  auto join = d.ctx->send<joined>(come("jun"));
  auto page_of_join = d.ctx->take_read();
  auto asked = d.ctx->send<page>(history{std::nullopt, offset{}, 100});
  auto page_of_history = d.ctx->take_read();
  d.fill(3, 200U << 10U);
  ASSERT_EQ(d.ctx->disk.history_floor, runtime::big_endian_key(4));
  page_of_join(*d.ctx);
  page_of_history(*d.ctx);
  d.ctx->settle();
  EXPECT_TRUE(join->messages.empty());
  EXPECT_TRUE(asked->messages.empty());
  EXPECT_EQ(offsets_of(d.enter(come("jun"))->messages), (offsets{5}));
}

TEST(room_retention, memory_gives_nothing_that_grew_too_old_in_it) {
  room_driver d{keep_for(24h)};
  say_at(d, {10min, 10min});
  d.ctx->advance(24h - 20min - 10s);
  EXPECT_EQ(offsets_of(d.enter(come("jun"))->messages), (offsets{1, 2, 3}));
  ASSERT_EQ(d.seen("recent_messages"), "3");
  d.ctx->advance(10s);
  EXPECT_EQ(page_after(d, 0), (offsets{2, 3}));
  EXPECT_EQ(d.seen("recent_messages"), "2");
  auto late = d.ctx->send<joined>(come("jun"));
  EXPECT_EQ(d.ctx->reads_pending(), 0U) << "there is nothing below to look for";
  EXPECT_EQ(offsets_of(late->messages), (offsets{2, 3}));
}

TEST(room_retention, what_is_below_the_floor_is_not_read_again) {
  options o;
  o.retention_bytes = 150U << 10U;
  room_driver d{o};
  for (int i = 0; i < 4; ++i) {
    d.fill(1, 60U << 10U);
    d.ctx->advance(1h);
  }
  ASSERT_EQ(d.ctx->disk.history_floor, runtime::big_endian_key(3));
  d.ctx->disk.history_floor.clear();  // as if its commit were under way: the room knows already
  ASSERT_EQ(d.seen("recent_messages"), "0");
  EXPECT_EQ(page_after(d, 0), (offsets{3, 4}));
  EXPECT_EQ(offsets_of(page_before(d, 9).messages), (offsets{3, 4}));
  EXPECT_EQ(offsets_of(d.enter(come("jun"))->messages), (offsets{3, 4}));
  EXPECT_EQ(d.seen("recent_messages"), "2");
}

TEST(room_retention, a_trim_that_fails_to_commit_hides_nothing) {
  room_driver d{keep_for(24h)};
  say_at(d, {1h});
  d.ctx->advance(23h);
  d.ctx->send<published>(say("mina", "x"));
  ASSERT_TRUE(d.ctx->fail_commits());
  d.ctx->clock.set_wall({d.ctx->clock.wall().value - 1});
  d.ctx->settle();
  EXPECT_EQ(d.seen("history_floor"), "1");
  EXPECT_EQ(page_after(d, 0), (offsets{1, 2}));
}

TEST(room_retention, a_room_of_before_has_one_chapter_that_goes_as_a_whole) {
  room_driver d{keep_for(24h)};
  d.fill(3);
  const auto now = d.ctx->clock.wall();
  runtime::record_writer old{1, 3};
  d.ctx->disk.snapshot = old.integer(now.value).number(3).integer(now.value).take();
  d.ctx->disk.snapshot_at = d.ctx->disk.events.size();
  d.ctx->disk.reminders.clear();
  d.restart();
  ASSERT_TRUE(d.started);
  d.ctx->settle();
  EXPECT_EQ(page_after(d, 0), (offsets{1, 2, 3}));
  EXPECT_EQ(d.ctx->disk.reminders.size(), 1U);
  d.ctx->advance(24h);
  d.ctx->remind();
  d.ctx->settle();
  EXPECT_EQ(d.ctx->disk.history_floor, runtime::big_endian_key(4));
}

}  // namespace
}  // namespace lightstick::actors::room
