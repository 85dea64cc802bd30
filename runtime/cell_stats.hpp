#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace lightstick::runtime {

/// What one actor has done, kept small: every active actor has one. One writer (whoever runs the actor), readers on any
/// thread see each number whole, not all of one moment.
class cell_stats {
 public:
  /// Upper bounds of the buckets of time in handler: 2^(i+1) microseconds; the last has none (32 ms and more).
  static constexpr std::size_t bucket_count = 16;
  /// Rates are over this long.
  static constexpr std::chrono::seconds window{10};

  void handled(std::chrono::nanoseconds took, std::chrono::nanoseconds now) noexcept;
  void persisted(std::uint32_t events, std::chrono::nanoseconds now) noexcept;

  [[nodiscard]] std::uint64_t commands() const noexcept { return commands_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_.load(std::memory_order_relaxed); }
  /// Per second, over the last one or two windows.
  [[nodiscard]] double command_rate(std::chrono::nanoseconds now) const noexcept;
  [[nodiscard]] double event_rate(std::chrono::nanoseconds now) const noexcept;
  /// Upper bound of time in handler for the given part of all commands (0.5, 0.99); 0 when there were none.
  [[nodiscard]] std::chrono::microseconds handler_quantile(double part) const noexcept;
  /// A mean that forgets: what the next command will take.
  [[nodiscard]] std::chrono::nanoseconds mean() const noexcept {
    return std::chrono::nanoseconds{mean_ns_.load(std::memory_order_relaxed)};
  }

 private:
  struct counts {
    std::atomic<std::uint32_t> current{0};
    std::atomic<std::uint32_t> before{0};
  };
  void roll(std::chrono::nanoseconds now) noexcept;
  [[nodiscard]] double rate(const counts& of, std::chrono::nanoseconds now) const noexcept;

  std::atomic<std::uint64_t> commands_{0};
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint32_t> mean_ns_{0};
  std::atomic<std::uint32_t> window_{0};  ///< number of the current one
  counts commands_in_window_;
  counts events_in_window_;
  std::array<std::atomic<std::uint32_t>, bucket_count> took_{};
};

}  // namespace lightstick::runtime
