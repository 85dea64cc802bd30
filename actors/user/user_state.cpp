#include "actors/user/user_state.hpp"

#include <algorithm>
#include <utility>

namespace lightstick::actors::user {

std::vector<room_cursor>::const_iterator user_state::find(const room_id& room) const {
  return std::find_if(rooms_.begin(), rooms_.end(), [&](const room_cursor& c) { return c.room == room; });
}

decision user_state::decide(const enter_room& command) const {
  auto at = find(command.room);
  if (at == rooms_.end()) return {entered{command.room}, {command.room, offset{}}};
  if (rooms_.size() > rooms_max / 2) return {entered{command.room}, *at};
  return {std::nullopt, *at};
}

decision user_state::decide(const leave_room& command) const {
  auto at = find(command.room);
  if (at == rooms_.end()) return {std::nullopt, {command.room, offset{}}};
  return {left{command.room}, *at};
}

result<decision> user_state::decide(const move_cursor& command) const {
  auto at = find(command.room);
  if (at == rooms_.end()) return fail(errc::room_not_found, "the user is not in this room");
  if (command.off <= at->read) return decision{std::nullopt, *at};
  return decision{cursor_set{command.room, command.off}, {command.room, command.off}};
}

void user_state::apply(const event& e) {
  if (const auto* in = std::get_if<entered>(&e)) {
    if (find(in->room) != rooms_.end()) return touch(in->room);
    if (rooms_.size() >= rooms_max) rooms_.erase(rooms_.begin());
    rooms_.push_back({in->room, offset{}});
  } else if (const auto* out = std::get_if<left>(&e)) {
    std::erase_if(rooms_, [&](const room_cursor& c) { return c.room == out->room; });
  } else if (const auto* moved = std::get_if<cursor_set>(&e)) {
    if (find(moved->room) == rooms_.end()) return;
    touch(moved->room);
    rooms_.back().read = std::max(rooms_.back().read, moved->off);
  }
}

void user_state::restore(std::vector<room_cursor> rooms) {
  if (rooms.size() > rooms_max) rooms.erase(rooms.begin(), rooms.end() - rooms_max);
  rooms_ = std::move(rooms);
}

void user_state::touch(const room_id& room) {
  auto at = rooms_.begin() + (find(room) - rooms_.cbegin());
  std::rotate(at, at + 1, rooms_.end());
}

}  // namespace lightstick::actors::user
