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

std::chrono::milliseconds address_rates::take(const ip_address& a, steady_time now) {
  const auto key = limit_key(a);
  std::lock_guard lock(mutex_);
  auto it = entries_.find(key);
  if (it == entries_.end()) {
    if (entries_.size() >= addresses_max_) drop_full(now);
    if (entries_.size() >= addresses_max_) return std::chrono::seconds{1};
    it = entries_.try_emplace(key, entry{token_bucket(limit_, now), now}).first;
  }
  it->second.last = now;
  return it->second.bucket.take(now);
}

std::size_t address_rates::addresses() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

void address_rates::drop_full(steady_time now) {
  if (now < next_sweep_) return;  // one walk a second, however many ask
  next_sweep_ = now + std::chrono::seconds{1};
  const auto seconds_to_full = limit_.per_second > 0 ? limit_.burst / limit_.per_second : 0;
  const auto full_after = std::chrono::duration<double>(seconds_to_full);
  std::erase_if(entries_, [&](const auto& each) { return now - each.second.last >= full_after; });
}

}  // namespace lightstick::gateway::net
