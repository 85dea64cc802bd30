#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/board.hpp"
#include "actors/chat_message.hpp"

namespace lightstick::actors {

/// What one commit adds to a room: consecutive offsets, the first is the one after the last batch's. When a room
/// starts again its newest messages come once more (some may have been committed and not published before a fault):
/// who has seen them skips them.
struct room_batch {
  room_id room;
  std::vector<chat_message_ptr> messages;  ///< never empty
};

/// A room's changed status. `joined` and `left` are given only in small rooms (see room_options).
struct room_change {
  room_id room;
  room_status status;
  std::vector<member> joined;
  std::vector<user_id> left;
  std::vector<board_delta> boards{};            ///< at most one of each
  std::optional<std::vector<member>> typing{};  ///< everybody who types, when that is different
};

/// The way from a room to all who listen, implemented by the gateway's relays. Called on the room actor's thread,
/// in commit order for each room; must not block. Bounded by the implementation, which may merge but not lose
/// batches: who is too slow is closed and resumes.
class fanout {
 public:
  virtual ~fanout() = default;
  virtual void publish(std::shared_ptr<const room_batch> batch) = 0;
  virtual void publish(std::shared_ptr<const room_change> change) = 0;
  /// The room lost its roster (restart after a fault): every session here that listens to it announces itself again.
  virtual void call_roll(const room_id& room) = 0;
};

}  // namespace lightstick::actors
