#pragma once

#include <cassert>

#include "runtime/base/clock.hpp"

namespace lightstick::sim {

/// Time that passes only when somebody says so. Not thread-safe.
class virtual_clock final : public clock_source {
 public:
  static constexpr steady_time beginning{std::chrono::hours{1}};

  [[nodiscard]] steady_time now() const noexcept override { return now_; }
  [[nodiscard]] wall_ms wall() const noexcept override {
    return {1'790'000'000'000 + std::chrono::duration_cast<std::chrono::milliseconds>(since_start()).count()};
  }
  [[nodiscard]] std::chrono::nanoseconds since_start() const noexcept { return now_ - beginning; }

  /// REQUIRES: not before now.
  void advance_to(steady_time t) {
    assert(t >= now_);
    now_ = t;
  }

 private:
  steady_time now_ = beginning;
};

}  // namespace lightstick::sim
