#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>

namespace lightstick::storage {

/// Holds a reader back to so many bytes a second from its making on. One thread.
class pace {
 public:
  /// 0: not at all.
  explicit pace(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}
  /// Sleeps when `bytes` were read too early, at most `sleep_max` at once.
  void wait(std::uint64_t bytes) const {
    if (bytes_per_second_ == 0) return;
    const std::chrono::duration<double> due(static_cast<double>(bytes) / static_cast<double>(bytes_per_second_));
    const auto early = due - (std::chrono::steady_clock::now() - begin_);
    if (early.count() > 0) {
      std::this_thread::sleep_for(std::min<std::chrono::duration<double>>(early, sleep_max));
    }
  }

 private:
  static constexpr std::chrono::milliseconds sleep_max{200};
  const std::uint64_t bytes_per_second_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace lightstick::storage
