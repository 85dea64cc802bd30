#include "storage/commit_queue.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace lightstick::storage {
namespace {

std::size_t bytes_of(const std::vector<write_op>& ops) {
  std::size_t bytes = 0;
  for (const auto& op : ops) bytes += op.key.size() + op.value.size();
  return bytes;
}

void fail_log(const commit_queue::entry& e) {
  if (e.log == nullptr) return;
  e.log->second.open = false;
  e.log->second.failed = true;
}

std::string name_of(std::string_view prefix) { return describe(family::snapshots, prefix); }

}  // namespace

/// What one listener is told about one log after one group.
struct commit_queue::notice {
  log_state* log = nullptr;
  append_listener listener;
  sequence last;
};

commit_queue::commit_queue(limits l, const epochs& current, store_metrics& numbers)
    : limits_(l), numbers_(numbers), epochs_(current) {}

epoch commit_queue::epoch_of(partition p) const {
  std::lock_guard lock(mutex_);
  return epochs_.at(p.value);
}

result<void> commit_queue::raise(std::span<const std::pair<partition, lightstick::epoch>> changes,
                                 std::vector<write_op> ops, append_listener listener) {
  std::lock_guard lock(mutex_);
  if (stopping_) return fail(errc::stopping);
  if (refusing_) return fail(*refusing_);
  for (const auto& [p, to] : changes) {
    if (to < epochs_.at(p.value)) {
      return fail(errc::stale_epoch, "partition " + std::to_string(p.value) + " has epoch " +
                                         std::to_string(epochs_.at(p.value).value()) + ", asked for " +
                                         std::to_string(to.value()));
    }
  }
  for (const auto& [p, to] : changes) epochs_.at(p.value) = to;
  entry e;
  e.bytes = bytes_of(ops);
  e.ops = std::move(ops);
  e.listener = std::move(listener);
  e.raised.assign(changes.begin(), changes.end());
  enqueue(std::move(e));
  return {};
}

/// REQUIRES: locked.
void commit_queue::enqueue(entry e) {
  ++requests_;
  bytes_ += e.bytes;
  numbers_.queue_requests.set(requests_);
  numbers_.queue_bytes.set(static_cast<std::int64_t>(bytes_));
  queue_.push_back(std::move(e));
  if (std::exchange(committer_waits_, false)) work_.notify_one();
}

result<commit_queue::opening> commit_queue::begin_open(const std::string& prefix, partition p,
                                                       const committer_step& step) {
  std::unique_lock lock(mutex_);
  if (stopping_) return fail(errc::stopping);
  auto [at, fresh] = logs_.try_emplace(prefix);
  if (fresh && logs_.size() > limits_.logs_max) {
    logs_.erase(at);
    numbers_.appends_refused.add();
    return fail(errc::queue_full, std::to_string(limits_.logs_max) + " logs are open");
  }
  auto& log = at->second;
  log.partition = p;
  ++log.openers;
  ++changed_waiters_;
  assert(!step || !log.opening);  // an opener that drives the committer is alone
  changed_.wait(lock, [&] { return !log.opening; });
  log.opening = true;
  log.open = false;
  while (step && log.uncommitted > 0) {
    lock.unlock();
    [[maybe_unused]] bool made = step();
    assert(made);  // an append that has not ended is in the queue or in the committer's hands
    lock.lock();
  }
  changed_.wait(lock, [&] { return log.uncommitted == 0; });
  --changed_waiters_;
  return opening{epochs_.at(p.value), resumes_};
}

bool commit_queue::finish_open(const std::string& prefix, const opening& begun, std::optional<opened_at> at) {
  std::lock_guard lock(mutex_);
  auto found = logs_.find(prefix);
  assert(found != logs_.end() && found->second.opening);
  auto& log = found->second;
  log.opening = false;
  --log.openers;
  bool current = begun.resumes == resumes_;
  if (at && current) {
    log.open = true;
    log.failed = false;
    log.epoch = begun.epoch;
    log.tail = at->last;
    log.stored = at->stored;
  }
  forget_if_idle(*found);
  numbers_.logs_open.set(static_cast<std::int64_t>(logs_.size()));
  if (changed_waiters_ > 0) changed_.notify_all();
  return current;
}

void commit_queue::close(const std::string& prefix) {
  std::lock_guard lock(mutex_);
  auto found = logs_.find(prefix);
  if (found == logs_.end()) return;
  found->second.open = false;
  forget_if_idle(*found);
}

commit_queue::stored_events commit_queue::stored_of(const std::string& prefix) const {
  std::lock_guard lock(mutex_);
  auto found = logs_.find(prefix);
  return found == logs_.end() ? stored_events{} : found->second.stored;
}

result<void> commit_queue::accepts() const {
  std::lock_guard lock(mutex_);
  if (stopping_) return fail(errc::stopping);
  if (refusing_) return fail(*refusing_);
  const auto requests_spare = std::min<std::uint32_t>(64, limits_.requests_max / 8);
  const auto bytes_spare = std::min<std::size_t>(std::size_t{1} << 20U, limits_.bytes_max / 8);
  if (requests_ + requests_spare < limits_.requests_max && bytes_ + bytes_spare < limits_.bytes_max) return {};
  numbers_.appends_refused.add();
  return fail(errc::queue_full, std::to_string(requests_) + " appends of " + std::to_string(bytes_) + " bytes wait");
}

result<void> commit_queue::push(draft d) {
  std::unique_lock lock(mutex_);
  if (stopping_) return fail(errc::stopping);
  if (refusing_) return fail(*refusing_);
  auto found = logs_.find(d.prefix);
  if (found == logs_.end() || !found->second.open) return fail(errc::not_open, name_of(d.prefix));
  auto& log = found->second;
  if (unwritten_.at(log.partition.value)) {
    return fail(errc::stale_epoch, name_of(d.prefix) + ": the epoch " +
                                       std::to_string(epochs_.at(log.partition.value).value()) +
                                       " could not be written down, it has to be raised again");
  }
  if (d.epoch != log.epoch || stale(log, d.epoch)) {
    return fail(errc::stale_epoch, name_of(d.prefix) + ": append under epoch " + std::to_string(d.epoch.value()) +
                                       ", opened under " + std::to_string(log.epoch.value()) + ", owned under " +
                                       std::to_string(epochs_.at(log.partition.value).value()));
  }
  if (d.expected != log.tail || (d.removed && d.removed->oldest_before != log.stored.oldest)) {
    return fail(errc::stale_sequence, name_of(d.prefix) + ": append after sequence " +
                                          std::to_string(d.expected.value()) + ", the last is " +
                                          std::to_string(log.tail.value()));
  }
  auto bytes = bytes_of(d.ops);
  if (requests_ >= limits_.requests_max || bytes_ + bytes > limits_.bytes_max) {
    numbers_.appends_refused.add();
    return fail(errc::queue_full, std::to_string(requests_) + " appends of " + std::to_string(bytes_) + " bytes wait");
  }
  if (d.removed) log.stored = d.removed->after;
  log.tail = d.last;
  ++log.uncommitted;
  enqueue({&*found, d.epoch, d.last, bytes, std::move(d.ops), std::move(d.listener), {}});
  return {};
}

bool commit_queue::has_work() const {
  std::lock_guard lock(mutex_);
  return !queue_.empty();
}

void commit_queue::wait(std::optional<std::chrono::milliseconds> limit) {
  std::unique_lock lock(mutex_);
  auto ready = [&] { return !queue_.empty() || stopping_; };
  committer_waits_ = true;
  if (limit) {
    work_.wait_for(lock, *limit, ready);
  } else {
    work_.wait(lock, ready);
  }
  committer_waits_ = false;
}

commit_queue::group commit_queue::take() {
  group taken;
  group ended;
  {
    std::lock_guard lock(mutex_);
    std::size_t bytes = 0;
    while (!queue_.empty()) {
      auto& next = queue_.front();
      bool old = next.log != nullptr && stale(next.log->second, next.epoch);
      if (!old && !taken.empty() && bytes + next.bytes > limits_.group_bytes_max) break;
      if (old) fail_log(next);
      bytes += old ? 0 : next.bytes;
      (old ? ended : taken).push_back(std::move(next));
      queue_.pop_front();
    }
  }
  if (!ended.empty()) tell_failed(std::move(ended), {make_error_code(errc::stale_epoch), {}});
  return taken;
}

std::vector<commit_queue::notice> commit_queue::notices_of(const group& entries) {
  std::vector<notice> out;
  out.reserve(entries.size());
  for (const auto& e : entries) {
    auto* log = e.log == nullptr ? nullptr : &e.log->second;
    if (log != nullptr && log->notice < out.size() && out[log->notice].log == log &&
        out[log->notice].listener == e.listener) {
      out[log->notice].last = e.last;
      continue;
    }
    if (log != nullptr) log->notice = out.size();
    out.push_back({log, e.listener, e.last});
  }
  return out;
}

/// REQUIRES: locked.
bool commit_queue::stale(const log_state& log, lightstick::epoch e) const {
  return e != epochs_.at(log.partition.value) || unwritten_.at(log.partition.value);
}

/// REQUIRES: locked.
void commit_queue::note_raised(const entry& e, bool written) {
  for (const auto& [p, to] : e.raised) {
    if (!written || to == epochs_.at(p.value)) unwritten_.at(p.value) = !written;
  }
}

void commit_queue::succeeded(group done) {
  {
    std::lock_guard lock(mutex_);
    for (const auto& e : done) note_raised(e, true);
  }
  for (auto& n : notices_of(done)) {
    n.listener.committed(n.last);
  }
  numbers_.appends.add(done.size());
  end(done);
}

void commit_queue::failed(group lost, const error& why) {
  {
    std::lock_guard lock(mutex_);
    refusing_ = why;
    for (auto& e : lost) {
      fail_log(e);
      note_raised(e, false);
      if (e.log != nullptr) failed_logs_.push_back(e.log->first);
    }
    sweep(lost, false);
  }
  tell_failed(std::move(lost), why);
}

void commit_queue::give_up(const error& why) {
  group lost;
  {
    std::lock_guard lock(mutex_);
    sweep(lost, true);
    for (auto& e : lost) {
      fail_log(e);
      note_raised(e, false);
    }
  }
  tell_failed(std::move(lost), why);
}

void commit_queue::resumed() {
  std::lock_guard lock(mutex_);
  refusing_.reset();
  ++resumes_;
  for (const auto& prefix : std::exchange(failed_logs_, {})) {
    auto found = logs_.find(prefix);
    if (found == logs_.end()) continue;
    found->second.open = false;
    forget_if_idle(*found);
  }
}

/// Moves what is queued of failed logs (or `all`) to `out`, in order. REQUIRES: locked.
void commit_queue::sweep(group& out, bool all) {
  auto kept = std::stable_partition(queue_.begin(), queue_.end(), [&](const entry& e) {
    return !all && (e.log == nullptr || !e.log->second.failed);
  });
  std::move(kept, queue_.end(), std::back_inserter(out));
  queue_.erase(kept, queue_.end());
}

void commit_queue::tell_failed(group lost, const error& why) {
  for (auto& n : notices_of(lost)) {
    n.listener.append_failed(why);
  }
  numbers_.appends_failed.add(lost.size());
  end(lost);
}

/// The entries are over and their listeners told.
void commit_queue::end(group& entries) {
  std::lock_guard lock(mutex_);
  for (auto& e : entries) {
    --requests_;
    bytes_ -= e.bytes;
    if (e.log == nullptr) continue;
    --e.log->second.uncommitted;
    forget_if_idle(*e.log);
  }
  numbers_.queue_requests.set(requests_);
  numbers_.queue_bytes.set(static_cast<std::int64_t>(bytes_));
  if (changed_waiters_ > 0) changed_.notify_all();
}

/// REQUIRES: locked. `log` may be gone on return.
void commit_queue::forget_if_idle(log_table::value_type& log) {
  const auto& s = log.second;
  if (s.open || s.openers > 0 || s.uncommitted > 0) return;
  logs_.erase(log.first);
  numbers_.logs_open.set(static_cast<std::int64_t>(logs_.size()));
}

void commit_queue::stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  work_.notify_all();
}

bool commit_queue::stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

}  // namespace lightstick::storage
