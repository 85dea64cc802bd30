#include "hub_fixture.hpp"

namespace lightstick::gateway::net {
namespace {

TEST_F(hub_test, the_first_push_after_a_join_is_the_next_offset) {
  hubs[0]->joining(mina, room);
  publish(3, 3);
  publish(4, 4);
  walk();
  EXPECT_TRUE(mina.got.empty()) << "held until the answer";
  hubs[0]->joined(mina, room, offset{3}, {1, 100});
  EXPECT_EQ(mina.offsets(), (offsets{4}));
  publish(5, 5);
  walk();
  EXPECT_EQ(mina.offsets(), (offsets{4, 5}));
}

TEST_F(hub_test, a_batch_across_the_join_offset_is_cut) {
  hubs[0]->joining(mina, room);
  publish(1, 5);
  walk();
  hubs[0]->joined(mina, room, offset{3}, {1, 100});
  EXPECT_EQ(mina.offsets(), (offsets{4, 5}));
}

TEST_F(hub_test, a_batch_walked_after_the_answer_is_cut_too) {
  hubs[0]->joining(mina, room);
  publish(1, 5);
  hubs[0]->joined(mina, room, offset{3}, {1, 100});
  walk();
  EXPECT_EQ(mina.offsets(), (offsets{4, 5}));
}

TEST_F(hub_test, all_clients_of_an_encoding_share_the_bytes) {
  enter(mina, 0);
  enter(yuki, 0);
  enter(far, 0, 1);
  enter(packed, 0);
  publish(1, 1);
  walk(0);
  walk(1);
  ASSERT_EQ(mina.got.size(), 1U);
  ASSERT_EQ(yuki.got.size(), 1U);
  ASSERT_EQ(far.got.size(), 1U);
  EXPECT_EQ(mina.got[0], yuki.got[0]) << "the very same bytes";
  EXPECT_EQ(mina.got[0], far.got[0]);
  ASSERT_EQ(packed.got.size(), 1U);
  EXPECT_NE(packed.got[0].bytes(), mina.got[0].bytes());
  EXPECT_EQ(counts.frames_encoded.value(), 2U);
}

TEST_F(hub_test, batches_that_wait_together_become_one_frame) {
  enter(mina, 0);
  publish(1, 1);
  publish(2, 3);
  publish(4, 4);
  EXPECT_EQ(threads[0].posted.size(), 1U) << "one walk takes all that waits";
  walk();
  EXPECT_EQ(mina.got.size(), 1U);
  EXPECT_EQ(mina.offsets(), (offsets{1, 2, 3, 4}));
  EXPECT_EQ(counts.batches_merged.value(), 2U);
}

TEST_F(hub_test, a_thread_without_listeners_is_not_woken) {
  enter(mina, 0);
  publish(1, 1);
  EXPECT_EQ(threads[1].posted.size(), 0U);
}

TEST_F(hub_test, a_missed_offset_is_noticed) {
  enter(mina, 3);
  publish(5, 5);
  walk();
  EXPECT_TRUE(mina.got.empty());
  EXPECT_EQ(mina.fell, std::vector<behind>{behind::offset_gap});
}

TEST_F(hub_test, more_held_than_the_bound_ends_the_client) {
  hubs[0]->joining(mina, room);
  for (std::uint64_t off = 1; off <= held_max; ++off) {
    publish(off, off);
    walk();
  }
  EXPECT_TRUE(mina.fell.empty());
  publish(held_max + 1, held_max + 1);
  walk();
  EXPECT_EQ(mina.fell, std::vector<behind>{behind::held_overflow});
}

TEST_F(hub_test, a_thread_that_does_not_walk_loses_its_clients_not_its_memory) {
  speaker = actors::role::artist;  // fans would be left out before
  enter(mina, 0);
  enter(far, 0, 1);
  for (std::uint64_t off = 1; off <= relay::waiting_max + 1; ++off) {
    publish(off, off);
    if (off % 100 == 0) walk(1);
  }
  walk(0);
  walk(1);
  EXPECT_EQ(mina.fell, std::vector<behind>{behind::relay_overflow});
  EXPECT_TRUE(mina.got.empty());
  EXPECT_TRUE(far.fell.empty());
  EXPECT_EQ(far.offsets().size(), relay::waiting_max + 1);
}

TEST_F(hub_test, a_commit_of_megabytes_comes_in_parts_with_time_to_write_between_them) {
  enter(mina, 0);
  enter(packed, 0);
  publish_long(1, 1'000, 4'000);
  walk_once();
  const auto first = mina.offsets();
  EXPECT_GT(first.size(), 5U);
  EXPECT_LT(first.size(), 20U) << "one part a turn";
  EXPECT_EQ(threads[0].turns.size(), 1U);
  publish(1'001, 1'001);
  walk_once();
  EXPECT_EQ(mina.offsets(), first) << "a walk that comes between waits for its turn";
  walk();
  EXPECT_EQ(mina.offsets(), up_to(1'001));
  EXPECT_GT(packed.got.size(), 50U);
  for (auto* c : {&mina, &packed}) EXPECT_LT(c->largest_between_flushes, 80'000U);
  EXPECT_EQ(threads[0].paused.count(), 0) << "nobody lags";
}

TEST_F(hub_test, the_next_part_waits_a_moment_for_who_lags_and_not_for_ever) {
  enter(mina, 0);
  enter(yuki, 0);
  publish_long(1, 100, 4'000);
  mina.lagging = true;
  walk_once();
  const auto first = yuki.got.size();
  for (auto waited = hub::pause; waited < hub::patience; waited += hub::pause) {
    turn();
    clock.advance(hub::pause);
    EXPECT_EQ(yuki.got.size(), first);
  }
  turn();
  clock.advance(hub::pause);
  turn();
  EXPECT_EQ(yuki.got.size(), first + 1);
  mina.lagging = false;
  walk();
  EXPECT_EQ(yuki.offsets(), up_to(100));
  EXPECT_EQ(mina.offsets(), up_to(100));
}

TEST_F(hub_test, commits_that_follow_one_another_quickly_wait_for_who_lags_too_and_small_ones_do_not) {
  enter(mina, 0);
  mina.lagging = true;
  publish_long(1, 10, 4'000);
  walk_once();
  const auto first = mina.offsets();
  publish_long(11, 20, 4'000);
  walk_once();
  EXPECT_EQ(mina.offsets(), first);
  EXPECT_EQ(threads[0].paused, hub::pause);
  clock.advance(hub::patience);
  turn();
  EXPECT_EQ(mina.offsets(), up_to(20));
  clock.advance(hub::patience);
  for (std::uint64_t off = 21; off <= 60; ++off) {
    publish(off, off);
    walk_once();
  }
  EXPECT_EQ(mina.offsets(), up_to(60));
  EXPECT_EQ(threads[0].paused, hub::pause);
}

TEST_F(hub_test, nobody_is_waited_for_when_the_relay_fills_up) {
  enter(mina, 0);
  mina.lagging = true;
  publish_long(1, 10, 4'000);
  walk_once();
  publish_long(11, 11 + relay::waiting_bytes_max / 4 / 4'000, 4'000);
  walk_once();
  EXPECT_GT(mina.offsets().size(), 10U);
  EXPECT_EQ(threads[0].paused.count(), 0);
}

TEST_F(hub_test, what_was_held_for_a_join_comes_in_parts_too_and_before_what_is_new) {
  enter(yuki, 0);
  hubs[0]->joining(mina, room);
  publish_long(1, 60, 4'000);
  walk();
  hubs[0]->joined(mina, room, offset{10}, {1, 100});
  EXPECT_LT(mina.offsets().size(), 50U);
  publish_long(61, 100, 4'000);
  walk();
  EXPECT_EQ(mina.offsets(), up_to(100, 11));
  EXPECT_LT(mina.largest_between_flushes, 250'000U);
  EXPECT_TRUE(mina.fell.empty());
  publish(101, 101);
  walk();
  EXPECT_EQ(mina.offsets().back(), 101U);
}

TEST_F(hub_test, who_comes_or_goes_between_two_turns_gets_what_is_theirs) {
  enter(mina, 0);
  enter(yuki, 0);
  publish_long(1, 100, 4'000);
  walk_once();
  hubs[0]->left(yuki, room);
  const auto got = yuki.got.size();
  hubs[0]->joining(packed, room);
  hubs[0]->joined(packed, room, offset{100}, {1, 100});
  walk();
  EXPECT_EQ(yuki.got.size(), got);
  EXPECT_EQ(mina.offsets(), up_to(100));
  EXPECT_TRUE(packed.got.empty());
  EXPECT_TRUE(packed.fell.empty());
}

TEST_F(hub_test, a_room_that_empties_between_two_turns_is_heard_again_by_who_comes_next) {
  enter(mina, 0);
  enter(far, 0, 1);  // keeps the relay
  publish_long(1, 100, 4'000);
  walk_once();
  publish(101, 101);
  walk_once();
  hubs[0]->leave_all(mina);
  enter(yuki, 101);
  publish(102, 102);
  walk();
  EXPECT_EQ(yuki.offsets(), (offsets{102}));
  EXPECT_TRUE(yuki.fell.empty());
}

TEST_F(hub_test, a_first_push_beyond_the_bound_ends_the_clients_too) {
  enter(mina, 0);
  publish_long(1, 1, relay::waiting_bytes_max);
  walk();
  EXPECT_EQ(mina.fell, std::vector<behind>{behind::relay_overflow}) << "not silence";
  EXPECT_TRUE(mina.got.empty());
}

TEST_F(hub_test, after_leaving_nothing_more_comes) {
  enter(mina, 0);
  publish(1, 1);
  hubs[0]->left(mina, room);
  walk();
  EXPECT_TRUE(mina.got.empty());
  EXPECT_EQ(counts.relays.value(), 0);
  EXPECT_EQ(counts.subscriptions.value(), 0);
}

TEST_F(hub_test, a_leave_answered_while_a_join_is_under_way_holds) {
  enter(mina, 0);
  hubs[0]->joining(mina, room);  // leave and join were sent together
  hubs[0]->left(mina, room);
  publish(1, 2);
  walk();
  EXPECT_TRUE(mina.got.empty());
  hubs[0]->joined(mina, room, offset{1}, {1, 100});
  EXPECT_EQ(mina.offsets(), (offsets{2}));
}

TEST_F(hub_test, a_push_between_a_rooms_join_and_the_answer_to_the_leave_before_it_is_not_lost) {
  enter(mina, 0);
  hubs[0]->joining(mina, room);  // leave and join were sent together; the room is at 3 when the join is done
  publish(1, 4);
  walk();
  EXPECT_EQ(mina.offsets(), (offsets{1, 2, 3, 4}));
  hubs[0]->left(mina, room);
  hubs[0]->joined(mina, room, offset{3}, {1, 100});
  publish(5, 5);
  walk();
  EXPECT_EQ(mina.offsets(), (offsets{1, 2, 3, 4, 4, 5})) << "after the answer, from its offset on";
  EXPECT_TRUE(mina.fell.empty());
}

TEST_F(hub_test, a_failed_join_ends_and_a_refused_one_changes_nothing) {
  hubs[0]->joining(mina, room);
  hubs[0]->join_failed(mina, room);
  EXPECT_EQ(mina.rooms(), 0U);

  enter(mina, 0);
  hubs[0]->joining(mina, room);
  hubs[0]->join_refused(mina, room);
  publish(1, 1);
  walk();
  EXPECT_EQ(mina.offsets(), (offsets{1}));

  hubs[0]->joining(yuki, room);
  hubs[0]->join_refused(yuki, room);
  EXPECT_EQ(yuki.rooms(), 0U);
}

TEST_F(hub_test, joining_again_repeats_nothing) {
  enter(mina, 0);
  publish(1, 2);
  walk();
  hubs[0]->joining(mina, room);
  publish(3, 3);
  hubs[0]->joined(mina, room, offset{3}, {1, 100});
  publish(4, 4);
  walk();
  EXPECT_EQ(mina.offsets(), (offsets{1, 2, 4})) << "3 was in the answer";
}

TEST_F(hub_test, leaving_in_any_order_keeps_the_others) {
  const room_id other{"borealis"};
  enter(mina, 0);
  enter(yuki, 0);
  hubs[0]->joining(mina, other);
  hubs[0]->joined(mina, other, offset{0}, {1, 100});
  hubs[0]->leave_all(mina);
  publish(1, 1);
  walk();
  EXPECT_TRUE(mina.got.empty());
  EXPECT_EQ(yuki.offsets(), (offsets{1}));
}

TEST_F(hub_test, the_newest_state_waits_and_nobody_who_came_or_went_is_lost) {
  enter(mina, 0);
  publish(5, {"ann", "bob"}, {"cid"});
  publish(4, {"cid"}, {"ann"});
  walk();
  ASSERT_EQ(mina.got.size(), 1U);
  const auto frame = mina.got[0].payload();
  EXPECT_NE(frame.find("bob"), std::string::npos);
  EXPECT_NE(frame.find("cid"), std::string::npos);
  actors::room_change expected;
  expected.room = room;
  expected.status = {4, 100};
  expected.joined = {{user_id{"bob"}, "bob", actors::role::fan}, {user_id{"cid"}, "cid", actors::role::fan}};
  expected.left = {user_id{"ann"}};
  EXPECT_EQ(frame, protocol::change(encoding::json, expected));
}

TEST_F(hub_test, a_roll_call_reaches_every_client_of_the_room) {
  enter(mina, 0);
  hubs[0]->joining(yuki, room);
  enter(far, 0, 1);
  all.call_roll(room);
  walk(0);
  walk(1);
  for (auto* c : {&mina, &yuki, &far}) EXPECT_EQ(c->rolls, std::vector<std::string>{"aurora"});
}

TEST_F(hub_test, rooms_are_listed_with_the_members_last_heard_of) {
  enter(mina, 0);
  EXPECT_EQ(all.list().at(0).members, 1U);
  publish(7, {}, {});
  EXPECT_EQ(all.list().at(0).members, 7U);
  hubs[0]->joining(yuki, room_id{"unconfirmed"});
  EXPECT_EQ(all.list().size(), 1U) << "a room that nobody was let into is no room";
}

}  // namespace
}  // namespace lightstick::gateway::net
