#include "gateway/net/limits.hpp"

namespace lightstick::gateway::net {

admission& admission::operator=(admission&& other) noexcept {
  if (this != &other) {
    if (owner_ != nullptr) owner_->give_back(address_);
    owner_ = std::exchange(other.owner_, nullptr);
    address_ = std::exchange(other.address_, std::nullopt);
  }
  return *this;
}

admission::~admission() {
  if (owner_ != nullptr) owner_->give_back(address_);
}

admission connection_limits::admit() noexcept {
  if (open_.fetch_add(1, std::memory_order_relaxed) >= total_max_) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    return {};
  }
  if (shown_ != nullptr) shown_->add(1);
  return {this, std::nullopt};
}

admission connection_limits::admit(const ip_address& a, bool may_be_exempt) {
  const auto key = limit_key(a);
  auto& in = shard_of(key);
  std::lock_guard lock(in.mutex);
  auto& count = in.open[key];
  if (count >= per_address_max_ && !(loopback_exempt_ && may_be_exempt && a.is_loopback())) {
    if (count == 0) in.open.erase(key);
    return {};
  }
  ++count;
  return {this, key};
}

std::size_t connection_limits::addresses() const {
  std::size_t total = 0;
  for (const auto& each : shards_) {
    std::lock_guard lock(each.mutex);
    total += each.open.size();
  }
  return total;
}

void connection_limits::give_back(const std::optional<ip_address>& address) noexcept {
  if (!address) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    if (shown_ != nullptr) shown_->add(-1);
    return;
  }
  auto& in = shard_of(*address);
  std::lock_guard lock(in.mutex);
  const auto it = in.open.find(*address);
  if (--it->second == 0) in.open.erase(it);
}

}  // namespace lightstick::gateway::net
