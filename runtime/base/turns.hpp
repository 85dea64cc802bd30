#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "runtime/base/clock.hpp"
#include "runtime/base/random.hpp"

namespace lightstick {

/// Tells those who were refused together when to come again: each a time of its own, as far apart as a rate lets them in.
/// Pure: the caller brings time and dice. Not thread-safe; 24 bytes.
/// Bound: from `wait_max` on, where more wait than the rate lets in by then, any time in its second half.
class turns {
 public:
  struct bounds {
    std::chrono::milliseconds wait_min{100};
    std::chrono::milliseconds wait_max{20'000};
  };
  /// REQUIRES: `per_second` > 0.
  explicit turns(double per_second) : per_second_(per_second) {}

  [[nodiscard]] std::chrono::milliseconds next(steady_time now, random_source& dice, bounds within) {
    using std::chrono::milliseconds;
    const auto apart =
        std::chrono::duration_cast<steady_time::duration>(std::chrono::duration<double>(1 / per_second_));
    last_ = std::max(last_, now + within.wait_min) + apart;
    if (last_ <= now + within.wait_max) return std::chrono::ceil<milliseconds>(last_ - now);
    last_ = now + within.wait_max;
    const auto half = within.wait_max / 2;
    return half + milliseconds{dice.next() % static_cast<std::uint64_t>(std::max<std::int64_t>(half.count(), 1))};
  }

 private:
  double per_second_;
  steady_time last_{};  ///< given to whoever was refused last
};

}  // namespace lightstick
