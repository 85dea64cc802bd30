#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "gateway/protocol/frames.hpp"
#include "gateway/ws/frame.hpp"

namespace lightstick::gateway::net {

/// One thing that a room says to all who listen, shared by every connection that it goes to. Immutable once made.
struct push_item {
  /// One of the two is set.
  std::shared_ptr<const actors::room_batch> batch;
  std::shared_ptr<const actors::room_change> change;
  /// The frame as a WebSocket message, in the encodings that were asked for.
  std::array<ws::prepared, protocol::encoding_count> bytes;

  /// Of a batch whose room left some out before or between its messages: it tells of everything after this offset.
  std::optional<offset> told_after{};

  /// It tells of everything after this offset, up to `last`.
  [[nodiscard]] offset after() const {
    return told_after ? *told_after : offset{batch->messages.front()->off.value() - 1};
  }
  [[nodiscard]] offset last() const { return batch->messages.back()->off; }
};
using push_ptr = std::shared_ptr<const push_item>;

using encodings_wanted = std::array<bool, protocol::encoding_count>;

/// How messages in an encoding are marked.
[[nodiscard]] constexpr ws::opcode kind_of(protocol::encoding e) noexcept {
  return e == protocol::encoding::json ? ws::opcode::text : ws::opcode::binary;
}

/// Writes the frame in every encoding wanted that it is not yet written in; returns how many that were.
std::size_t encode(push_item& item, const encodings_wanted& wanted);

/// The messages of a batch beyond `floor` as a frame of their own, with what is missing since then. REQUIRES: there are some.
[[nodiscard]] ws::prepared encode_tail(protocol::encoding e, const actors::room_batch& batch, offset floor);

/// About the bytes of the frame, for bounds.
[[nodiscard]] std::size_t weight_of(const push_item& item);

/// The batch in pieces of at most `item_messages_max` messages and about `item_bytes_max` each, a tomb in one of its own,
/// in order: one group
/// commit may hold megabytes, and a socket must be able to write some of it before the rest is queued.
[[nodiscard]] std::vector<std::shared_ptr<const actors::room_batch>> split(
    std::shared_ptr<const actors::room_batch> batch);

/// The items with neighbouring batches joined into larger ones (at most `item_messages_max` and about
/// `item_bytes_max` each), and all changes joined into one that comes last: the newest status, and who came and
/// who went net of each other. What is joined is not encoded; what stands alone is the same item.
[[nodiscard]] std::vector<push_ptr> merge(std::vector<push_ptr> items);
inline constexpr std::size_t item_messages_max = 256;
inline constexpr std::size_t item_bytes_max = 64 * 1024;

}  // namespace lightstick::gateway::net
