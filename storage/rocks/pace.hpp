#pragma once

#include <rocksdb/rate_limiter.h>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace lightstick::storage::rocks {

/// Holds a copy back to so many bytes a second, however few; unlike RocksDB's own it can be ended, and then holds back
/// nothing more, also who waits already. Any thread.
class pace final : public rocksdb::RateLimiter {
 public:
  explicit pace(std::int64_t bytes_per_second);
  void end();

  using RateLimiter::Request;
  void SetBytesPerSecond(std::int64_t bytes_per_second) override;
  void Request(std::int64_t bytes, rocksdb::Env::IOPriority priority, rocksdb::Statistics* stats) override;
  [[nodiscard]] std::int64_t GetSingleBurstBytes() const override;
  [[nodiscard]] std::int64_t GetTotalBytesThrough(rocksdb::Env::IOPriority priority) const override;
  [[nodiscard]] std::int64_t GetTotalRequests(rocksdb::Env::IOPriority priority) const override;
  [[nodiscard]] std::int64_t GetBytesPerSecond() const override;

 private:
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::int64_t bytes_per_second_;
  std::int64_t bytes_ = 0;
  std::int64_t requests_ = 0;
  std::chrono::steady_clock::time_point due_;  ///< until then what was let through has used the rate up
  bool over_ = false;
};

}  // namespace lightstick::storage::rocks
