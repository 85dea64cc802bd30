#pragma once

#include <algorithm>

#include "runtime/base/clock.hpp"

namespace lightstick::gateway::net {

/// How late a thread has lately been with what it had to do. Pure: the caller brings the time. Not thread-safe.
/// It forgets after `window` to twice that.
class lag_meter {
 public:
  using duration = steady_time::duration;
  static constexpr std::chrono::milliseconds window{500};

  void note(duration lag, steady_time now) {
    roll(now);
    now_ = std::max(now_, lag);
  }
  /// The worst of the last `window` at the least.
  [[nodiscard]] duration worst(steady_time now) {
    roll(now);
    return std::max(now_, before_);
  }

 private:
  void roll(steady_time now) {
    const auto passed = now - since_;
    if (passed < window) return;
    before_ = passed < 2 * window ? now_ : duration{0};
    now_ = duration{0};
    since_ = now;
  }

  steady_time since_{};
  duration now_{0};
  duration before_{0};
};

}  // namespace lightstick::gateway::net
