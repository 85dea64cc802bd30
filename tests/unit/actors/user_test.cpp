#include <gtest/gtest.h>

#include "actors/session/messages.hpp"
#include "actors/user/user_codec.hpp"
#include "actors/user/user_logic.hpp"
#include "tests/support/fake_context.hpp"

namespace lightstick::actors::user {
namespace {

room_id room(std::uint32_t i) { return room_id{"r" + std::to_string(i)}; }

user_state in_rooms(std::uint32_t n) {
  user_state s;
  for (std::uint32_t i = 0; i < n; ++i) s.apply(entered{room(i)});
  return s;
}

TEST(user_state, keeps_rooms_in_the_order_they_were_touched) {
  auto s = in_rooms(3);
  s.apply(cursor_set{room(0), offset{7}});
  EXPECT_EQ(s.rooms(), (std::vector<room_cursor>{{room(1), {}}, {room(2), {}}, {room(0), offset{7}}}));
}

TEST(user_state, a_cursor_only_moves_forward) {
  auto s = in_rooms(1);
  auto d = s.decide(move_cursor{room(0), offset{5}, {}});
  ASSERT_TRUE(d->happened);
  s.apply(*d->happened);
  d = s.decide(move_cursor{room(0), offset{5}, {}});
  EXPECT_FALSE(d->happened);
  d = s.decide(move_cursor{room(0), offset{2}, {}});
  EXPECT_FALSE(d->happened);
  EXPECT_EQ(d->answer.read, offset{5});
  s.apply(cursor_set{room(0), offset{1}});
  EXPECT_EQ(s.rooms()[0].read, offset{5});
}

TEST(user_state, a_cursor_in_a_room_that_was_not_entered_is_refused) {
  auto d = in_rooms(1).decide(move_cursor{room(9), offset{1}, {}});
  EXPECT_EQ(d.error().code, make_error_code(errc::room_not_found));
}

TEST(user_state, leaving_forgets_and_leaving_again_changes_nothing) {
  auto s = in_rooms(2);
  auto d = s.decide(leave_room{room(0)});
  ASSERT_TRUE(d.happened);
  s.apply(*d.happened);
  EXPECT_EQ(s.rooms().size(), 1U);
  EXPECT_FALSE(s.decide(leave_room{room(0)}).happened);
}

TEST(user_state, entering_again_writes_nothing_while_there_is_space) {
  EXPECT_FALSE(in_rooms(rooms_max / 2).decide(enter_room{room(0)}).happened);
  EXPECT_TRUE(in_rooms(rooms_max / 2 + 1).decide(enter_room{room(0)}).happened);
}

TEST(user_state, one_room_too_many_forgets_the_one_untouched_for_longest) {
  auto s = in_rooms(rooms_max);
  s.apply(entered{room(0)});
  EXPECT_EQ(s.rooms().size(), rooms_max);
  s.apply(entered{room_id{"new"}});
  EXPECT_EQ(s.rooms().size(), rooms_max);
  EXPECT_EQ(s.rooms().front().room, room(2));
  EXPECT_EQ(s.rooms().back().room, room_id{"new"});
}

TEST(user_codec, records_have_golden_bytes) {
  using namespace std::string_literals;
  EXPECT_EQ(encode(event{entered{room_id{"aurora"}}}),
            "\x93\x01\x01\xa6"
            "aurora"s);
  EXPECT_EQ(encode(event{left{room_id{"aurora"}}}),
            "\x93\x01\x02\xa6"
            "aurora"s);
  EXPECT_EQ(encode(event{cursor_set{room_id{"aurora"}, offset{300}}}),
            "\x94\x01\x03\xa6"
            "aurora\xcd\x01\x2c"s);
  EXPECT_EQ(encode(std::vector<room_cursor>{{room_id{"a"}, offset{1}}, {room_id{"b"}, {}}}),
            "\x95\x01\xa1"
            "a\x01\xa1"
            "b\x00"s);
}

TEST(user_codec, records_come_back) {
  for (const event& e : {event{entered{room(1)}}, event{left{room(2)}}, event{cursor_set{room(3), offset{4}}}}) {
    EXPECT_EQ(decode_event(encode(e)).value(), e);
  }
  auto full = in_rooms(rooms_max);
  EXPECT_EQ(decode_snapshot(encode(full.rooms())).value(), full.rooms());
  EXPECT_TRUE(decode_snapshot(encode(std::vector<room_cursor>{})).value().empty());
}

TEST(user_codec, damage_is_refused) {
  auto record = encode(event{cursor_set{room(3), offset{4}}});
  for (std::size_t size = 0; size < record.size(); ++size) EXPECT_FALSE(decode_event(record.substr(0, size)));
  EXPECT_FALSE(decode_event("\x93\x01\x09\xa1x"));
  EXPECT_FALSE(decode_snapshot("\x92\x01\xa1x"));
  EXPECT_FALSE(decode_snapshot("\x91\x02"));
}

class user_actor : public ::testing::Test {
 protected:
  void SetUp() override {
    ctx.drive(logic);
    ASSERT_TRUE(ctx.start());
  }
  template <class T, class Body>
  testing::answer_of<T> settle(Body b) {
    auto answer = ctx.send<T>(std::move(b));
    ctx.settle();
    return answer;
  }
  user_logic logic;
  testing::fake_context ctx{{kind, "17"}};
};

TEST_F(user_actor, answers_when_it_is_durable) {
  auto answer = ctx.send<room_cursor>(enter_room{room(1)});
  EXPECT_FALSE(answer.there());
  auto mine = ctx.send<profile>(attach{session_id{"s1"}});
  EXPECT_FALSE(mine.there());
  ctx.commit_all();
  EXPECT_EQ(answer->room, room(1));
  EXPECT_EQ(mine->rooms.size(), 1U);
}

TEST_F(user_actor, tells_the_other_devices_about_a_cursor_once_it_is_durable) {
  settle<profile>(attach{session_id{"s1"}});
  settle<profile>(attach{session_id{"s2"}});
  settle<room_cursor>(enter_room{room(1)});
  auto moved = ctx.send<room_cursor>(move_cursor{room(1), offset{5}, session_id{"s1"}});
  EXPECT_TRUE(ctx.tells.empty());
  ctx.commit_all();
  EXPECT_EQ(moved->read, offset{5});
  auto told = ctx.told_bodies<cursor_moved>();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].first, (actor_id{"session", "s2"}));
  EXPECT_EQ(told[0].second.cursor, (room_cursor{room(1), offset{5}}));
  settle<room_cursor>(move_cursor{room(1), offset{4}, session_id{"s1"}});
  EXPECT_EQ(ctx.told_bodies<cursor_moved>().size(), 1U);
}

TEST_F(user_actor, a_device_that_left_or_is_gone_is_not_told) {
  settle<room_cursor>(enter_room{room(1)});
  for (auto s : {"s1", "s2", "s3"}) settle<profile>(attach{session_id{s}});
  ctx.send(detach{session_id{"s2"}});
  ctx.tell_errors["session/s3"] = {make_error_code(lightstick::errc::not_found), ""};
  settle<room_cursor>(move_cursor{room(1), offset{5}, session_id{"s1"}});
  EXPECT_TRUE(ctx.tells.empty());
  EXPECT_EQ(logic.inspect()[1].second, "1");
}

TEST_F(user_actor, devices_are_bounded) {
  for (std::uint32_t i = 0; i < sessions_max; ++i) {
    ASSERT_TRUE(settle<profile>(attach{session_id{std::to_string(i)}}).get());
  }
  EXPECT_EQ(settle<profile>(attach{session_id{"one more"}}).error(), make_error_code(errc::overloaded));
  EXPECT_TRUE(settle<profile>(attach{session_id{"0"}}).get());
  ctx.send(detach{session_id{"0"}});
  EXPECT_TRUE(settle<profile>(attach{session_id{"one more"}}).get());
}

TEST_F(user_actor, stays_while_a_device_is_there) {
  EXPECT_TRUE(logic.passive());
  settle<profile>(attach{session_id{"s1"}});
  EXPECT_FALSE(logic.passive());
}

TEST_F(user_actor, a_failed_commit_is_told_and_forgotten) {
  auto answer = ctx.send<room_cursor>(enter_room{room(1)});
  ASSERT_TRUE(ctx.fail_commits());
  EXPECT_FALSE(answer.get());
  EXPECT_TRUE(settle<profile>(attach{session_id{"s1"}})->rooms.empty());
}

TEST_F(user_actor, an_erased_user_was_nowhere) {
  settle<room_cursor>(enter_room{room(1)});
  settle<room_cursor>(enter_room{room(2)});
  EXPECT_EQ(settle<erased>(erase{})->rooms, 2U);
  EXPECT_TRUE(settle<profile>(attach{session_id{"s1"}})->rooms.empty());
  EXPECT_EQ(ctx.disk.snapshot_at, ctx.disk.events.size()) << "the journal must not say where the user was";
  EXPECT_EQ(ctx.disk.snapshot->find(room(1).str()), std::string::npos);
  EXPECT_EQ(settle<erased>(erase{})->rooms, 0U);
  user_logic again;
  ctx.drive(again);
  ASSERT_TRUE(ctx.start());
  EXPECT_TRUE(settle<profile>(attach{session_id{"s1"}})->rooms.empty());
}

TEST_F(user_actor, everything_comes_back_after_a_restart) {
  settle<room_cursor>(enter_room{room(1)});
  ctx.snapshot_next = true;
  settle<room_cursor>(enter_room{room(2)});
  settle<room_cursor>(move_cursor{room(1), offset{5}, session_id{"s1"}});
  user_logic again;
  ctx.drive(again);
  ASSERT_TRUE(ctx.start());
  EXPECT_EQ(settle<profile>(attach{session_id{"s1"}})->rooms,
            (std::vector<room_cursor>{{room(2), {}}, {room(1), offset{5}}}));
}

}  // namespace
}  // namespace lightstick::actors::user
