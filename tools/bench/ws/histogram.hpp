#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace lightstick::tools::bench::ws {

/// How long things took, in buckets of at most 1.6 % width from 64 ns to 4.9 hours; what took longer counts as that. Its
/// size is fixed and it holds no pointer, so that it may lie in memory that processes share. Thread: one writer; a reader
/// beside it sees a state that is a little old.
class histogram {
 public:
  void add(std::chrono::nanoseconds took) noexcept {
    const auto n = took.count() < 0 ? 0 : static_cast<std::uint64_t>(took.count());
    ++buckets_[bucket_of(n)];
    ++count_;
    if (n > most_) most_ = n;
  }
  void add(const histogram& other) noexcept;
  void clear() noexcept { *this = {}; }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// The longest, as it was.
  [[nodiscard]] std::chrono::nanoseconds most() const noexcept;
  /// What `part` (0 to 1) of all did not exceed: the upper end of its bucket, or the longest. Zero without any.
  [[nodiscard]] std::chrono::nanoseconds at(double part) const noexcept;

 private:
  static constexpr unsigned fine_bits = 6;
  static constexpr std::uint64_t fine = std::uint64_t{1} << fine_bits;
  static constexpr unsigned powers = 38;
  static constexpr std::size_t size = fine * (powers + 1);

  static constexpr std::size_t bucket_of(std::uint64_t n) noexcept {
    if (n < fine) return static_cast<std::size_t>(n);
    const auto power = static_cast<unsigned>(std::bit_width(n)) - fine_bits;  // from 1 on
    const auto index = power * fine + ((n >> (power - 1)) - fine);
    return index < size ? static_cast<std::size_t>(index) : size - 1;
  }
  static constexpr std::uint64_t upper_end(std::size_t bucket) noexcept {
    if (bucket < fine) return bucket;
    const auto power = bucket / fine;
    return ((bucket % fine + fine + 1) << (power - 1)) - 1;
  }

  std::array<std::uint64_t, size> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t most_ = 0;
};

}  // namespace lightstick::tools::bench::ws
