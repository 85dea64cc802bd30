#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lightstick::tools {

/// A thread that looks after what changes while the node runs, such as files: once a second, and when it is woken.
/// Thread: `add` and `start` before anything else; `wake` and `look_now` from any, tasks run on its own, one after another.
class minder {
 public:
  /// `asked_for`: an operator wants it now. What it throws is told to the log.
  using task = std::function<void(bool asked_for)>;

  minder() = default;
  ~minder() { stop(); }
  minder(const minder&) = delete;
  minder& operator=(const minder&) = delete;

  void add(task t) { tasks_.push_back(std::move(t)); }
  /// Without tasks there is no thread.
  void start();
  void wake();
  void look_now();
  /// Waits for the task under way. Idempotent.
  void stop();

 private:
  void run();

  std::vector<task> tasks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool asked_for_ = false;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace lightstick::tools
