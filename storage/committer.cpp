#include "storage/committer.hpp"

#include <pthread.h>
#include <algorithm>
#include <utility>

#include "runtime/base/log.hpp"

namespace lightstick::storage {
namespace {

constexpr std::chrono::milliseconds backoff_min{100};
constexpr std::chrono::milliseconds backoff_max{5'000};

}  // namespace

committer::committer(engine& disk, commit_queue& queue, bool sync, store_metrics& numbers, disk_watch& watch,
                     const clock_source& clock, driver by)
    : disk_(disk), queue_(queue), sync_(sync), numbers_(numbers), watch_(watch), clock_(clock) {
  numbers_.writable.set(1);
  if (by == driver::caller) return;
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "ls-commit");
    run();
  });
}

committer::~committer() {
  queue_.stop();
  if (thread_.joinable()) {
    thread_.join();
  } else {
    while (step()) {
    }
  }
}

void committer::run() {
  for (;;) {
    queue_.wait(pause());
    bool last = queue_.stopping();
    while (step()) {
    }
    if (last) return;
  }
}

std::optional<steady_time> committer::due() const {
  if (!writable()) return retry_at_;
  if (written_ || queue_.has_work()) return clock_.now();
  return std::nullopt;
}

/// How long there is nothing to do but to wait for appends.
std::optional<std::chrono::milliseconds> committer::pause() const {
  if (writable()) return std::nullopt;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(retry_at_ - clock_.now());
  return std::max(left, std::chrono::milliseconds{0});
}

bool committer::step() {
  if (written_) {
    tell(*std::exchange(written_, std::nullopt));
    return true;
  }
  if (writable()) return write_next();
  if (clock_.now() < retry_at_) return false;
  auto why = std::exchange(unresumed_, std::nullopt);
  if (!resume() && why) queue_.give_up(*why);
  return true;
}

bool committer::write_next() {
  if (!queue_.has_work()) return false;
  auto group = queue_.take();
  if (group.empty()) return true;  // all of it had ended
  std::vector<std::vector<write_op>> batches;
  batches.reserve(group.size());
  std::size_t bytes = 0;
  for (auto& e : group) {
    bytes += e.bytes;
    batches.push_back(std::move(e.ops));
  }
  auto started = clock_.now();
  auto outcome = [&] {
    const disk_watch::scope at_it(watch_, disk_watch::work::commit);
    return disk_.write(batches, sync_);
  }();
  numbers_.commit_seconds.record(clock_.now() - started);
  written_.emplace(written_group{std::move(group), bytes, std::move(outcome)});
  return true;
}

void committer::tell(written_group group) {
  if (group.outcome) {
    numbers_.commits.add();
    numbers_.commit_bytes.add(group.bytes);
    queue_.succeeded(std::move(group.entries));
    return;
  }
  const auto& why = group.outcome.error();
  LS_LOG(storage, error, "group commit failed", {"appends", group.entries.size()}, {"bytes", group.bytes},
         {"error", why});
  writable_ = false;
  numbers_.writable.set(0);
  retry_at_ = clock_.now();
  backoff_ = backoff_min;
  unresumed_ = why;
  queue_.failed(std::move(group.entries), why);
}

/// True when writes are possible again.
bool committer::resume() {
  numbers_.resumes.add();
  auto resumed = [&] {
    const disk_watch::scope at_it(watch_, disk_watch::work::commit);
    return disk_.resume();
  }();
  if (!resumed) {
    LS_LOG(storage, warn, "still cannot write", {"error", resumed.error()});
    retry_at_ = clock_.now() + backoff_;
    backoff_ = std::min(backoff_ * 2, backoff_max);
    return false;
  }
  LS_LOG(storage, info, "writes go on");
  numbers_.writable.set(1);
  queue_.resumed();
  writable_ = true;
  return true;
}

}  // namespace lightstick::storage
