#include "storage/committer.hpp"

#include <pthread.h>
#include <algorithm>
#include <chrono>

#include "runtime/base/log.hpp"

namespace lightstick::storage {
namespace {

constexpr std::chrono::milliseconds backoff_min{100};
constexpr std::chrono::milliseconds backoff_max{5'000};

}  // namespace

committer::committer(engine& disk, commit_queue& queue, bool sync, store_metrics& numbers)
    : disk_(disk), queue_(queue), sync_(sync), numbers_(numbers) {
  numbers_.writable.set(1);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "ls-commit");
    run();
  });
}

committer::~committer() {
  queue_.stop();
  thread_.join();
}

void committer::run() {
  auto backoff = backoff_min;
  for (;;) {
    if (writable()) {
      backoff = backoff_min;
      queue_.wait(std::nullopt);
      auto group = queue_.take();
      if (!group.empty()) {
        commit(std::move(group));
      } else if (queue_.stopping()) {
        return;
      }
    } else {
      queue_.wait(backoff);
      if (queue_.stopping()) return;
      backoff = std::min(backoff * 2, backoff_max);
      (void)resume();
    }
  }
}

void committer::commit(commit_queue::group group) {
  std::vector<std::vector<write_op>> batches;
  batches.reserve(group.size());
  std::size_t bytes = 0;
  for (auto& e : group) {
    bytes += e.bytes;
    batches.push_back(std::move(e.ops));
  }
  auto started = std::chrono::steady_clock::now();
  auto written = disk_.write(batches, sync_);
  numbers_.commit_seconds.record(std::chrono::steady_clock::now() - started);
  if (written) {
    numbers_.commits.add();
    numbers_.commit_bytes.add(bytes);
    queue_.succeeded(std::move(group));
    return;
  }
  LS_LOG(storage, error, "group commit failed", {"appends", group.size()}, {"bytes", bytes},
         {"error", written.error()});
  writable_ = false;
  numbers_.writable.set(0);
  queue_.failed(std::move(group), written.error());
  if (!resume()) queue_.give_up(written.error());
}

/// True when writes are possible (again).
bool committer::resume() {
  numbers_.resumes.add();
  if (auto resumed = disk_.resume(); !resumed) {
    LS_LOG(storage, warn, "still cannot write", {"error", resumed.error()});
    return false;
  }
  LS_LOG(storage, info, "writes go on");
  numbers_.writable.set(1);
  queue_.resumed();
  writable_ = true;
  return true;
}

}  // namespace lightstick::storage
