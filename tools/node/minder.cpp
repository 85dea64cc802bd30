#include "tools/node/minder.hpp"

#include <pthread.h>

#include <chrono>
#include <exception>
#include <utility>

#include "runtime/base/log.hpp"

namespace lightstick::tools {
namespace {

constexpr std::chrono::seconds between_looks{1};

}  // namespace

void minder::start() {
  if (!tasks_.empty()) thread_ = std::thread([this] { run(); });
}

void minder::wake() {
  std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_one();
}

void minder::look_now() {
  std::lock_guard lock(mutex_);
  woken_ = asked_for_ = true;
  changed_.notify_one();
}

void minder::stop() {
  {
    std::lock_guard lock(mutex_);
    ends_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void minder::run() {
  pthread_setname_np(pthread_self(), "minder");
  std::unique_lock lock(mutex_);
  while (!ends_) {
    changed_.wait_for(lock, between_looks, [this] { return woken_ || ends_; });
    if (ends_) return;
    woken_ = false;
    const bool asked_for = std::exchange(asked_for_, false);
    lock.unlock();
    for (const auto& each : tasks_) {
      try {
        each(asked_for);
      } catch (const std::exception& e) {
        LS_LOG(tools, error, "a look at what may have changed failed", {"why", e.what()});
      }
    }
    lock.lock();
  }
}

}  // namespace lightstick::tools
