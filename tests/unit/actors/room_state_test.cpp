#include "actors/room/room_state.hpp"

#include <gtest/gtest.h>

#include "tests/support/room_fixtures.hpp"

namespace lightstick::actors::room {
namespace {

using namespace std::chrono_literals;

constexpr wall_ms t0{1'790'000'000'000};
constexpr wall_ms later(std::int64_t ms) { return {t0.value + ms}; }

room_state fresh_room(room_state::rules r = {}) {
  room_state s{r};
  s.apply(s.decide_create(t0));
  return s;
}

/// Decides and applies. REQUIRES: it is accepted.
accepted do_post(room_state& s, publish p, wall_ms now) {
  auto v = s.decide(std::move(p), now);
  EXPECT_TRUE(std::holds_alternative<accepted>(v));
  auto a = std::get<accepted>(std::move(v));
  s.apply(a.event);
  return a;
}

std::error_code why(const verdict& v) {
  const auto* e = std::get_if<error>(&v);
  return e == nullptr ? std::error_code{} : e->code;
}

TEST(room_state, a_room_that_was_not_created_takes_nothing) {
  room_state s;
  EXPECT_EQ(why(s.decide(say("mina", "hi"), t0)), code(errc::room_not_found));
}

TEST(room_state, offsets_are_dense_from_one) {
  auto s = fresh_room();
  for (std::uint64_t i = 1; i <= 5; ++i) {
    auto a = do_post(s, say("mina", "hi"), t0);
    EXPECT_EQ(a.event.off, offset{i});
    EXPECT_EQ(a.message->off, offset{i});
  }
}

TEST(room_state, time_never_goes_back) {
  auto s = fresh_room();
  EXPECT_EQ(do_post(s, say("mina", "a"), later(100)).event.ts, later(100));
  EXPECT_EQ(do_post(s, say("mina", "b"), later(40)).event.ts, later(100));
  EXPECT_EQ(do_post(s, say("mina", "c"), later(101)).event.ts, later(101));
}

TEST(room_state, the_same_cid_gets_the_first_answer) {
  auto s = fresh_room();
  auto first = do_post(s, say("mina", "hi", "c1"), later(5));
  do_post(s, say("jun", "yo"), later(6));
  auto v = s.decide(say("mina", "hi", "c1"), later(7));
  ASSERT_TRUE(std::holds_alternative<repeated>(v));
  EXPECT_EQ(std::get<repeated>(v).first, (published{first.event.off, later(5)}));
}

TEST(room_state, a_cid_belongs_to_one_user_and_device) {
  auto s = fresh_room();
  do_post(s, say("mina", "hi", "c1"), t0);
  do_post(s, say("jun", "hi", "c1"), t0);
  auto other_device = say("mina", "hi", "c1");
  other_device.device = device_id{"phone"};
  do_post(s, other_device, t0);
  EXPECT_EQ(s.last(), offset{3});
}

TEST(room_state, a_mark_key_cannot_be_read_two_ways) {
  EXPECT_NE(mark_key(user_id{"ab"}, device_id{"c"}, "d"), mark_key(user_id{"a"}, device_id{"bc"}, "d"));
  EXPECT_NE(mark_key(user_id{"a"}, device_id{"bc"}, "d"), mark_key(user_id{"a"}, device_id{"b"}, "cd"));
}

TEST(room_state, the_same_cid_with_other_content_is_refused) {
  auto s = fresh_room();
  do_post(s, say("mina", "first"), t0);
  do_post(s, say("mina", "hi", "c1"), t0);
  EXPECT_EQ(why(s.decide(say("mina", "ho", "c1"), t0)), code(errc::bad_request));
  auto with_data = say("mina", "hi", "c1");
  with_data.data = "\x80";
  EXPECT_EQ(why(s.decide(with_data, t0)), code(errc::bad_request));
  auto with_reply = say("mina", "hi", "c1");
  with_reply.reply_to = offset{1};
  EXPECT_EQ(why(s.decide(with_reply, t0)), code(errc::bad_request));
  auto with_vt = say("mina", "hi", "c1");
  with_vt.vt = 0;
  EXPECT_EQ(why(s.decide(with_vt, t0)), code(errc::bad_request));
  auto other_name = say("mina", "hi", "c1");
  other_name.name = "Mina the second";
  EXPECT_TRUE(std::holds_alternative<repeated>(s.decide(other_name, t0)));
}

TEST(room_state, text_and_data_do_not_run_into_each_other_in_the_digest) {
  auto a = say("mina", "ab");
  a.data = "c";
  auto b = say("mina", "a");
  b.data = "bc";
  EXPECT_NE(digest_of(a), digest_of(b));
}

TEST(room_state, a_cid_is_free_again_when_the_window_has_passed) {
  auto s = fresh_room({1000ms, 10});
  do_post(s, say("mina", "hi", "c1"), t0);
  EXPECT_TRUE(std::holds_alternative<repeated>(s.decide(say("mina", "hi", "c1"), later(999))));
  EXPECT_EQ(do_post(s, say("mina", "ho", "c1"), later(1000)).event.off, offset{2});
  auto v = s.decide(say("mina", "ho", "c1"), later(1001));
  ASSERT_TRUE(std::holds_alternative<repeated>(v));
  EXPECT_EQ(std::get<repeated>(v).first.off, offset{2});
}

TEST(room_state, marks_are_bounded_and_the_bound_moves_with_the_window) {
  auto s = fresh_room({1000ms, 2});
  do_post(s, say("mina", "1", "c1"), t0);
  do_post(s, say("mina", "2", "c2"), later(500));
  EXPECT_EQ(why(s.decide(say("mina", "3", "c3"), later(999))), code(errc::overloaded));
  EXPECT_TRUE(std::holds_alternative<repeated>(s.decide(say("mina", "1", "c1"), later(999))));
  do_post(s, say("mina", "3"), later(999));
  EXPECT_EQ(s.marks(), 2U);
  do_post(s, say("mina", "4", "c4"), later(1000));
  EXPECT_EQ(s.marks(), 2U);
  EXPECT_EQ(why(s.decide(say("mina", "5", "c5"), later(1000))), code(errc::overloaded));
}

TEST(room_state, more_restored_marks_than_the_bound_are_kept_until_they_end) {
  room_state s{{1000ms, 1}};
  s.restore({t0, offset{3}, later(30)});
  for (std::uint64_t i = 1; i <= 3; ++i) {
    s.restore_mark("k" + std::to_string(i), {offset{i}, later(static_cast<std::int64_t>(i) * 10), 0});
  }
  EXPECT_EQ(s.marks(), 3U);
  EXPECT_EQ(why(s.decide(say("mina", "x", "c"), later(1020))), code(errc::overloaded));
  EXPECT_TRUE(std::holds_alternative<accepted>(s.decide(say("mina", "x", "c"), later(1030))));
}

TEST(room_state, a_reply_names_a_message_of_the_room) {
  auto s = fresh_room();
  do_post(s, say("mina", "hi"), t0);
  for (std::uint64_t off : {0U, 2U}) {
    auto p = say("jun", "?");
    p.reply_to = offset{off};
    EXPECT_EQ(why(s.decide(p, t0)), code(errc::bad_request)) << off;
  }
  auto p = say("jun", "!");
  p.reply_to = offset{1};
  EXPECT_EQ(do_post(s, p, t0).message->reply_to, offset{1});
}

TEST(room_state, names_beyond_their_bounds_are_refused) {
  auto s = fresh_room();
  auto cid = say("mina", "hi", std::string(65, 'c'));
  EXPECT_EQ(why(s.decide(cid, t0)), code(errc::bad_request));
  auto user = say(std::string(129, 'u'), "hi");
  user.device = device_id{"d"};
  EXPECT_EQ(why(s.decide(user, t0)), code(errc::bad_request));
  auto device = say("mina", "hi");
  device.device = device_id{std::string(65, 'd')};
  EXPECT_EQ(why(s.decide(device, t0)), code(errc::bad_request));
}

TEST(room_state, replay_refuses_what_does_not_follow) {
  auto s = fresh_room();
  do_post(s, say("mina", "hi"), later(10));
  posted next{offset{2}, later(10), user_id{"u"}, device_id{"d"}, "", 0};
  auto gap = next;
  gap.off = offset{3};
  EXPECT_TRUE(s.replay(gap).error().is(condition::corrupt));
  auto again = next;
  again.off = offset{1};
  EXPECT_TRUE(s.replay(again).error().is(condition::corrupt));
  auto back = next;
  back.ts = later(9);
  EXPECT_TRUE(s.replay(back).error().is(condition::corrupt));
  EXPECT_TRUE(s.replay(created{t0}).error().is(condition::corrupt));
  EXPECT_TRUE(room_state{}.replay(next).error().is(condition::corrupt));
  EXPECT_TRUE(s.replay(next));
}

TEST(room_state, marks_may_be_restored_before_their_events_are_replayed) {
  auto live = fresh_room();
  auto snapshot = live.to_essence();
  auto a = do_post(live, say("mina", "hi", "c1"), later(1));
  room_state back;
  back.restore(snapshot);
  mark m{a.event.off, a.event.ts, a.event.digest};
  back.restore_mark(mark_key(user_id{"mina"}, device_id{"mina"}, "c1"), m);
  back.restore_mark(mark_key(user_id{"mina"}, device_id{"mina"}, "c1"), m);
  ASSERT_TRUE(back.replay(a.event));
  EXPECT_EQ(back, live);
}

}  // namespace
}  // namespace lightstick::actors::room
