#pragma once

#include <mutex>
#include <unordered_map>

#include "runtime/base/token_bucket.hpp"

namespace lightstick {

/// One token bucket a key. Thread: any; one mutex, held for a look into a table.
/// Bound: at most `keys_max` buckets; at the bound those that are full again are dropped, and if none is, a key that is
/// not known yet waits a second.
template <class Key>
class keyed_rates {
 public:
  explicit keyed_rates(rate_limit limit, std::size_t keys_max = 65'536) : limit_(limit), keys_max_(keys_max) {}

  /// Zero when `key` may, otherwise how long to wait.
  [[nodiscard]] std::chrono::milliseconds take(const Key& key, steady_time now) {
    if (limit_.per_second <= 0) return std::chrono::milliseconds{0};
    std::lock_guard lock(mutex_);
    auto it = entries_.find(key);
    if (it == entries_.end()) {
      if (entries_.size() >= keys_max_) drop_full(now);
      if (entries_.size() >= keys_max_) return std::chrono::seconds{1};
      it = entries_.try_emplace(key, entry{token_bucket(limit_, now), now}).first;
    }
    it->second.last = now;
    return it->second.bucket.take(now);
  }

  [[nodiscard]] std::size_t keys() const {
    std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  struct entry {
    token_bucket bucket;
    steady_time last;
  };

  void drop_full(steady_time now) {
    if (now < next_sweep_) return;  // one walk a second, however many ask
    next_sweep_ = now + std::chrono::seconds{1};
    const auto full_after = std::chrono::duration<double>(limit_.burst / limit_.per_second);
    std::erase_if(entries_, [&](const auto& each) { return now - each.second.last >= full_after; });
  }

  const rate_limit limit_;
  const std::size_t keys_max_;
  mutable std::mutex mutex_;
  std::unordered_map<Key, entry> entries_;
  steady_time next_sweep_{};
};

}  // namespace lightstick
