#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/base/metrics.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/unique_function.hpp"

namespace lightstick::cluster {

/// A few threads for what blocks on the disk. Thread: any. With no threads at all the jobs wait until the caller runs
/// them, in any order (`run_waiting`): for the simulator.
class read_pool {
 public:
  /// Run with success on a thread of the pool, or with an error instead of being run.
  using job = unique_function<void(result<void>)>;

  read_pool(std::uint32_t threads, std::uint32_t jobs_max, metrics& registry);
  /// Jobs under way end; those that wait get errc::stopping.
  ~read_pool();
  read_pool(const read_pool&) = delete;
  read_pool& operator=(const read_pool&) = delete;

  /// When `jobs_max` wait, the job gets errc::overloaded on the caller's thread.
  void submit(job j);

  [[nodiscard]] std::size_t waiting() const;
  /// Runs the job that has waited `nth` longest (0: longest) on the caller's thread; false when no more than `nth` wait.
  bool run_waiting(std::size_t nth);

 private:
  void run();
  job take(std::size_t nth);

  const std::uint32_t jobs_max_;
  gauge& waiting_;
  counter& refused_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace lightstick::cluster
