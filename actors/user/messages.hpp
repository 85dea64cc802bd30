#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "actors/chat_message.hpp"

/// The contract of `user/<id>`: what all devices of a user share. `fields` are how a command is kept when it is set aside
/// (docs/formats-actors.md): add to their end only, with a new version.
namespace lightstick::actors::user {

inline constexpr const char* kind = "user";
inline constexpr std::uint32_t rooms_max = 1000;  ///< beyond it the room untouched for longest is forgotten
inline constexpr std::uint32_t sessions_max = 32;  ///< devices at once; beyond it `attach` is overloaded

/// A room the user is in, and how far the user has read.
struct room_cursor {
  room_id room;
  offset read;
  friend bool operator==(const room_cursor&, const room_cursor&) = default;
};

/// A device comes or goes. attach -> profile; detach has no answer.
struct attach {
  session_id session;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&attach::session);
};
struct detach {
  session_id session;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&detach::session);
};
struct profile {
  std::vector<room_cursor> rooms;  ///< most recently joined last
};

/// The user entered or left a room by wish; durable. -> room_cursor.
struct enter_room {
  room_id room;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&enter_room::room);
};
struct leave_room {
  room_id room;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&leave_room::room);
};

/// Moves the cursor forward; a smaller offset changes nothing. Durable; the other devices are told by
/// `cursor_moved`. -> room_cursor (as it is now). Errors: room_not_found when the user is not in it.
struct move_cursor {
  room_id room;
  offset off;
  session_id from;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&move_cursor::room, &move_cursor::off, &move_cursor::from);
};

/// Forgets the user's rooms and cursors; nothing of the journal says them any more. -> erased, when it is durable.
struct erase {
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple();
};
struct erased {
  std::uint32_t rooms = 0;  ///< by this command
};

/// Sent to the sessions of the user's other devices.
struct cursor_moved {
  room_cursor cursor;
};

}  // namespace lightstick::actors::user
