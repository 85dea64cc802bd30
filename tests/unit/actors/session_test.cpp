#include <gtest/gtest.h>

#include "actors/session/checks.hpp"
#include "tests/support/session_driver.hpp"

namespace lightstick::actors::session {
namespace {

using namespace std::chrono_literals;

TEST(session_checks, a_publish_needs_text_or_data_within_their_bounds) {
  options o;
  auto p = say_hi();
  EXPECT_TRUE(check_publish(p, o));
  p.text = "";
  EXPECT_EQ(check_publish(p, o).error().code, code(errc::bad_request));
  p.data = std::string(1024, 'd');
  EXPECT_TRUE(check_publish(p, o));
  p.data.push_back('d');
  EXPECT_FALSE(check_publish(p, o));
  p = say_hi();
  p.text = std::string(4096, 't');
  EXPECT_TRUE(check_publish(p, o));
  p.text.push_back('t');
  EXPECT_FALSE(check_publish(p, o));
  p = say_hi();
  p.cid = std::string(64, 'c');
  EXPECT_TRUE(check_publish(p, o));
  p.cid.push_back('c');
  EXPECT_FALSE(check_publish(p, o));
  p = say_hi();
  p.text = "\xff";
  EXPECT_FALSE(check_publish(p, o));
}

TEST(session_checks, a_room_needs_a_proper_name_that_the_token_allows) {
  auto who = session_driver::mina();
  EXPECT_TRUE(check_room(who, aurora));
  EXPECT_EQ(check_room(who, room_id{""}).error().code, code(errc::bad_request));
  EXPECT_EQ(check_room(who, room_id{"a/b"}).error().code, code(errc::bad_request));
  EXPECT_EQ(check_room(who, room_id{std::string(129, 'r')}).error().code, code(errc::bad_request));
  who.rooms = {"nova"};
  EXPECT_EQ(check_room(who, aurora).error().code, code(errc::forbidden));
  EXPECT_TRUE(check_room(who, room_id{"nova"}));
}

TEST(session, passes_on_when_a_room_that_is_full_wants_to_be_asked_again) {
  session_driver d;
  d.be_in();
  d.send(say_hi(7));
  auto full = failure(lightstick::errc::overloaded);
  full.retry_after = 70ms;
  d.ctx.refuse_ask<room::publish>(std::move(full));
  ASSERT_EQ(d.port->refusals.size(), 1U);
  EXPECT_EQ(d.port->refusals.back().second.retry, 70ms);
  d.send(say_hi(8));
  d.ctx.refuse_ask<room::publish>(failure(lightstick::errc::overloaded));
  EXPECT_EQ(d.port->refusals.back().second.retry, 1s) << "a bound without a hint";
  d.send(say_hi(9));
  d.ctx.refuse_ask<room::publish>(failure(lightstick::errc::invalid));
  EXPECT_EQ(d.port->refusals.back().second.retry, std::nullopt);
  d.send(say_hi(10));
  d.ctx.refuse_ask<room::publish>({make_error_code(errc::room_full), "test"});
  EXPECT_EQ(d.port->refusals.back().second.retry, std::nullopt) << "nobody knows when somebody leaves";
}

TEST(session, forwards_a_publish_with_who_says_it_and_answers) {
  session_driver d;
  d.be_in();
  auto p = say_hi(7);
  p.reply_to = offset{3};
  p.vt = 9;
  p.data = "d";
  d.send(p);
  auto* said = d.ctx.next_ask<room::publish>();
  ASSERT_NE(said, nullptr);
  EXPECT_EQ(d.ctx.asks.front().to, (actor_id{"room", "aurora"}));
  EXPECT_EQ(d.ctx.asks.front().limit, 5s);
  EXPECT_EQ(said->session, session_id{"s1"});
  EXPECT_EQ(said->user, user_id{"17"});
  EXPECT_EQ(said->device, device_id{"web"});
  EXPECT_EQ(said->name, "Mina");
  EXPECT_EQ(said->cid, "c1");
  EXPECT_EQ(said->text, "hi");
  EXPECT_EQ(said->reply_to, offset{3});
  EXPECT_EQ(said->vt, 9);
  EXPECT_EQ(said->data, "d");
  d.ctx.answer_ask<room::publish>(room::published{offset{45}, {1000}});
  EXPECT_EQ(d.port->answers.back().first, 7U);
  EXPECT_EQ(d.port->last<published>()->off, offset{45});
}

TEST(session, a_room_that_does_not_answer_is_an_unknown_outcome) {
  session_driver d;
  d.be_in();
  d.send(say_hi());
  d.ctx.refuse_ask<room::publish>(failure(lightstick::errc::timed_out));
  EXPECT_EQ(protocol_code(d.port->refusals.back().second.why), errc::unavailable);
}

TEST(session, publishing_into_a_room_that_was_not_joined_is_forbidden) {
  session_driver d;
  d.send(say_hi());
  EXPECT_EQ(d.port->last_refusal(), code(errc::forbidden));
  EXPECT_TRUE(d.ctx.asks.empty());
}

TEST(session, a_publish_may_follow_its_join_without_waiting) {
  session_driver d;
  d.send(join{1, aurora, std::nullopt, 0});
  d.send(say_hi(2));
  ASSERT_EQ(d.ctx.asks.size(), 2U);
  EXPECT_NE(runtime::body_of<room::publish>(*d.ctx.asks[1].body), nullptr);
}

TEST(session, publishes_reach_the_room_in_the_order_of_the_socket) {
  session_driver d;
  d.be_in();
  for (request_id id = 1; id <= 5; ++id) {
    auto p = say_hi(id);
    p.text = std::to_string(id);
    d.send(p);
  }
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(runtime::body_of<room::publish>(*d.ctx.asks[i].body)->text, std::to_string(i + 1));
  }
}

TEST(session, a_fan_publishes_a_burst_and_is_then_told_how_long_to_wait) {
  session_driver d;
  d.be_in();
  for (int i = 0; i < 20; ++i) d.send(say_hi());
  EXPECT_TRUE(d.port->refusals.empty());
  d.send(say_hi(99));
  ASSERT_EQ(d.port->refusals.size(), 1U);
  EXPECT_EQ(d.port->refusals[0].first, 99U);
  EXPECT_EQ(d.port->last_refusal(), code(errc::rate_limited));
  EXPECT_EQ(d.port->refusals[0].second.retry, 200ms);
  d.ctx.advance(200ms);
  d.send(say_hi());
  EXPECT_EQ(d.port->refusals.size(), 1U);
}

TEST(session, an_admin_publishes_without_limit) {
  auto who = session_driver::mina();
  who.as = role::admin;
  session_driver d{{}, who};
  d.be_in();
  for (int i = 0; i < 500; ++i) d.send(say_hi());
  EXPECT_TRUE(d.port->refusals.empty());
}

TEST(session, everything_else_is_limited_together) {
  session_driver d;
  for (int i = 0; i < 200; ++i) d.send(history{1, aurora, offset{5}, std::nullopt, 10});
  EXPECT_TRUE(d.port->refusals.empty());
  d.send(read{2, aurora, offset{1}});
  d.send(presence{3, aurora, false, 0, ""});
  d.send(join{4, aurora, std::nullopt, 0});
  EXPECT_EQ(d.port->refusals.size(), 3U);
  EXPECT_EQ(d.port->last_refusal(), code(errc::rate_limited));
  EXPECT_TRUE(d.port->refusals.back().second.retry);
}

TEST(session, asks_the_room_for_history_and_members) {
  session_driver d;
  d.send(history{1, aurora, offset{5}, std::nullopt, 10});
  auto* h = d.ctx.next_ask<room::history>();
  EXPECT_EQ(h->before, offset{5});
  EXPECT_EQ(h->limit, 10U);
  EXPECT_EQ(h->bytes_max, 256U * 1024);
  room::page p;
  p.more = true;
  d.ctx.answer_ask<room::history>(p);
  EXPECT_TRUE(d.port->last<history_page>()->page.more);
  d.send(presence{2, aurora, true, 30, "b"});
  auto* asked = d.ctx.next_ask<room::presence>();
  EXPECT_EQ(asked->limit, 30U);
  EXPECT_EQ(asked->after, "b");
  room::members m;
  m.count = 7;
  d.ctx.answer_ask<room::presence>(m);
  EXPECT_EQ(d.port->last<present>()->members.count, 7U);
  EXPECT_TRUE(d.port->last<present>()->page);
  d.send(presence{3, aurora, false, 30, ""});
  EXPECT_EQ(d.ctx.next_ask<room::presence>()->limit, 0U);
}

TEST(session, rooms_outside_of_the_token_are_forbidden_to_read_as_well) {
  auto who = session_driver::mina();
  who.rooms = {"nova"};
  session_driver d{{}, who};
  d.send(history{1, aurora, offset{5}, std::nullopt, 10});
  EXPECT_EQ(d.port->last_refusal(), code(errc::forbidden));
  d.send(presence{2, aurora, true, 10, ""});
  EXPECT_EQ(d.port->refusals.size(), 2U);
  d.send(join{3, aurora, std::nullopt, 0});
  EXPECT_EQ(d.port->refusals.size(), 3U);
  EXPECT_TRUE(d.ctx.asks.empty());
}

TEST(session, moves_the_read_cursor_and_hears_of_other_devices) {
  session_driver d;
  d.send(read{4, aurora, offset{9}});
  EXPECT_EQ(d.ctx.next_ask<user::move_cursor>()->from, session_id{"s1"});
  d.ctx.answer_ask<user::move_cursor>(user::room_cursor{aurora, offset{9}});
  EXPECT_EQ(d.port->last<cursor>()->at.read, offset{9});
  d.send(user::cursor_moved{{aurora, offset{12}}});
  EXPECT_EQ(d.port->pushed.at(0).cursor.read, offset{12});
}

TEST(session, closes_when_the_token_and_the_skew_have_ended) {
  auto who = session_driver::mina();
  session_driver probe;
  who.expires_ms = probe.ctx.clock.wall().value + 5000 - token_skew.count();
  session_driver d{{}, who};
  d.be_in();
  d.ctx.advance(4999ms);
  EXPECT_TRUE(d.port->closed.empty());
  d.ctx.advance(1ms);
  EXPECT_EQ(d.port->closed, std::vector{close_code::token_expired});
  d.send(say_hi());
  EXPECT_EQ(d.port->last_refusal(), code(errc::token_expired));
  d.ctx.advance(1h);
  EXPECT_EQ(d.port->closed.size(), 1U);
}

TEST(session, a_token_that_ends_in_the_year_9999_needs_no_timer_of_its_own) {
  auto who = session_driver::mina();
  who.expires_ms = 253'402'300'799'000;
  session_driver d{{}, who};
  ASSERT_TRUE(d.ctx.next_wake());
  ASSERT_GT(*d.ctx.next_wake(), d.ctx.now());
  EXPECT_LE(*d.ctx.next_wake(), d.ctx.now() + 1h);
  d.ctx.advance(5h);
  EXPECT_TRUE(d.port->closed.empty());
}

TEST(session, a_token_of_some_hours_ends_at_its_time) {
  auto who = session_driver::mina();
  session_driver probe;
  who.expires_ms = probe.ctx.clock.wall().value + 9'000'000;
  session_driver d{{}, who};
  d.ctx.advance(9'000s + token_skew - 1ms);
  EXPECT_TRUE(d.port->closed.empty());
  d.ctx.advance(1ms);
  EXPECT_EQ(d.port->closed, std::vector{close_code::token_expired});
}

TEST(session, a_refreshed_token_lives_longer_and_may_change_the_role) {
  auto who = session_driver::mina();
  session_driver probe;
  who.expires_ms = probe.ctx.clock.wall().value + 5000;
  session_driver d{{}, who};
  d.be_in();
  auto renewed = who;
  renewed.device = device_id{};
  renewed.as = role::artist;
  renewed.expires_ms += 60'000;
  d.send(refresh{1, renewed});
  EXPECT_EQ(d.port->last<refreshed>()->expires_in_s, 65);
  d.ctx.advance(65s + token_skew - 1ms);
  EXPECT_TRUE(d.port->closed.empty());
  for (int i = 0; i < 50; ++i) d.send(say_hi());
  EXPECT_TRUE(d.port->refusals.empty());
  EXPECT_EQ(d.ctx.next_ask<room::publish>()->as, role::artist);
  EXPECT_EQ(d.ctx.next_ask<room::publish>()->device, device_id{"web"});
  d.ctx.advance(1ms);
  EXPECT_EQ(d.port->closed.size(), 1U);
}

TEST(session, a_refreshed_token_that_excludes_a_room_it_is_in_is_refused) {
  session_driver d;
  d.be_in();
  auto renewed = session_driver::mina();
  renewed.rooms = {"nova"};
  d.send(refresh{1, renewed});
  EXPECT_EQ(d.port->last_refusal(), code(errc::forbidden));
  d.send(say_hi());
  EXPECT_NE(d.ctx.next_ask<room::publish>(), nullptr);
}

TEST(session, is_never_passivated) { EXPECT_FALSE(session_driver{}.logic->passive()); }

// ---- moderation ----

moderate act_of(room::act what) {
  moderate m;
  m.id = 7;
  m.room = aurora;
  m.what = what;
  m.user = user_id{"18"};
  return m;
}

TEST(session, passes_acts_of_moderators_on_with_who_and_as_what) {
  auto who = session_driver::mina();
  who.as = role::moderator;
  session_driver d{{}, who};
  d.send(act_of(room::act::mute));
  const auto* asked = d.ctx.next_ask<room::moderate>();
  ASSERT_NE(asked, nullptr);
  EXPECT_EQ(asked->by.str(), "17");
  EXPECT_EQ(asked->as, role::moderator);
  EXPECT_EQ(asked->user.str(), "18");
  d.ctx.answer_ask<room::moderate>(room::moderated{offset{9}});
  ASSERT_NE(d.port->last<moderated>(), nullptr);
  EXPECT_EQ(d.port->last<moderated>()->off, offset{9});

  auto filter = act_of(room::act::filter);
  filter.add = {"spam"};
  d.send(filter);
  ASSERT_NE(d.ctx.next_ask<room::set_filter>(), nullptr);
  EXPECT_EQ(d.ctx.next_ask<room::set_filter>()->add, std::vector<std::string>{"spam"});
}

TEST(session, passes_reactions_on_by_a_rate_of_their_own) {
  options how;
  how.react_rate[0] = {1, 2};
  how.publish_rate[0] = {1, 1};
  session_driver d{how};
  d.be_in();
  const react cheer{7, aurora, "cheer", 3, 8};
  d.send(cheer);
  const auto* asked = d.ctx.next_ask<room::react>();
  ASSERT_NE(asked, nullptr);
  EXPECT_EQ(asked->user.str(), "17");
  EXPECT_EQ(asked->device.str(), "web");
  EXPECT_EQ(asked->n, 3U);
  EXPECT_EQ(asked->seq, 8U);
  d.ctx.answer_ask<room::react>(room::reacted{room::reacted::how::again, 0});
  ASSERT_NE(d.port->last<reacted>(), nullptr);
  EXPECT_EQ(d.port->last<reacted>()->seq, 8U);
  EXPECT_EQ(d.port->last<reacted>()->what.outcome, room::reacted::how::again);
  d.send(cheer);
  d.send(cheer);
  EXPECT_EQ(d.port->last_refusal(), code(errc::rate_limited));
  const auto refused = d.port->refusals.size();
  d.send(say_hi());
  EXPECT_EQ(d.port->refusals.size(), refused) << "publishes have theirs";
}

TEST(session, asks_for_boards_and_says_that_somebody_types) {
  options how;
  how.typing_rate = {1, 1};
  session_driver d{how};
  d.send(typing{8, aurora});
  EXPECT_EQ(d.port->last_refusal(), code(errc::forbidden)) << "not in it";
  d.be_in();
  d.ctx.advance(std::chrono::seconds{2});
  d.send(board{7, aurora, board_of::all, 5, true});
  ASSERT_NE(d.ctx.next_ask<room::board>(), nullptr);
  EXPECT_EQ(d.ctx.next_ask<room::board>()->top, 5U);
  d.ctx.answer_ask<room::board>(room::board_page{});
  EXPECT_NE(d.port->last<boarded>(), nullptr);
  d.send(typing{8, aurora});
  d.ctx.answer_ask<room::typing>(room::typing_noted{true});
  ASSERT_NE(d.port->last<typed>(), nullptr);
  EXPECT_TRUE(d.port->last<typed>()->shown);
  d.send(typing{9, aurora});
  EXPECT_EQ(d.port->last_refusal(), code(errc::rate_limited));
}

TEST(session, reacts_in_rooms_that_it_is_in_only) {
  session_driver d;
  d.send(react{7, aurora, "cheer", 1, 1});
  EXPECT_EQ(d.port->last_refusal(), code(errc::forbidden));
}

TEST(session, closes_with_4003_when_a_room_that_it_is_in_bans_the_user) {
  session_driver d;
  d.send(banned{aurora});
  EXPECT_TRUE(d.port->closed.empty()) << "not in it";
  d.be_in();
  d.send(banned{aurora});
  EXPECT_EQ(d.port->closed, std::vector<close_code>{close_code::banned});
}

TEST(session, closes_with_4003_when_the_roll_finds_the_user_banned) {
  session_driver d;
  d.be_in();
  d.send(roll_call{aurora});
  d.ctx.refuse_ask<room::join>({make_error_code(errc::forbidden), "banned"});
  EXPECT_EQ(d.port->closed, std::vector<close_code>{close_code::banned});
}

TEST(session, shows_an_echo_to_its_client_before_the_answer) {
  session_driver d;
  d.be_in();
  d.send(say_hi());
  auto message = std::make_shared<chat_message>();
  message->text = "hi";
  d.ctx.answer_ask<room::publish>(room::published{offset{44}, {5}, message});
  ASSERT_EQ(d.port->echoes.size(), 1U);
  EXPECT_EQ(d.port->echoes[0].after, offset{44});
  ASSERT_NE(d.port->last<published>(), nullptr);
  EXPECT_TRUE(d.port->last<published>()->echo);
}

TEST(session, says_of_a_publish_whether_the_token_names_the_room) {
  for (bool named : {false, true}) {
    auto who = session_driver::mina();
    if (named) who.rooms = {aurora.str()};
    session_driver d{{}, who};
    d.be_in();
    d.send(say_hi());
    EXPECT_EQ(d.ctx.next_ask<room::publish>()->is_member, named);
  }
}

}  // namespace
}  // namespace lightstick::actors::session
