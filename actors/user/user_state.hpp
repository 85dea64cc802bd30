#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "actors/user/messages.hpp"

namespace lightstick::actors::user {

// ---- what is journalled; user_codec.hpp gives the bytes ----

/// The user is in the room, and touched it now.
struct entered {
  room_id room;
  friend bool operator==(const entered&, const entered&) = default;
};
struct left {
  room_id room;
  friend bool operator==(const left&, const left&) = default;
};
struct cursor_set {
  room_id room;
  offset off;
  friend bool operator==(const cursor_set&, const cursor_set&) = default;
};
using event = std::variant<entered, left, cursor_set>;

/// What a command makes of the state: at most one event, and the answer once it is committed.
struct decision {
  std::optional<event> happened;
  room_cursor answer;
};

/// The durable part of a user: the rooms and how far each was read.
///
/// Pure: the same events give the same state. Not thread-safe.
/// Invariants: at most `rooms_max` rooms, in the order they were touched (entered or read), the latest last; entering
/// one more forgets the first. A cursor never goes back while the user is in the room; leaving forgets it.
/// Any order of events can be applied: what does not fit (a cursor of a room that was left) has no effect.
class user_state {
 public:
  [[nodiscard]] const std::vector<room_cursor>& rooms() const noexcept { return rooms_; }

  /// Entering a room again is an event only when more than half of `rooms_max` is used, so that coming back to a
  /// few rooms day by day writes nothing.
  [[nodiscard]] decision decide(const enter_room& command) const;
  /// Leaving a room that the user is not in changes nothing.
  [[nodiscard]] decision decide(const leave_room& command) const;
  /// A smaller offset changes nothing. Errors: room_not_found.
  [[nodiscard]] result<decision> decide(const move_cursor& command) const;

  void apply(const event& e);
  /// Rooms beyond `rooms_max` are forgotten, those untouched for longest first.
  void restore(std::vector<room_cursor> rooms);

  friend bool operator==(const user_state&, const user_state&) = default;

 private:
  [[nodiscard]] std::vector<room_cursor>::const_iterator find(const room_id& room) const;
  void touch(const room_id& room);

  std::vector<room_cursor> rooms_;
};

}  // namespace lightstick::actors::user
