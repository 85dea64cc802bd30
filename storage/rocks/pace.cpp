#include "storage/rocks/pace.hpp"

#include <algorithm>

namespace lightstick::storage::rocks {
namespace {

using std::chrono::steady_clock;

constexpr std::int64_t burst_bytes_min = std::int64_t{4} << 10U;
constexpr std::int64_t burst_bytes_max = std::int64_t{1} << 20U;

}  // namespace

pace::pace(std::int64_t bytes_per_second) : bytes_per_second_(std::max<std::int64_t>(bytes_per_second, 1)) {}

void pace::end() {
  {
    std::lock_guard lock(mutex_);
    over_ = true;
  }
  ended_.notify_all();
}

void pace::SetBytesPerSecond(std::int64_t bytes_per_second) {
  std::lock_guard lock(mutex_);
  bytes_per_second_ = std::max<std::int64_t>(bytes_per_second, 1);
}

void pace::Request(std::int64_t bytes, rocksdb::Env::IOPriority /*priority*/, rocksdb::Statistics* /*stats*/) {
  std::unique_lock lock(mutex_);
  bytes_ += bytes;
  ++requests_;
  const std::chrono::duration<double> costs(static_cast<double>(bytes) / static_cast<double>(bytes_per_second_));
  due_ = std::max(due_, steady_clock::now()) + std::chrono::duration_cast<steady_clock::duration>(costs);
  ended_.wait_until(lock, due_, [this] { return over_; });
}

std::int64_t pace::GetSingleBurstBytes() const {
  std::lock_guard lock(mutex_);
  return std::clamp(bytes_per_second_ / 10, burst_bytes_min, burst_bytes_max);
}

std::int64_t pace::GetTotalBytesThrough(rocksdb::Env::IOPriority /*priority*/) const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

std::int64_t pace::GetTotalRequests(rocksdb::Env::IOPriority /*priority*/) const {
  std::lock_guard lock(mutex_);
  return requests_;
}

std::int64_t pace::GetBytesPerSecond() const {
  std::lock_guard lock(mutex_);
  return bytes_per_second_;
}

}  // namespace lightstick::storage::rocks
