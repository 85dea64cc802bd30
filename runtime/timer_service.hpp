#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

#include "runtime/cell.hpp"

namespace lightstick::runtime {

/// One thread that wakes actors at their time and calls `beat` ten times a second. Sleeps in between.
/// Thread: any. Holds weak references: a timer keeps nobody alive.
///
/// Bound: an actor has one wish at a time (`cell::wake_ns`). An entry whose actor has since asked for another time is
/// dropped when its turn comes, so stale entries last no longer than the time they were made for. One is 32 bytes, and
/// keeps the count of its cell, but not the cell.
class timer_service {
 public:
  using fire = std::function<void(cell&)>;

  static constexpr std::chrono::milliseconds beat_every{100};

  timer_service(fire wake, std::function<void()> beat);
  ~timer_service();
  timer_service(const timer_service&) = delete;
  timer_service& operator=(const timer_service&) = delete;

  void wake(weak_cell who, steady_time when);
  /// Ends the thread; nothing fires after it. Idempotent.
  void stop();

 private:
  struct entry {
    steady_time when;
    weak_cell who;
    friend bool operator>(const entry& a, const entry& b) { return a.when > b.when; }
  };

  void run();

  fire fire_;
  std::function<void()> beat_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::priority_queue<entry, std::vector<entry>, std::greater<>> entries_;
  std::size_t most_ = 0;  ///< entries since it was empty
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace lightstick::runtime
