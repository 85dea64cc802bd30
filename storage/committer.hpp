#pragma once

#include <atomic>
#include <thread>

#include "storage/commit_queue.hpp"
#include "storage/engine.hpp"
#include "storage/store_metrics.hpp"

namespace lightstick::storage {

/// The thread that writes: takes everything that waits, commits it with one fsync, says how it ended; after a failure
/// tries to write again, with back-off. REQUIRES: what it is given outlives it.
class committer {
 public:
  committer(engine& disk, commit_queue& queue, bool sync, store_metrics& numbers);
  /// Commits what waits, then ends. The queue refuses appends from then on.
  ~committer();
  committer(const committer&) = delete;
  committer& operator=(const committer&) = delete;

  [[nodiscard]] bool writable() const noexcept { return writable_.load(std::memory_order_relaxed); }

 private:
  void run();
  void commit(commit_queue::group group);
  bool resume();

  engine& disk_;
  commit_queue& queue_;
  const bool sync_;
  store_metrics& numbers_;
  std::atomic<bool> writable_{true};
  std::thread thread_;
};

}  // namespace lightstick::storage
