#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "actors/user/user_codec.hpp"

namespace lightstick::actors::user {
namespace {

struct step {
  int what = 0;  ///< 0 enter, 1 leave, 2 read
  int room = 0;
  std::uint64_t off = 0;
};

void showValue(const step& s, std::ostream& out) { out << s.what << "(r" << s.room << " " << s.off << ")"; }

rc::Gen<std::vector<step>> steps() {
  return rc::gen::container<std::vector<step>>(rc::gen::build<step>(
      rc::gen::set(&step::what, rc::gen::inRange(0, 3)), rc::gen::set(&step::room, rc::gen::inRange(0, 5)),
      rc::gen::set(&step::off, rc::gen::inRange<std::uint64_t>(0, 20))));
}

std::optional<event> decide(const user_state& s, const step& one) {
  room_id room{"r" + std::to_string(one.room)};
  if (one.what == 0) return s.decide(enter_room{room}).happened;
  if (one.what == 1) return s.decide(leave_room{room}).happened;
  auto moved = s.decide(move_cursor{room, offset{one.off}, session_id{"s"}});
  return moved ? moved->happened : std::nullopt;
}

RC_GTEST_PROP(user_property, replay_from_any_snapshot_to_any_crash_point_gives_the_live_state, ()) {
  std::vector<user_state> states(1);
  std::vector<std::string> events;
  for (const auto& one : *steps()) {
    auto e = decide(states.back(), one);
    if (!e) continue;
    events.push_back(encode(*e));
    auto next = states.back();
    next.apply(*e);
    states.push_back(std::move(next));
  }
  auto crash = *rc::gen::inRange<std::size_t>(0, states.size());
  auto snapshot = *rc::gen::inRange<std::size_t>(0, crash + 1);
  user_state back;
  back.restore(decode_snapshot(encode(states[snapshot].rooms())).value());
  for (auto i = snapshot; i < crash; ++i) back.apply(decode_event(events[i]).value());
  RC_ASSERT(back == states[crash]);
}

RC_GTEST_PROP(user_property, cursors_never_go_back_while_the_user_is_in_the_room, ()) {
  user_state s;
  std::map<room_id, offset> read;
  for (const auto& one : *steps()) {
    if (auto e = decide(s, one)) s.apply(*e);
    std::map<room_id, offset> now;
    for (const auto& at : s.rooms()) {
      RC_ASSERT(!read.contains(at.room) || at.read >= read[at.room]);
      RC_ASSERT(now.emplace(at.room, at.read).second);
    }
    read = std::move(now);
  }
}

RC_GTEST_PROP(user_property, rooms_are_bounded_and_the_freshly_touched_stays, ()) {
  user_state s;
  for (std::uint32_t i = 0; i < rooms_max; ++i) s.apply(entered{room_id{std::to_string(i)}});
  for (auto i : *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0U, 2 * rooms_max))) {
    enter_room wish{room_id{std::to_string(i)}};
    if (auto d = s.decide(wish); d.happened) s.apply(*d.happened);
    RC_ASSERT(s.rooms().size() == rooms_max);
    RC_ASSERT(s.rooms().back().room == wish.room);
  }
}

RC_GTEST_PROP(user_codec_property, any_bytes_are_decoded_or_refused, (const std::string& bytes)) {
  (void)decode_event(bytes);
  (void)decode_snapshot(bytes);
}

}  // namespace
}  // namespace lightstick::actors::user
