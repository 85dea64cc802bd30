#include "cluster/read_pool.hpp"

#include <pthread.h>

#include "cluster/errc.hpp"

namespace lightstick::cluster {

read_pool::read_pool(std::uint32_t threads, std::uint32_t jobs_max, metrics& registry)
    : jobs_max_(jobs_max),
      waiting_(registry.make_gauge("lightstick_cluster_reads_waiting", "Recoveries and pages that wait for a thread.")),
      refused_(registry.make_counter("lightstick_cluster_reads_refused_total",
                                     "Recoveries and pages refused because too many wait.")) {
  for (std::uint32_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] {
      pthread_setname_np(pthread_self(), "ls-read");
      run();
    });
  }
}

read_pool::~read_pool() {
  std::deque<job> left;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(jobs_);
    work_.notify_all();
  }
  for (auto& j : left) j(fail(errc::stopping));
  for (auto& t : threads_) t.join();
  waiting_.set(0);
}

void read_pool::submit(job j) {
  std::unique_lock lock(mutex_);
  if (stopping_ || jobs_.size() >= jobs_max_) {
    auto why = stopping_ ? errc::stopping : errc::overloaded;
    lock.unlock();
    if (why == errc::overloaded) refused_.add();
    j(fail(why));
    return;
  }
  jobs_.push_back(std::move(j));
  waiting_.set(static_cast<std::int64_t>(jobs_.size()));
  lock.unlock();
  work_.notify_one();
}

/// REQUIRES: locked, and more than `nth` wait.
read_pool::job read_pool::take(std::size_t nth) {
  auto at = jobs_.begin() + static_cast<std::ptrdiff_t>(nth);
  auto out = std::move(*at);
  jobs_.erase(at);
  waiting_.set(static_cast<std::int64_t>(jobs_.size()));
  return out;
}

std::size_t read_pool::waiting() const {
  std::lock_guard lock(mutex_);
  return jobs_.size();
}

bool read_pool::run_waiting(std::size_t nth) {
  std::unique_lock lock(mutex_);
  if (nth >= jobs_.size()) return false;
  auto next = take(nth);
  lock.unlock();
  next(result<void>{});
  return true;
}

void read_pool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    auto next = take(0);
    lock.unlock();
    next(result<void>{});
    lock.lock();
  }
}

}  // namespace lightstick::cluster
