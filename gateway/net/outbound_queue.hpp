#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <span>
#include <vector>

#include "gateway/ws/frame.hpp"

namespace lightstick::gateway::net {

/// The frames that wait for one socket, in order; of the first a part may have been written. Thread: the connection's.
/// Keeps next to no memory while it is empty.
/// Bound: `bytes_max`; what would exceed it is refused, and the owner closes the connection.
class outbound_queue {
 public:
  explicit outbound_queue(std::uint32_t bytes_max) noexcept : bytes_max_(bytes_max) {}

  /// False, and nothing is added, when more than `bytes_max` would wait. A frame always fits an empty queue.
  [[nodiscard]] bool push(ws::prepared frame);
  /// Before all that has not begun to be written; otherwise as `push`.
  [[nodiscard]] bool push_next(ws::prepared frame);

  /// The bytes that come next, as many as `out` has place for; returns how many places are used. Valid until the queue
  /// changes.
  [[nodiscard]] std::size_t gather(std::span<iovec> out) const noexcept;
  /// So many bytes were written. REQUIRES: no more than waited.
  void consume(std::size_t bytes) noexcept;
  /// Drops what has not begun to be written.
  void drop_waiting() noexcept;

  [[nodiscard]] bool empty() const noexcept { return first_ == frames_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t frames() const noexcept { return frames_.size() - first_; }

 private:
  static constexpr std::size_t kept_capacity = 4;

  void tidy() noexcept;

  std::vector<ws::prepared> frames_;  ///< from `first_` on
  std::uint32_t first_ = 0;
  std::uint32_t bytes_max_;
  std::size_t begun_ = 0;  ///< bytes of the first frame that are written
  std::size_t bytes_ = 0;
};

}  // namespace lightstick::gateway::net
