#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace lightstick::runtime {

/// How many commits one actor may have under way: as many as `per_s` makes in the time that a commit takes. The group
/// commits that all actors wait for stay short beside a flooded one, however quick or slow the disk is.
///
/// Bounds: `least` to `most`. Beyond it the actor's commands wait in its mailbox. Not thread-safe.
class commit_window {
 public:
  static constexpr std::uint64_t per_s = 20'000;
  static constexpr std::uint32_t least = 4;
  static constexpr std::uint32_t most = 256;

  [[nodiscard]] std::uint32_t allowed() const noexcept {
    return std::clamp(static_cast<std::uint32_t>(took_us_ * per_s / 1'000'000), least, most);
  }
  /// A commit has taken so long. What is quicker counts at once, what is slower little by little: a disk that was stuck
  /// for a moment must not be followed by a large group.
  void took(std::chrono::nanoseconds time) noexcept {
    constexpr std::uint64_t us_max = 1'000'000;
    constexpr std::uint64_t part = 16;
    const auto us = std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0)) / 1'000, us_max);
    took_us_ = static_cast<std::uint32_t>(us <= took_us_ ? us : took_us_ + (us - took_us_ + part - 1) / part);
  }

 private:
  std::uint32_t took_us_ = 1'000;
};

}  // namespace lightstick::runtime
