#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "gateway/net/ip_address.hpp"
#include "runtime/base/keyed_rates.hpp"
#include "runtime/base/metrics.hpp"

/// Who may still connect, and how often one address may ask for something. Thread: any.
namespace lightstick::gateway::net {

class connection_limits;

/// A place among the connections of one address (or of the node); given back when destroyed. Move-only.
class admission {
 public:
  admission() = default;
  admission(admission&& other) noexcept
      : owner_(std::exchange(other.owner_, nullptr)), address_(std::exchange(other.address_, std::nullopt)) {}
  admission& operator=(admission&& other) noexcept;
  admission(const admission&) = delete;
  admission& operator=(const admission&) = delete;
  ~admission();
  [[nodiscard]] explicit operator bool() const noexcept { return owner_ != nullptr; }

 private:
  friend class connection_limits;
  admission(connection_limits* owner, std::optional<ip_address> address) : owner_(owner), address_(address) {}
  connection_limits* owner_ = nullptr;
  std::optional<ip_address> address_;  ///< counted for it; none = counted for the node
};

/// Counts open connections, for the node and for each address. Bound: it remembers only addresses that hold a place.
class connection_limits {
 public:
  /// `loopback_exempt`: loopback addresses are not counted by address. `shown`, when given, follows the number open.
  connection_limits(std::uint32_t total_max, std::uint32_t per_address_max, bool loopback_exempt,
                    gauge* shown = nullptr)
      : total_max_(total_max), per_address_max_(per_address_max), loopback_exempt_(loopback_exempt), shown_(shown) {}

  /// Empty when `total_max` connections are open.
  [[nodiscard]] admission admit() noexcept;
  /// Empty when this address (see `limit_key`) has `per_address_max` open. `may_be_exempt`: false when it is not surely
  /// the client's own.
  [[nodiscard]] admission admit(const ip_address& a, bool may_be_exempt = true);
  [[nodiscard]] std::uint32_t open() const noexcept { return open_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t addresses() const;

 private:
  friend class admission;
  struct shard {
    mutable std::mutex mutex;
    std::unordered_map<ip_address, std::uint32_t> open;
  };
  [[nodiscard]] shard& shard_of(const ip_address& key) noexcept {
    return shards_[std::hash<ip_address>{}(key) % shards_.size()];
  }
  void give_back(const std::optional<ip_address>& address) noexcept;

  const std::uint32_t total_max_;
  const std::uint32_t per_address_max_;
  const bool loopback_exempt_;
  gauge* const shown_;
  std::atomic<std::uint32_t> open_{0};
  std::array<shard, 16> shards_;
};

/// One token bucket for everybody. Thread: any.
class shared_rate {
 public:
  explicit shared_rate(rate_limit limit) : bucket_(limit, steady_time{}) {}
  /// Zero when one more may, otherwise how long to wait.
  [[nodiscard]] std::chrono::milliseconds take(steady_time now) {
    std::lock_guard lock(mutex_);
    return bucket_.take(now);
  }

 private:
  std::mutex mutex_;
  token_bucket bucket_;
};

/// One token bucket an address (see `limit_key`).
class address_rates {
 public:
  /// `loopback_exempt`: loopback addresses always may.
  address_rates(rate_limit limit, bool loopback_exempt) : rates_(limit), loopback_exempt_(loopback_exempt) {}
  /// Zero when `a` may, otherwise how long to wait. `may_be_exempt`: false when it is not surely the client's own.
  [[nodiscard]] std::chrono::milliseconds take(const ip_address& a, steady_time now, bool may_be_exempt = true) {
    if (loopback_exempt_ && may_be_exempt && a.is_loopback()) return std::chrono::milliseconds{0};
    return rates_.take(limit_key(a), now);
  }

 private:
  keyed_rates<ip_address> rates_;
  const bool loopback_exempt_;
};

}  // namespace lightstick::gateway::net
