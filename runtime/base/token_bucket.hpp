#pragma once

#include <algorithm>
#include <chrono>

#include "runtime/base/clock.hpp"

namespace lightstick {

/// How much, how fast. `per_second` 0 means unlimited.
struct rate_limit {
  double per_second = 0;
  double burst = 0;
  friend bool operator==(const rate_limit&, const rate_limit&) = default;
};

/// A token bucket that starts full. Pure: the caller brings the time. Not thread-safe; 24 bytes.
class token_bucket {
 public:
  token_bucket(rate_limit limit, steady_time now) : limit_(limit), tokens_(limit.burst), last_(now) {}

  /// Takes one token; zero when it was there, otherwise how long to wait for it (nothing is taken).
  [[nodiscard]] std::chrono::milliseconds take(steady_time now) {
    if (limit_.per_second <= 0) return std::chrono::milliseconds{0};
    refill(now);
    if (tokens_ >= 1) {
      tokens_ -= 1;
      return std::chrono::milliseconds{0};
    }
    auto wait_ms = (1 - tokens_) / limit_.per_second * 1000;
    return std::chrono::milliseconds{std::max<std::int64_t>(1, static_cast<std::int64_t>(wait_ms + 0.999))};
  }

  /// Changes the limit in place (a refreshed token may carry another role); what was saved up stays, capped.
  void set_limit(rate_limit limit, steady_time now) {
    refill(now);
    if (limit_.per_second <= 0) tokens_ = limit.burst;
    limit_ = limit;
    tokens_ = std::min(tokens_, limit_.burst);
  }

 private:
  void refill(steady_time now) {
    if (now <= last_) return;
    std::chrono::duration<double> passed = now - last_;
    tokens_ = std::min(limit_.burst, tokens_ + passed.count() * limit_.per_second);
    last_ = now;
  }

  rate_limit limit_;
  double tokens_;
  steady_time last_;
};

}  // namespace lightstick
