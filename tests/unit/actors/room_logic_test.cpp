#include <gtest/gtest.h>

#include <utility>

#include "tests/support/room_driver.hpp"

namespace lightstick::actors::room {
namespace {

using namespace std::chrono_literals;

TEST(room, the_first_join_creates_it_and_is_answered_when_that_is_durable) {
  room_driver d;
  auto first = d.ctx->send<joined>(come("mina"));
  auto second = d.ctx->send<joined>(come("jun"));
  EXPECT_FALSE(first.there());
  EXPECT_FALSE(second.there());
  d.ctx->commit_all();
  EXPECT_EQ(d.ctx->disk.events.size(), 1U);
  EXPECT_EQ(first->room, room_id{"aurora"});
  EXPECT_EQ(first->hist, history_id{"h1"});
  EXPECT_EQ(first->off, offset{0});
  EXPECT_FALSE(first->more);
  EXPECT_EQ(second->status, (room_status{2, 10'000}));
}

TEST(room, joining_an_unknown_room_fails_when_creation_is_off) {
  options o;
  o.create_on_join = false;
  room_driver d{o};
  EXPECT_EQ(d.enter(come("mina")).error(), code(errc::room_not_found));
  EXPECT_TRUE(d.logic->passive());
}

TEST(room, what_all_fans_say_has_a_rate_and_who_is_refused_together_is_told_to_come_apart) {
  options o;
  o.fan_rate = {10, 3};
  room_driver d{o};
  d.enter(come("mina"));
  d.enter(come("star"));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(d.post(say("mina", "m", "c" + std::to_string(i))).get());
  const auto first = d.post(say("mina", "more"));
  const auto second = d.post(say("mina", "more"));
  EXPECT_EQ(first.error(), code(errc::rate_limited));
  EXPECT_GT(second.get().error().retry_after, first.get().error().retry_after);
  EXPECT_EQ(d.post(say("mina", "m", "c0"))->off, offset{1}) << "what was said already is no more";
  auto star = say("star", "hello");
  for (const auto as : {role::artist, role::moderator, role::admin}) {
    star.as = as;
    EXPECT_TRUE(d.post(star).get()) << to_string(as);
  }
  d.ctx->advance(first.get().error().retry_after);
  EXPECT_TRUE(d.post(say("mina", "later")).get());
}

TEST(room, is_opened_once_though_joining_would_not_create_it) {
  options o;
  o.create_on_join = false;
  room_driver d{o};
  auto first = d.ctx->send<opened>(open{});
  EXPECT_FALSE(first.there());
  d.ctx->commit_all();
  EXPECT_TRUE(first.get());
  EXPECT_EQ(d.ctx->disk.events.size(), 1U);
  EXPECT_TRUE(d.ctx->send<opened>(open{}).get());
  EXPECT_EQ(d.ctx->disk.events.size(), 1U);
  EXPECT_TRUE(d.enter(come("mina")).get());
}

TEST(room, a_name_that_was_only_asked_about_does_not_stay) {
  room_driver d;
  (void)d.ctx->send<page>(history{offset{9}, std::nullopt, 10, 1000});
  EXPECT_TRUE(std::exchange(d.ctx->passivated, false));
  (void)d.ctx->send<members>(presence{});
  EXPECT_TRUE(std::exchange(d.ctx->passivated, false));
  EXPECT_TRUE(d.logic->passive());
  d.enter(come("mina", 0));
  (void)d.ctx->send<members>(presence{});
  EXPECT_FALSE(d.ctx->passivated);
}

TEST(room, a_failed_creation_lets_nobody_in) {
  room_driver d;
  auto first = d.ctx->send<joined>(come("mina"));
  ASSERT_TRUE(d.ctx->fail_commits());
  EXPECT_TRUE(first.there());
  EXPECT_FALSE(first.get());
  EXPECT_EQ(d.seen("sessions"), "0");
  EXPECT_TRUE(d.enter(come("mina")).get());
}

TEST(room, a_question_asked_while_it_is_created_waits_for_that) {
  room_driver d;
  d.ctx->send<joined>(come("mina"));
  auto asked = d.ctx->send<members>(presence{});
  EXPECT_FALSE(asked.there());
  d.ctx->commit_all();
  EXPECT_EQ(asked->count, 1U);
}

TEST(room, is_full_at_its_capacity) {
  options o;
  o.capacity = 1;
  room_driver d{o};
  EXPECT_TRUE(d.enter(come("mina")).get());
  EXPECT_EQ(d.enter(come("jun")).error(), code(errc::room_full));
  EXPECT_TRUE(d.enter(come("mina")).get());
}

TEST(room, a_publish_is_answered_and_published_when_it_is_durable) {
  room_driver d;
  d.enter(come("mina"));
  auto answer = d.ctx->send<published>(say("mina", "hi"));
  EXPECT_FALSE(answer.there());
  EXPECT_TRUE(d.out->batches.empty());
  d.ctx->commit_all();
  EXPECT_EQ(answer->off, offset{1});
  EXPECT_EQ(answer->ts, d.ctx->clock.wall());
  ASSERT_EQ(d.out->batches.size(), 1U);
  EXPECT_EQ(d.out->batches[0]->messages[0]->text, "hi");
  EXPECT_EQ(d.out->batches[0]->room, room_id{"aurora"});
}

TEST(room, what_is_committed_together_is_published_together) {
  room_driver d;
  d.enter(come("mina"));
  for (int i = 0; i < 5; ++i) d.ctx->send<published>(say("mina", "hi"));
  d.ctx->commit(3);
  d.ctx->commit(2);
  ASSERT_EQ(d.out->batches.size(), 2U);
  EXPECT_EQ(offsets_of(d.out->batches[0]->messages), (offsets{1, 2, 3}));
  EXPECT_EQ(offsets_of(d.out->batches[1]->messages), (offsets{4, 5}));
}

TEST(room, a_publish_of_a_session_that_is_not_in_the_room_is_forbidden) {
  room_driver d;
  d.enter(come("mina"));
  EXPECT_EQ(d.post(say("jun", "hi")).error(), code(errc::forbidden));
  d.ctx->send(leave{session_id{"mina"}});
  EXPECT_EQ(d.post(say("mina", "hi")).error(), code(errc::forbidden));
}

TEST(room, a_repeated_cid_waits_for_the_first_one_and_gets_its_answer) {
  room_driver d;
  d.enter(come("mina"));
  auto first = d.ctx->send<published>(say("mina", "hi", "c1"));
  auto again = d.ctx->send<published>(say("mina", "hi", "c1"));
  EXPECT_FALSE(again.there());
  d.ctx->commit_all();
  EXPECT_EQ(*again, *first);
  d.ctx->advance(1s);
  auto much_later = d.ctx->send<published>(say("mina", "hi", "c1"));
  EXPECT_EQ(*much_later, *first);
  EXPECT_EQ(d.out->offsets(), (offsets{1}));
}

TEST(room, a_disk_that_refuses_writes_refuses_new_messages_and_nothing_else) {
  room_driver d;
  d.enter(come("mina"));
  auto first = d.post(say("mina", "hi", "c1"));
  d.ctx->refusing = error{code(errc::unavailable), "the disk is full"};
  auto refused = d.post(say("mina", "more", "c2"));
  EXPECT_EQ(refused.error(), code(errc::unavailable));
  EXPECT_EQ(d.ctx->commits_pending(), 0U);
  EXPECT_EQ(d.seen("last_offset"), "1") << "the refused message has not touched the state";
  EXPECT_EQ(*d.post(say("mina", "hi", "c1")), *first);
  EXPECT_TRUE(d.enter(come("jun")).get());
  EXPECT_TRUE(d.ctx->send<members>(presence{}).get());
  d.ctx->refusing.reset();
  EXPECT_EQ(d.post(say("mina", "more", "c2"))->off, offset{2});
}

TEST(room, a_repeated_cid_fails_with_the_first_one_and_can_be_asked_again) {
  room_driver d;
  d.enter(come("mina"));
  auto first = d.ctx->send<published>(say("mina", "hi", "c1"));
  auto again = d.ctx->send<published>(say("mina", "hi", "c1"));
  ASSERT_TRUE(d.ctx->fail_commits());
  EXPECT_FALSE(first.get());
  EXPECT_FALSE(again.get());
  EXPECT_TRUE(d.out->batches.empty());
  EXPECT_EQ(d.post(say("mina", "hi", "c1"))->off, offset{1});
}

TEST(room, a_failed_append_keeps_the_roster_and_what_was_committed) {
  room_driver d;
  d.fill(3);
  d.ctx->send<published>(say("mina", "lost"));
  ASSERT_TRUE(d.ctx->fail_commits());
  EXPECT_EQ(d.seen("sessions"), "1");
  EXPECT_TRUE(d.out->rolls.empty());
  EXPECT_EQ(d.post(say("mina", "next"))->off, offset{4});
  EXPECT_EQ(d.out->offsets(), (offsets{1, 2, 3, 4}));
}

TEST(room, what_turns_out_to_be_committed_after_a_failure_is_published_in_order) {
  room_driver d;
  d.fill(2);
  auto before = d.ctx->disk;
  d.fill(120);
  auto after = d.ctx->disk;
  d.ctx->disk = before;
  d.restart();
  d.ctx->serve_reads();
  d.out->batches.clear();
  d.ctx->disk = after;
  ASSERT_TRUE(d.ctx->start());
  d.enter(come("mina"));
  d.post(say("mina", "next"));
  auto seen = d.out->offsets();
  ASSERT_EQ(seen.size(), 121U);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i + 3);
}

TEST(room, a_restart_brings_everything_back_and_calls_the_roll) {
  room_driver d;
  d.enter(come("mina"));
  d.post(say("mina", "hi", "c1"));
  d.restart();
  ASSERT_TRUE(d.started);
  EXPECT_EQ(d.out->rolls, std::vector{room_id{"aurora"}});
  EXPECT_EQ(d.seen("last_offset"), "1");
  EXPECT_EQ(d.seen("marks"), "1");
  EXPECT_EQ(d.seen("sessions"), "0");
  d.enter(come("mina", 0));
  EXPECT_EQ(d.post(say("mina", "hi", "c1"))->off, offset{1});
  EXPECT_EQ(d.post(say("mina", "ho"))->off, offset{2});
}

TEST(room, a_snapshot_replaces_the_events_before_it) {
  room_driver d;
  d.enter(come("mina"));
  d.post(say("mina", "1", "c1"));
  d.ctx->snapshot_next = true;
  d.post(say("mina", "2", "c2"));
  d.post(say("mina", "3", "c3"));
  ASSERT_EQ(d.ctx->disk.snapshot_at, 3U);
  d.restart();
  ASSERT_TRUE(d.started);
  EXPECT_EQ(d.seen("last_offset"), "3");
  EXPECT_EQ(d.seen("marks"), "3");
}

TEST(room, a_damaged_journal_is_refused) {
  room_driver d;
  d.fill(2);
  d.ctx->disk.events.back() = d.ctx->disk.events.front();
  d.restart();
  EXPECT_FALSE(d.started);
}

TEST(room, a_restarted_room_publishes_its_newest_messages_again_before_new_ones) {
  room_driver d;
  d.fill(40);
  d.restart();
  auto answer = d.ctx->send<published>(say("mina", "new"));
  d.ctx->commit_all();
  EXPECT_TRUE(answer.get());
  EXPECT_TRUE(d.out->batches.empty());
  d.ctx->serve_reads();
  ASSERT_EQ(d.out->batches.size(), 2U);
  EXPECT_EQ(d.out->offsets().front(), 9U);
  EXPECT_EQ(offsets_of(d.out->batches[1]->messages), (offsets{41}));
}

TEST(room, sessions_may_publish_before_they_have_answered_the_roll_but_not_for_ever) {
  room_driver d;
  d.fill(1);
  d.restart();
  EXPECT_EQ(d.post(say("mina", "still here"))->off, offset{2});
  d.ctx->advance(30s);
  EXPECT_EQ(d.post(say("mina", "late")).error(), code(errc::forbidden));
}

TEST(room, a_new_room_calls_no_roll) {
  room_driver d;
  d.enter(come("mina"));
  EXPECT_TRUE(d.out->rolls.empty());
}

TEST(room, tells_who_comes_and_goes_in_merged_announcements) {
  room_driver d;
  d.enter(come("mina"));
  d.ctx->advance(0ms);
  ASSERT_EQ(d.out->changes.size(), 1U);
  d.enter(come("jun"));
  d.enter(come("aki"));
  d.ctx->send(leave{session_id{"mina"}});
  d.ctx->advance(249ms);
  EXPECT_EQ(d.out->changes.size(), 1U);
  d.ctx->advance(1ms);
  ASSERT_EQ(d.out->changes.size(), 2U);
  EXPECT_EQ(d.out->changes[1]->joined.size(), 2U);
  EXPECT_EQ(d.out->changes[1]->left, std::vector{user_id{"mina"}});
  EXPECT_EQ(d.out->changes[1]->status.occupancy, 2U);
}

TEST(room, a_second_device_changes_the_count_and_names_nobody) {
  room_driver d;
  d.enter(come("mina"));
  d.ctx->advance(1s);
  auto phone = come("mina");
  phone.session = session_id{"s2"};
  phone.device = device_id{"phone"};
  d.enter(phone);
  d.ctx->advance(1s);
  ASSERT_EQ(d.out->changes.size(), 2U);
  EXPECT_TRUE(d.out->changes[1]->joined.empty());
  EXPECT_EQ(d.out->changes[1]->status.occupancy, 2U);
}

TEST(room, a_dropped_session_holds_its_place_for_a_while) {
  room_driver d;
  d.enter(come("mina"));
  d.ctx->advance(1s);
  d.ctx->send(leave{session_id{"mina"}, true});
  EXPECT_EQ(d.seen("held_places"), "1");
  EXPECT_FALSE(d.logic->passive());
  d.ctx->advance(29'999ms);
  EXPECT_EQ(d.out->changes.size(), 1U);
  d.ctx->advance(1ms);
  EXPECT_EQ(d.out->changes.back()->left, std::vector{user_id{"mina"}});
  EXPECT_TRUE(d.logic->passive());
}

TEST(room, coming_back_within_the_hold_is_not_announced) {
  room_driver d;
  d.enter(come("mina"));
  d.ctx->advance(1s);
  d.ctx->send(leave{session_id{"mina"}, true});
  auto back = come("mina");
  back.session = session_id{"s2"};
  d.enter(back);
  d.ctx->advance(1min);
  EXPECT_EQ(d.out->changes.size(), 1U);
  EXPECT_EQ(d.seen("sessions"), "1");
}

TEST(room, lists_members_and_bounds_the_page) {
  room_driver d;
  d.enter(come("mina"));
  EXPECT_EQ(d.ctx->send<members>(presence{100, ""})->page.size(), 1U);
  EXPECT_EQ(d.ctx->send<members>(presence{101, ""}).error(), code(errc::bad_request));
}

TEST(room, answers_what_it_does_not_understand) {
  room_driver d;
  EXPECT_EQ(d.ctx->send<int>(std::string("?")).error(), code(errc::bad_request));
}

}  // namespace
}  // namespace lightstick::actors::room
