#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gateway/protocol/frames.hpp"

namespace lightstick::gateway::net {

/// The frames that wait for one socket, in order, those being written included. Thread: the connection's.
/// Keeps next to no memory while it is empty.
/// Bound: `bytes_max`; what would exceed it is refused, and the owner closes the connection.
class outbound_queue {
 public:
  static constexpr std::size_t batch_frames_max = 64;
  static constexpr std::size_t batch_bytes_max = 64 * 1024;

  explicit outbound_queue(std::size_t bytes_max) noexcept : bytes_max_(bytes_max) {}

  /// False, and nothing is added, when more than `bytes_max` would wait. A frame always fits an empty queue.
  [[nodiscard]] bool push(protocol::shared_bytes frame);
  /// The next frames for one write: at most `batch_frames_max` of `batch_bytes_max` together, at least one when any
  /// waits. They stay alive until `written`; the span itself is valid until the next `push`.
  /// REQUIRES: no batch is being written.
  [[nodiscard]] std::span<const protocol::shared_bytes> take();
  void written();
  /// Drops what is not being written.
  void drop_waiting();

  [[nodiscard]] bool empty() const noexcept { return first_ == frames_.size(); }
  [[nodiscard]] bool writing() const noexcept { return taken_ > 0; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t frames() const noexcept { return frames_.size() - first_; }

 private:
  static constexpr std::size_t kept_capacity = 4;

  std::vector<protocol::shared_bytes> frames_;  ///< from `first_` on; the first `taken_` of these are being written
  std::uint32_t first_ = 0;
  std::uint32_t taken_ = 0;
  std::size_t bytes_ = 0;
  std::size_t bytes_max_;
};

}  // namespace lightstick::gateway::net
