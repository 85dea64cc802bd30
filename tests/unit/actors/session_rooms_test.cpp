#include <gtest/gtest.h>

#include "tests/support/session_driver.hpp"

namespace lightstick::actors::session {
namespace {

using namespace std::chrono_literals;

TEST(session_rooms, a_join_is_noted_at_the_user_and_gives_the_read_cursor) {
  session_driver d;
  d.send(join{1, aurora, room::since{history_id{"h"}, offset{5}}, 20});
  auto* asked = d.ctx.next_ask<room::join>();
  EXPECT_EQ(asked->since->off, offset{5});
  EXPECT_EQ(asked->limit, 20U);
  EXPECT_EQ(asked->bytes_max, 256U * 1024);
  d.room_lets_in(9);
  EXPECT_TRUE(d.port->answers.empty());
  d.user_notes(7);
  auto* r = d.port->last<join_result>();
  ASSERT_NE(r, nullptr);
  EXPECT_EQ(r->outcome->off, offset{9});
  EXPECT_EQ(r->read, offset{7});
}

TEST(session_rooms, a_room_that_refuses_is_not_joined) {
  session_driver d;
  d.send(join{1, aurora, std::nullopt, 0});
  d.ctx.refuse_ask<room::join>({make_error_code(errc::room_full), ""});
  auto* r = d.port->last<join_result>();
  ASSERT_NE(r, nullptr);
  EXPECT_EQ(r->outcome.error().code, code(errc::room_full));
  EXPECT_EQ(r->room, aurora);
  EXPECT_TRUE(d.ctx.asks.empty());
  EXPECT_TRUE(d.leaves().empty());
  d.send(say_hi());
  EXPECT_EQ(d.port->last_refusal(), code(errc::forbidden));
}

TEST(session_rooms, a_join_with_an_unknown_outcome_is_taken_back) {
  session_driver d;
  d.send(join{1, aurora, std::nullopt, 0});
  d.ctx.refuse_ask<room::join>(failure(lightstick::errc::timed_out));
  EXPECT_FALSE(d.port->last<join_result>()->outcome);
  ASSERT_EQ(d.leaves().size(), 1U);
  EXPECT_FALSE(d.leaves()[0].dropped);
}

TEST(session_rooms, a_join_that_the_user_cannot_note_is_taken_back) {
  session_driver d;
  d.send(join{1, aurora, std::nullopt, 0});
  d.room_lets_in();
  d.ctx.refuse_ask<user::enter_room>(failure(lightstick::errc::unavailable));
  EXPECT_FALSE(d.port->last<join_result>()->outcome);
  EXPECT_EQ(d.leaves().size(), 1U);
}

TEST(session_rooms, a_failed_second_join_leaves_the_session_outside) {
  session_driver d;
  d.be_in();
  d.send(join{2, aurora, std::nullopt, 0});
  d.ctx.refuse_ask<room::join>(failure(lightstick::errc::overloaded));
  EXPECT_FALSE(d.port->last<join_result>()->outcome);
  EXPECT_EQ(d.leaves().size(), 1U);
}

TEST(session_rooms, a_join_that_is_refused_beforehand_changes_nothing) {
  session_driver d;
  d.be_in();
  d.send(join{2, aurora, std::nullopt, 101});
  EXPECT_EQ(d.port->last_refusal(), code(errc::bad_request));
  EXPECT_TRUE(d.leaves().empty());
  d.send(say_hi());
  EXPECT_NE(d.ctx.next_ask<room::publish>(), nullptr);
}

TEST(session_rooms, rooms_are_bounded) {
  options o;
  o.rooms_max = 2;
  session_driver d{o};
  d.be_in(room_id{"a"});
  d.be_in(room_id{"b"});
  d.send(join{3, room_id{"c"}, std::nullopt, 0});
  EXPECT_EQ(d.port->last_refusal(), code(errc::bad_request));
  d.send(join{4, room_id{"a"}, std::nullopt, 0});
  EXPECT_NE(d.ctx.next_ask<room::join>(), nullptr);
}

TEST(session_rooms, leaving_is_noted_at_the_user_then_told_to_the_room) {
  session_driver d;
  d.be_in();
  d.send(leave{5, aurora});
  EXPECT_TRUE(d.leaves().empty());
  d.send(say_hi());
  EXPECT_EQ(d.port->last_refusal(), code(errc::forbidden)) << "said after the leave was asked for";
  d.ctx.answer_ask<user::leave_room>(user::room_cursor{aurora, {}});
  ASSERT_EQ(d.leaves().size(), 1U);
  EXPECT_FALSE(d.leaves()[0].dropped);
  EXPECT_EQ(d.port->last<left>()->room, aurora);
  d.send(say_hi());
  EXPECT_EQ(d.port->last_refusal(), code(errc::forbidden));
}

TEST(session_rooms, a_leave_that_failed_changes_nothing) {
  session_driver d;
  d.be_in();
  d.send(leave{5, aurora});
  d.ctx.refuse_ask<user::leave_room>(failure(lightstick::errc::unavailable));
  EXPECT_EQ(d.port->refusals.back().first, 5U);
  EXPECT_TRUE(d.leaves().empty());
  d.send(say_hi());
  EXPECT_NE(d.ctx.next_ask<room::publish>(), nullptr);
}

TEST(session_rooms, joins_and_leaves_of_one_room_run_one_after_the_other) {
  session_driver d;
  d.be_in();
  d.send(leave{1, aurora});
  d.send(join{2, aurora, std::nullopt, 0});
  EXPECT_EQ(d.ctx.next_ask<room::join>(), nullptr);
  d.ctx.answer_ask<user::leave_room>(user::room_cursor{aurora, {}});
  EXPECT_EQ(d.leaves().size(), 1U);
  ASSERT_NE(d.ctx.next_ask<room::join>(), nullptr);
  d.room_lets_in();
  d.user_notes();
  EXPECT_EQ(d.port->answers.back().first, 2U);
  EXPECT_TRUE(d.port->last<join_result>()->outcome);
}

TEST(session_rooms, a_join_waits_for_the_leave_of_a_room_that_the_session_is_not_in) {
  session_driver d;
  d.send(leave{1, aurora});
  d.send(join{2, aurora, std::nullopt, 0});
  EXPECT_EQ(d.ctx.next_ask<room::join>(), nullptr);
  d.send(say_hi(3));
  EXPECT_EQ(d.port->last_refusal(), code(errc::forbidden));
  d.ctx.answer_ask<user::leave_room>(user::room_cursor{aurora, offset{}});
  EXPECT_NE(d.port->last<left>(), nullptr);
  EXPECT_TRUE(d.leaves().empty());
  d.room_lets_in();
  d.user_notes();
  EXPECT_NE(d.port->last<join_result>(), nullptr);
  d.send(say_hi(4));
  EXPECT_NE(d.ctx.next_ask<room::publish>(), nullptr);
}

TEST(session_rooms, leaves_of_other_rooms_take_no_place_from_joins) {
  options o;
  o.rooms_max = 1;
  session_driver d{o};
  d.send(leave{1, room_id{"b"}});
  d.send(join{2, aurora, std::nullopt, 0});
  EXPECT_NE(d.ctx.next_ask<room::join>(), nullptr);
}

TEST(session_rooms, a_leave_waits_for_the_rooms_of_the_begin) {
  session_driver d;
  d.send(begin{1, {{aurora, std::nullopt}}});
  d.send(leave{2, aurora});
  EXPECT_EQ(d.ctx.next_ask<user::leave_room>(), nullptr);
  d.ctx.answer_ask<user::attach>(user::profile{});
  d.room_lets_in();
  d.user_notes();
  EXPECT_NE(d.port->last<welcome>(), nullptr);
  d.ctx.answer_ask<user::leave_room>(user::room_cursor{aurora, offset{}});
  EXPECT_NE(d.port->last<left>(), nullptr);
  EXPECT_EQ(d.leaves().size(), 1U);
}

TEST(session_rooms, what_waits_for_a_begin_that_failed_is_answered) {
  session_driver d;
  d.send(begin{1, {{aurora, std::nullopt}}});
  d.send(leave{2, aurora});
  d.ctx.refuse_ask<user::attach>(failure(lightstick::errc::overloaded));
  d.ctx.answer_ask<user::leave_room>(user::room_cursor{aurora, offset{}});
  EXPECT_NE(d.port->last<left>(), nullptr);
}

TEST(session_rooms, a_goodbye_that_is_due_waits_for_the_leave_under_way) {
  session_driver d;
  d.be_in();
  d.ctx.tell_errors.emplace("room/aurora", failure(lightstick::errc::overloaded));
  d.send(leave{1, aurora});
  d.ctx.answer_ask<user::leave_room>(user::room_cursor{aurora, offset{}});
  d.ctx.tell_errors.clear();
  d.send(leave{2, aurora});
  d.send(join{3, aurora, std::nullopt, 0});
  d.ctx.advance(5s);
  EXPECT_TRUE(d.leaves().empty());
  d.ctx.answer_ask<user::leave_room>(user::room_cursor{aurora, offset{}});
  EXPECT_EQ(d.leaves().size(), 1U);
  d.room_lets_in();
  d.user_notes();
  EXPECT_NE(d.port->last<join_result>(), nullptr);
}

TEST(session_rooms, a_roll_that_is_called_during_the_join_is_answered_after_it) {
  session_driver d;
  d.send(join{1, aurora, std::nullopt, 0});
  d.room_lets_in();
  d.send(roll_call{aurora});
  EXPECT_EQ(d.ctx.next_ask<room::join>(), nullptr);
  d.user_notes();
  EXPECT_NE(d.ctx.next_ask<room::join>(), nullptr);
}

TEST(session_rooms, waiting_joins_are_bounded) {
  session_driver d;
  d.send(join{1, aurora, std::nullopt, 0});
  for (std::size_t i = 0; i < session_logic::deferred_max; ++i) d.send(join{2, aurora, std::nullopt, 0});
  EXPECT_TRUE(d.port->refusals.empty());
  d.send(join{3, aurora, std::nullopt, 0});
  EXPECT_EQ(d.port->last_refusal(), code(errc::overloaded));
}

TEST(session_rooms, a_waiting_join_that_is_refused_does_not_stop_those_behind_it) {
  options o;
  o.rooms_max = 1;
  session_driver d{o};
  d.be_in();
  d.send(leave{1, aurora});
  d.send(join{2, aurora, std::nullopt, 101});
  d.send(join{3, aurora, std::nullopt, 1});
  d.ctx.answer_ask<user::leave_room>(user::room_cursor{aurora, {}});
  EXPECT_EQ(d.port->refusals.back().first, 2U);
  EXPECT_NE(d.ctx.next_ask<room::join>(), nullptr);
}

begin hello(std::vector<std::string> rooms) {
  begin b{1, {}};
  for (auto& r : rooms) b.resume.push_back({room_id{r}, std::nullopt});
  return b;
}

TEST(session_rooms, begin_welcomes_with_the_users_rooms) {
  session_driver d;
  d.send(hello({}));
  EXPECT_EQ(d.ctx.next_ask<user::attach>()->session, session_id{"s1"});
  d.ctx.answer_ask<user::attach>(user::profile{{{aurora, offset{4}}}});
  auto* w = d.port->last<welcome>();
  ASSERT_NE(w, nullptr);
  EXPECT_EQ(w->user, user_id{"17"});
  EXPECT_EQ(w->session, session_id{"s1"});
  EXPECT_EQ(w->mine, (std::vector<user::room_cursor>{{aurora, offset{4}}}));
}

TEST(session_rooms, begin_joins_all_rooms_at_once_and_answers_in_the_asked_order) {
  session_driver d;
  d.send(hello({"a", "b/", "c"}));
  d.ctx.answer_ask<user::attach>(user::profile{});
  ASSERT_EQ(d.ctx.asks.size(), 2U);
  EXPECT_LT(d.ctx.next_ask<room::join>()->bytes_max, 256U * 1024 / 3 + 1);
  EXPECT_GT(d.ctx.next_ask<room::join>()->bytes_max, 80'000U);
  d.ctx.refuse_ask<room::join>({make_error_code(errc::room_full), ""});
  EXPECT_TRUE(d.port->answers.empty());
  d.room_lets_in(3);
  d.user_notes(2);
  auto* w = d.port->last<welcome>();
  ASSERT_NE(w, nullptr);
  ASSERT_EQ(w->rooms.size(), 3U);
  EXPECT_EQ(w->rooms[0].room, room_id{"a"});
  EXPECT_EQ(w->rooms[0].outcome.error().code, code(errc::room_full));
  EXPECT_EQ(w->rooms[1].outcome.error().code, code(errc::bad_request));
  EXPECT_EQ(w->rooms[2].outcome->off, offset{3});
  EXPECT_EQ(w->rooms[2].read, offset{2});
  EXPECT_TRUE(d.port->refusals.empty());
}

TEST(session_rooms, a_room_resumed_twice_is_answered_twice) {
  session_driver d;
  d.send(hello({"aurora", "aurora"}));
  d.ctx.answer_ask<user::attach>(user::profile{});
  for (int i = 0; i < 2; ++i) {
    d.room_lets_in();
    d.user_notes();
  }
  EXPECT_EQ(d.port->last<welcome>()->rooms.size(), 2U);
}

TEST(session_rooms, a_profile_that_fills_the_answer_leaves_no_bytes_for_messages) {
  session_driver d;
  d.send(hello({"a"}));
  user::profile large;
  for (std::uint32_t i = 0; i < user::rooms_max; ++i) large.rooms.push_back({room_id{std::string(250, 'r')}, {}});
  d.ctx.answer_ask<user::attach>(std::move(large));
  EXPECT_EQ(d.ctx.next_ask<room::join>()->bytes_max, 0U);
}

TEST(session_rooms, a_user_that_cannot_be_served_closes_the_connection) {
  session_driver d;
  d.send(hello({"a"}));
  d.ctx.refuse_ask<user::attach>({make_error_code(errc::overloaded), ""});
  EXPECT_EQ(d.port->last_refusal(), code(errc::overloaded));
  EXPECT_EQ(d.port->closed, std::vector{close_code::rate});
}

TEST(session_rooms, begin_comes_once) {
  session_driver d;
  d.send(hello({}));
  d.send(hello({}));
  EXPECT_EQ(d.port->last_refusal(), code(errc::bad_request));
}

TEST(session_rooms, a_lost_connection_tells_rooms_and_user_and_ends_the_session) {
  session_driver d;
  d.be_in(room_id{"a"});
  d.send(join{2, room_id{"b"}, std::nullopt, 0});
  d.send(disconnected{});
  auto told = d.ctx.told_bodies<room::leave>();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(told[0].second.dropped);
  EXPECT_EQ(told[1].first, (actor_id{"room", "b"}));
  EXPECT_EQ(d.ctx.told_bodies<user::detach>().size(), 1U);
  EXPECT_TRUE(d.ctx.stopped);
  d.room_lets_in();
  EXPECT_EQ(d.ctx.next_ask<user::enter_room>(), nullptr);
}

TEST(session_rooms, a_session_that_fails_closes_its_connection_and_keeps_its_places_for_the_next) {
  session_driver d;
  d.be_in();
  d.logic->failed(d.ctx);
  EXPECT_EQ(d.port->closed, std::vector{close_code::drain});
  ASSERT_EQ(d.leaves().size(), 1U);
  EXPECT_TRUE(d.leaves()[0].dropped);
  EXPECT_EQ(d.ctx.told_bodies<user::detach>().size(), 1U);
  d.logic.reset();
  EXPECT_EQ(d.port->closed.size(), 1U);
}

TEST(session_rooms, no_connection_outlives_its_session) {
  session_driver ended, left_by_client;
  ended.logic.reset();
  EXPECT_EQ(ended.port->closed, std::vector{close_code::drain});
  left_by_client.send(disconnected{});
  left_by_client.logic.reset();
  EXPECT_TRUE(left_by_client.port->closed.empty());
}

TEST(session_rooms, a_room_that_cannot_be_told_is_told_later) {
  session_driver d;
  d.be_in();
  d.ctx.tell_errors["room/aurora"] = failure(lightstick::errc::overloaded);
  d.send(disconnected{});
  EXPECT_FALSE(d.ctx.stopped);
  d.ctx.tell_errors.clear();
  d.ctx.advance(2s);
  EXPECT_TRUE(d.leaves().at(0).dropped);
  EXPECT_TRUE(d.ctx.stopped);
}

TEST(session_rooms, a_session_does_not_outlive_its_goodbyes_for_ever) {
  session_driver d;
  d.be_in();
  d.ctx.tell_errors["room/aurora"] = failure(lightstick::errc::overloaded);
  d.send(disconnected{});
  d.ctx.advance(20min);
  EXPECT_FALSE(d.ctx.stopped);
  d.ctx.advance(20min);
  EXPECT_TRUE(d.ctx.stopped);
}

TEST(session_rooms, a_leave_that_the_room_cannot_hear_is_repeated) {
  session_driver d;
  d.be_in();
  d.ctx.tell_errors["room/aurora"] = failure(lightstick::errc::overloaded);
  d.send(leave{1, aurora});
  d.ctx.answer_ask<user::leave_room>(user::room_cursor{aurora, {}});
  EXPECT_NE(d.port->last<left>(), nullptr);
  d.send(say_hi());
  EXPECT_EQ(d.port->last_refusal(), code(errc::forbidden));
  d.ctx.tell_errors.clear();
  d.ctx.advance(2s);
  ASSERT_EQ(d.leaves().size(), 1U);
  EXPECT_FALSE(d.leaves()[0].dropped);
}

TEST(session_rooms, answers_the_roll_of_rooms_it_is_in) {
  session_driver d;
  d.be_in();
  d.send(roll_call{aurora});
  auto* again = d.ctx.next_ask<room::join>();
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(again->limit, 0U);
  auto answers = d.port->answers.size();
  d.room_lets_in();
  EXPECT_EQ(d.port->answers.size(), answers);
  d.send(roll_call{room_id{"elsewhere"}});
  EXPECT_EQ(d.ctx.next_ask<room::join>(), nullptr);
}

TEST(session_rooms, answers_the_roll_again_when_the_room_is_busy) {
  session_driver d;
  d.be_in();
  d.send(roll_call{aurora});
  d.ctx.refuse_ask<room::join>(failure(lightstick::errc::overloaded));
  EXPECT_TRUE(d.port->closed.empty());
  d.ctx.advance(2s);
  EXPECT_NE(d.ctx.next_ask<room::join>(), nullptr);
}

TEST(session_rooms, a_place_that_was_lost_makes_the_client_come_back) {
  session_driver d;
  d.be_in();
  d.send(roll_call{aurora});
  d.ctx.refuse_ask<room::join>({make_error_code(errc::room_full), ""});
  EXPECT_EQ(d.port->closed, std::vector{close_code::drain});
}

}  // namespace
}  // namespace lightstick::actors::session
