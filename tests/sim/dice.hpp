#pragma once

#include <cassert>
#include <chrono>

#include "runtime/base/random.hpp"

namespace lightstick::sim {

/// What a run asks of its seed. Not thread-safe.
class dice {
 public:
  explicit dice(random_source& from) : from_(from) {}

  /// 0 to n - 1. REQUIRES: n > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t n) {
    assert(n > 0);
    return from_.next() % n;
  }
  /// `low` to `high`, both included.
  [[nodiscard]] std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  [[nodiscard]] std::chrono::nanoseconds between(std::chrono::nanoseconds low, std::chrono::nanoseconds high) {
    return low + std::chrono::nanoseconds{below(static_cast<std::uint64_t>((high - low).count()) + 1)};
  }
  /// True so many times in a thousand. Asks nothing of the seed for 0.
  [[nodiscard]] bool per_mille(std::uint32_t n) { return n > 0 && below(1000) < n; }
  [[nodiscard]] random_source& source() noexcept { return from_; }

 private:
  random_source& from_;
};

}  // namespace lightstick::sim
