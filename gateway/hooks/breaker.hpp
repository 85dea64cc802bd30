#pragma once

#include <chrono>
#include <cstdint>

#include "runtime/base/clock.hpp"

namespace lightstick::gateway::hooks {

/// Leaves somebody alone who has failed `failures_max` times in a row, for `pause`; then one may try. Pure, not thread-safe.
class breaker {
 public:
  breaker(std::uint32_t failures_max, std::chrono::milliseconds pause) : failures_max_(failures_max), pause_(pause) {}

  /// Whether one more may try now. REQUIRES: who was let try says how it went.
  [[nodiscard]] bool may_try(steady_time now) noexcept {
    if (failures_ < failures_max_) return true;
    if (now < closed_until_) return false;
    closed_until_ = now + pause_;  // the others wait for how this one fares
    return true;
  }
  void went_well() noexcept { failures_ = 0; }
  void failed(steady_time now) noexcept {
    if (failures_ < failures_max_) ++failures_;
    if (failures_ == failures_max_) closed_until_ = now + pause_;
  }
  [[nodiscard]] bool is_open(steady_time now) const noexcept {
    return failures_ >= failures_max_ && now < closed_until_;
  }

 private:
  const std::uint32_t failures_max_;
  const std::chrono::milliseconds pause_;
  std::uint32_t failures_ = 0;
  steady_time closed_until_{};
};

}  // namespace lightstick::gateway::hooks
