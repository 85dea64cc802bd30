#include "tools/bench/ws/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace lightstick::tools::bench::ws {

void histogram::add(const histogram& other) noexcept {
  for (std::size_t i = 0; i < size; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  most_ = std::max(most_, other.most_);
}

std::chrono::nanoseconds histogram::most() const noexcept {
  return std::chrono::nanoseconds{static_cast<std::int64_t>(most_)};
}

std::chrono::nanoseconds histogram::at(double part) const noexcept {
  if (count_ == 0) return {};
  const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
  const auto rank = std::clamp<std::uint64_t>(wanted, 1, count_);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i + 1 < size; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::chrono::nanoseconds{static_cast<std::int64_t>(std::min(upper_end(i), most_))};
  }
  return most();
}

}  // namespace lightstick::tools::bench::ws
