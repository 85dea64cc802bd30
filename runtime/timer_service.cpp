#include "runtime/timer_service.hpp"

#include <algorithm>
#include <utility>

namespace lightstick::runtime {
namespace {

constexpr std::size_t kept_entries = 4'096;  ///< memory for more goes back when none is left

}  // namespace

timer_service::timer_service(fire wake, std::function<void()> beat)
    : fire_(std::move(wake)), beat_(std::move(beat)), thread_([this] { run(); }) {}

timer_service::~timer_service() { stop(); }

void timer_service::wake(weak_cell who, steady_time when) {
  auto cell = who.lock();
  if (!cell) return;
  cell->wake_ns.store(when.time_since_epoch().count(), std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  bool first = entries_.empty() || when < entries_.top().when;
  entries_.push({when, std::move(who)});
  most_ = std::max(most_, entries_.size());
  if (first) changed_.notify_one();
}

void timer_service::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void timer_service::run() {
  auto next_beat = std::chrono::steady_clock::now() + beat_every;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    auto until = entries_.empty() ? next_beat : std::min(next_beat, entries_.top().when);
    changed_.wait_until(lock, until);
    auto now = std::chrono::steady_clock::now();
    while (!stopping_ && !entries_.empty() && entries_.top().when <= now) {
      auto due = entries_.top();
      entries_.pop();
      lock.unlock();
      if (auto cell = due.who.lock()) {
        auto wish = due.when.time_since_epoch().count();
        if (cell->wake_ns.compare_exchange_strong(wish, 0, std::memory_order_relaxed)) fire_(*cell);
      }
      lock.lock();
    }
    if (entries_.empty() && std::exchange(most_, 0) > kept_entries) entries_ = {};
    if (!stopping_ && now >= next_beat) {
      next_beat = now + beat_every;
      lock.unlock();
      beat_();
      lock.lock();
    }
  }
}

}  // namespace lightstick::runtime
