#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "actors/chat_message.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/token_bucket.hpp"

namespace lightstick::gateway::net {

/// How many of the offsets in (after, the last of `m`] are not in `m`. REQUIRES: `m` is not empty; ascending offsets.
[[nodiscard]] std::uint64_t skipped_in(std::span<const actors::chat_message_ptr> m, offset after) noexcept;

/// Decides which of a room's messages go out on this node, the same for all who listen: what artists, moderators and
/// admins say, and tombs, always; what fans say as far as the budget goes. It counts deliveries, a message times those
/// who listen; what is never left out counts as well, so that the fans give way to it.
///
/// What is left out is told by the next message that goes out: each run begins where the last one ended. When fans
/// fall silent, their last message goes out at the end of the tick, so that nobody waits for what was left out.
/// Pure: the caller brings the time. Not thread-safe. Bound: one message is kept back.
class fan_lane {
 public:
  static constexpr std::chrono::milliseconds tick{100};

  /// `budget`: deliveries a second; 0 = nothing is left out, unless `crowded`.
  explicit fan_lane(rate_limit budget) : budget_(budget), tokens_(budget.burst) {}

  /// Messages that go out, and the offset after which they tell of everything.
  struct run {
    offset after;
    std::vector<actors::chat_message_ptr> messages;  ///< never empty
    [[nodiscard]] std::uint64_t skipped() const noexcept { return skipped_in(messages, after); }
  };
  /// `crowded`: a thread has fallen behind with this room, and fans have to wait whatever the budget.
  /// REQUIRES: `batch` is not empty; ascending offsets.
  [[nodiscard]] std::vector<run> pass(const std::vector<actors::chat_message_ptr>& batch, std::uint64_t listeners,
                                      bool crowded, steady_time now);
  /// What was kept back, if anything: to be asked for a `tick` after `holds_back` became true.
  [[nodiscard]] std::vector<run> end_tick();
  [[nodiscard]] bool holds_back() const noexcept { return held_ != nullptr; }

 private:
  [[nodiscard]] bool affords(const actors::chat_message& m, double cost, bool crowded);
  void refill(steady_time now);

  rate_limit budget_;
  double tokens_;
  steady_time last_{};
  offset told_;                    ///< with `held_`: what went out told of everything up to here
  actors::chat_message_ptr held_;  ///< the newest that was left out, when nothing went out after it
};

}  // namespace lightstick::gateway::net
