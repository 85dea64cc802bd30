#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

#include "runtime/base/clock.hpp"
#include "runtime/base/metrics.hpp"

namespace lightstick::storage {

/// What the disk is at now, and for how long: a disk that hangs answers nothing, so it is named while it does.
///
/// A hang of `hang_after` is logged once while it lasts and once when it is over; the ages are gauges, read at each
/// scrape. Thread: any. Owns one thread, unless it is told not to: then `look` is called by nobody or by hand.
/// Bound: the first `slots` works of a kind that are under way together are watched, the rest is not.
class disk_watch {
  struct state;

 public:
  enum class work : std::uint8_t { commit, read };
  static constexpr std::size_t work_count = 2;
  static constexpr std::size_t slots = 16;
  static constexpr std::chrono::seconds hang_after{2};

  /// REQUIRES: `registry` and `clock` outlive this. The registry may outlive it, the gauges then say 0.
  disk_watch(metrics& registry, const clock_source& clock, bool own_thread);
  ~disk_watch();
  disk_watch(const disk_watch&) = delete;
  disk_watch& operator=(const disk_watch&) = delete;

  /// One work, from here to its end.
  class scope {
   public:
    scope(disk_watch& watch, work what);
    ~scope();
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

   private:
    disk_watch& watch_;
    const work what_;
    std::atomic<std::int64_t>* slot_ = nullptr;  ///< null: not watched
  };

  /// Of the oldest work of that kind; 0 when none is under way.
  [[nodiscard]] std::chrono::milliseconds age(work what) const;
  /// Logs works that have begun to hang; how many those are.
  std::size_t look();

 private:
  void run();

  const clock_source& clock_;
  std::shared_ptr<state> state_;
  std::array<std::array<std::int64_t, slots>, work_count> told_{};  ///< begin of the work that was logged
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

[[nodiscard]] std::string_view to_string(disk_watch::work what) noexcept;

}  // namespace lightstick::storage
