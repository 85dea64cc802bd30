#include "tests/sim/disk/disk.hpp"

#include <algorithm>
#include <utility>

#include "storage/errc.hpp"

namespace lightstick::sim {
namespace {

tl::unexpected<error> dead_error() { return fail(storage::errc::io_failed, "the process is dead"); }

}  // namespace

bool disk::dies_now() {
  if (!changes_left_) return false;
  if (*changes_left_ > 0) {
    --*changes_left_;
    return false;
  }
  crash_now();
  return true;
}

void disk::crash_now() {
  changes_left_.reset();
  dead_ = true;
  notes_.note("disk: the process dies", file_.bytes.size(), file_.synced);
}

void disk::take_time() {
  if (!chance_.per_mille(faults_.slow)) return;
  ++counts_.slow;
  busy_until_ = std::max(busy_until_, clock_.now()) + chance_.between(std::chrono::nanoseconds{0}, faults_.slow_max);
}

tl::unexpected<error> disk::no_room() {
  ++counts_.full;
  notes_.note("disk: full", file_.bytes.size());
  return fail(storage::errc::disk_full, "the simulated disk is full");
}

tl::unexpected<error> disk::broken() {
  ++counts_.broken;
  notes_.note("disk: broken", file_.bytes.size(), file_.synced);
  return fail(storage::errc::io_failed, "the simulated disk is broken");
}

result<void> disk::append(std::string_view bytes) {
  if (dead_) return dead_error();
  ++counts_.appends;
  take_time();
  auto take = [&](std::uint64_t n) { file_.bytes += bytes.substr(0, n); };
  if (dies_now()) {
    take(chance_.below(bytes.size() + 1));
    return dead_error();
  }
  if (broken_ || chance_.per_mille(faults_.broken_append)) {
    take(chance_.below(bytes.size() + 1));
    return broken();
  }
  if (full_ || file_.bytes.size() + bytes.size() > faults_.bytes_max || chance_.per_mille(faults_.full)) {
    auto left = faults_.bytes_max - std::min(faults_.bytes_max, file_.bytes.size());
    take(chance_.below(std::min(left + 1, std::max<std::size_t>(bytes.size(), 1))));
    return no_room();
  }
  take(bytes.size());
  notes_.note("disk: append", bytes.size(), file_.bytes.size());
  return {};
}

result<void> disk::sync() {
  if (dead_) return dead_error();
  ++counts_.syncs;
  take_time();
  if (dies_now()) {
    if (!file_.poisoned && chance_.per_mille(500)) file_.synced = file_.bytes.size();
    return dead_error();
  }
  if (broken_ || chance_.per_mille(faults_.broken_sync)) {
    file_.poisoned = true;
    return broken();
  }
  if (!file_.poisoned) file_.synced = file_.bytes.size();
  notes_.note("disk: sync", file_.synced);
  return {};
}

result<void> disk::replace(std::string bytes) {
  if (dead_) return dead_error();
  ++counts_.replacements;
  take_time();
  auto size = bytes.size();
  auto put_in_place = [&] {
    if (!before_) before_ = std::move(file_);
    file_ = {std::move(bytes), size, false};
  };
  if (dies_now()) {
    if (chance_.per_mille(500)) put_in_place();
    return dead_error();
  }
  if (broken_ || chance_.per_mille(faults_.broken_sync)) {
    if (chance_.per_mille(500)) put_in_place();
    return broken();
  }
  if (full_ || file_.bytes.size() + size > faults_.bytes_max || chance_.per_mille(faults_.full)) return no_room();
  file_ = {std::move(bytes), size, false};
  before_.reset();
  notes_.note("disk: replace", size);
  return {};
}

result<void> disk::check_read() {
  if (dead_) return dead_error();
  if (chance_.per_mille(faults_.broken_read)) return broken();
  return {};
}

void disk::lose_unsynced(file& f) {
  auto unsynced = f.bytes.size() - f.synced;
  f.poisoned = false;
  if (unsynced == 0) return;
  auto kept = chance_.below(unsynced + 1);
  // A file may have grown before its bytes were written: what is kept can have a hole.
  if (kept > 0 && chance_.per_mille(250)) {
    auto from = f.synced + chance_.below(kept);
    auto until = from + chance_.below(f.synced + kept - from + 1);
    std::fill(f.bytes.begin() + static_cast<std::ptrdiff_t>(from), f.bytes.begin() + static_cast<std::ptrdiff_t>(until),
              '\0');
  }
  counts_.torn += kept > 0 && kept < unsynced ? 1 : 0;
  counts_.lost_bytes += unsynced - kept;
  f.bytes.resize(f.synced + kept);
  f.synced = f.bytes.size();
}

void disk::restart(crash after) {
  dead_ = false;
  changes_left_.reset();
  busy_until_ = clock_.now();
  if (after == crash::power) {
    if (auto old = std::exchange(before_, std::nullopt); old && chance_.per_mille(500)) {
      ++counts_.turned_back;
      file_ = std::move(*old);
    }
    lose_unsynced(file_);
  }
  notes_.note(after == crash::power ? "disk: after a power cut" : "disk: after a kill", file_.bytes.size(),
              hash_of(file_.bytes));
}

}  // namespace lightstick::sim
