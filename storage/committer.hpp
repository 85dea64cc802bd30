#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "runtime/base/clock.hpp"
#include "storage/commit_queue.hpp"
#include "storage/disk_watch.hpp"
#include "storage/engine.hpp"
#include "storage/store_metrics.hpp"

namespace lightstick::storage {

/// What writes: takes everything that waits, commits it with one fsync, says how it ended; after a failure tries to
/// write again, at once and then with back-off (0.1 s, doubling to 5 s).
///
/// It goes on step by step: write a group; tell its listeners; resume a disk that failed. The steps are made by its own
/// thread, or by whoever calls `step`. REQUIRES: what it is given outlives it.
class committer {
 public:
  enum class driver : std::uint8_t { own_thread, caller };

  committer(engine& disk, commit_queue& queue, bool sync, store_metrics& numbers, disk_watch& watch,
            const clock_source& clock, driver by);
  /// Commits what waits, then ends. The queue refuses appends from then on.
  ~committer();
  committer(const committer&) = delete;
  committer& operator=(const committer&) = delete;

  /// Thread: any.
  [[nodiscard]] bool writable() const noexcept { return writable_.load(std::memory_order_relaxed); }

  /// Makes one step. False when there is nothing to do now. REQUIRES: driven by the caller, one at a time, and not by a
  /// listener.
  bool step();
  /// When `step` has something to do; nothing while it waits for appends. Thread: that of `step`.
  [[nodiscard]] std::optional<steady_time> due() const;

 private:
  struct written_group {
    commit_queue::group entries;
    std::size_t bytes = 0;
    result<void> outcome;
  };

  void run();
  [[nodiscard]] std::optional<std::chrono::milliseconds> pause() const;
  bool write_next();
  void tell(written_group group);
  bool resume();

  engine& disk_;
  commit_queue& queue_;
  const bool sync_;
  store_metrics& numbers_;
  disk_watch& watch_;  ///< knows of each write and resume under way
  const clock_source& clock_;
  std::atomic<bool> writable_{true};
  std::optional<written_group> written_;  ///< its listeners do not know yet
  std::optional<error> unresumed_;  ///< why the last group failed, until resuming was tried once
  steady_time retry_at_;  ///< while not writable
  std::chrono::milliseconds backoff_{0};
  std::thread thread_;
};

}  // namespace lightstick::storage
