#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/base/metrics.hpp"
#include "runtime/cell.hpp"

namespace lightstick::runtime {

/// Which actor each thread works on, so that a call that does not return is named while it runs: it cannot be
/// pre-empted in C++.
///
/// Thread: `entered`, `working` and `left` from the threads that run actors, of which the first `threads_max` are watched; the rest from any.
class run_watch {
 public:
  static constexpr std::size_t threads_max = 64;

  explicit run_watch(metrics& registry);

  /// This thread works for `who` until `left`, and is in one call of it since `since`.
  void entered(cell& who);
  void working(steady_time since) noexcept;
  void left() noexcept;
  /// Names calls that run for too long in the log, once each, and in metrics.
  void look(steady_time now);
  [[nodiscard]] std::vector<slow_actor> slow(steady_time now) const;

 private:
  struct slot {
    mutable std::mutex mutex;
    weak_cell who;
    std::atomic<std::int64_t> since_ns{0};  ///< 0: not in a call
    std::int64_t told_ns = 0;  ///< the call that was logged
  };
  [[nodiscard]] slot* mine();
  template <class Visit>
  void for_each_slow(steady_time now, Visit&& visit) const;

  counter& slow_calls_;
  gauge& slow_now_;
  const std::uint64_t id_;
  std::atomic<std::size_t> threads_{0};
  mutable std::array<slot, threads_max> slots_;
};

}  // namespace lightstick::runtime
