#include "runtime/cell_stats.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace lightstick::runtime {
namespace {

std::uint32_t window_of(std::chrono::nanoseconds now) noexcept {
  return static_cast<std::uint32_t>(now / cell_stats::window);
}

/// For numbers that one thread writes: no locked instruction.
template <class T>
void add(std::atomic<T>& to, T n) noexcept {
  to.store(static_cast<T>(to.load(std::memory_order_relaxed) + n), std::memory_order_relaxed);
}

}  // namespace

void cell_stats::roll(std::chrono::nanoseconds now) noexcept {
  const auto number = window_of(now);
  const auto last = window_.load(std::memory_order_relaxed);
  if (number == last) return;
  for (auto* c : {&commands_in_window_, &events_in_window_}) {
    c->before.store(number == last + 1 ? c->current.load(std::memory_order_relaxed) : 0, std::memory_order_relaxed);
    c->current.store(0, std::memory_order_relaxed);
  }
  window_.store(number, std::memory_order_relaxed);
}

void cell_stats::handled(std::chrono::nanoseconds took, std::chrono::nanoseconds now) noexcept {
  roll(now);
  add(commands_, std::uint64_t{1});
  add(commands_in_window_.current, 1U);
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count() / 1'000, 0));
  const auto bucket = std::min<std::size_t>(std::bit_width(us | 1U) - 1U, bucket_count - 1);
  add(took_[bucket], 1U);
  const auto ns = static_cast<std::uint32_t>(std::clamp<std::int64_t>(took.count(), 0, 4'000'000'000));
  const auto mean = mean_ns_.load(std::memory_order_relaxed);
  mean_ns_.store(mean == 0 ? ns : mean - mean / 8 + ns / 8, std::memory_order_relaxed);
}

void cell_stats::persisted(std::uint32_t events, std::chrono::nanoseconds now) noexcept {
  roll(now);
  add(events_, std::uint64_t{events});
  add(events_in_window_.current, events);
}

double cell_stats::rate(const counts& of, std::chrono::nanoseconds now) const noexcept {
  const auto last = window_.load(std::memory_order_relaxed);
  const auto number = window_of(now);
  const double seconds = std::chrono::duration<double>(now % window).count();
  const double whole = std::chrono::duration<double>(window).count();
  if (number == last) {
    const auto n = of.current.load(std::memory_order_relaxed) + of.before.load(std::memory_order_relaxed);
    return static_cast<double>(n) / (whole + seconds);
  }
  if (number != last + 1) return 0;
  return static_cast<double>(of.current.load(std::memory_order_relaxed)) / (whole + seconds);
}

double cell_stats::command_rate(std::chrono::nanoseconds now) const noexcept { return rate(commands_in_window_, now); }
double cell_stats::event_rate(std::chrono::nanoseconds now) const noexcept { return rate(events_in_window_, now); }

std::chrono::microseconds cell_stats::handler_quantile(double part) const noexcept {
  std::array<std::uint64_t, bucket_count> counted{};
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) all += counted[i] = took_[i].load(std::memory_order_relaxed);
  if (all == 0) return {};
  const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(all)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    seen += counted[i];
    if (seen >= wanted) return std::chrono::microseconds{std::int64_t{2} << i};
  }
  return {};
}

}  // namespace lightstick::runtime
