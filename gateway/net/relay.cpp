#include "gateway/net/relay.hpp"

#include <utility>

namespace lightstick::gateway::net {

relay::taken relay::take(std::size_t thread) {
  std::lock_guard lock(mutex_);
  auto& s = slots_[thread];
  s.posted = false;
  s.waiting_bytes = 0;
  return std::exchange(s.waiting, {});
}

bool relay::crowded(std::size_t thread) const {
  std::lock_guard lock(mutex_);
  const auto& s = slots_[thread];
  return s.waiting_bytes > waiting_bytes_max / 4 || s.waiting.items.size() > waiting_max / 4;
}

std::uint64_t relay::listeners(std::size_t thread) const {
  std::lock_guard lock(mutex_);
  const auto& of = slots_[thread].subscribers;
  return std::uint64_t{of[0]} + of[1];
}

void relay::note_status(const actors::room_status& status) {
  std::lock_guard lock(mutex_);
  status_ = status;
}

void relays::publish(std::shared_ptr<const actors::room_batch> batch) {
  if (batch->messages.empty()) return;
  const auto r = find(batch->room);
  if (!r) return;
  const std::lock_guard one_at_a_time(r->publishing_);
  std::uint64_t listeners = 0;
  bool crowded = false;
  std::size_t some = 0;  // a thread that has listeners
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    const auto here = r->listeners(i);
    listeners += here;
    if (here > 0) some = i;
    crowded = crowded || r->crowded(i);
  }
  send(r, r->lane_.pass(batch->messages, listeners, crowded, clock_.now()));
  if (r->lane_.holds_back() && !std::exchange(r->ticking_, true)) threads_[some]->post_tick(r, fan_lane::tick);
}

void relays::end_tick(const std::shared_ptr<relay>& r) {
  const std::lock_guard one_at_a_time(r->publishing_);
  r->ticking_ = false;
  send(r, r->lane_.end_tick());
}

void relays::send(const std::shared_ptr<relay>& r, std::vector<fan_lane::run> runs) {
  for (auto& run : runs) {
    metrics_.fan_messages_skipped.add(run.skipped());
    auto batch = std::make_shared<actors::room_batch>();
    batch->room = r->room_;
    batch->messages = std::move(run.messages);
    auto after = run.after;
    for (auto& piece : split(std::move(batch))) {
      push_item item;
      item.batch = std::move(piece);
      item.told_after = after;
      after = item.last();
      hand_out(r, std::move(item));
    }
  }
}

void relays::publish(std::shared_ptr<const actors::room_change> change) {
  const auto r = find(change->room);
  if (!r) return;
  r->note_status(change->status);
  push_item item;
  item.change = std::move(change);
  hand_out(r, std::move(item));
}

void relays::call_roll(const room_id& room) {
  const auto r = find(room);
  if (!r) return;
  std::vector<std::size_t> to_post;
  {
    std::lock_guard lock(r->mutex_);
    for (std::size_t i = 0; i < r->slots_.size(); ++i) {
      auto& s = r->slots_[i];
      if (s.empty()) continue;
      s.waiting.roll = true;
      if (!std::exchange(s.posted, true)) to_post.push_back(i);
    }
  }
  post(r, to_post);
}

std::shared_ptr<relay> relays::add(const room_id& room, std::size_t thread, protocol::encoding e) {
  auto& in = shard_of(room);
  std::lock_guard lock(in.mutex);
  auto& r = in.by_room[room];
  if (!r) {
    r = std::make_shared<relay>(room, threads_.size(), fan_budget_);
    metrics_.relays.add(1);
  }
  std::lock_guard relay_lock(r->mutex_);
  ++r->slots_[thread].subscribers[static_cast<std::size_t>(e)];
  metrics_.subscriptions.add(1);
  return r;
}

void relays::remove(const std::shared_ptr<relay>& r, std::size_t thread, protocol::encoding e) {
  auto& in = shard_of(r->room_);
  std::lock_guard lock(in.mutex);
  metrics_.subscriptions.add(-1);
  bool listened_to = false;
  {
    std::lock_guard relay_lock(r->mutex_);
    --r->slots_[thread].subscribers[static_cast<std::size_t>(e)];
    for (const auto& s : r->slots_) listened_to = listened_to || !s.empty();
  }
  if (listened_to) return;
  in.by_room.erase(r->room_);
  metrics_.relays.add(-1);
}

std::vector<relays::row> relays::list() const {
  std::vector<row> out;
  for (const auto& each : shards_) {
    std::lock_guard lock(each.mutex);
    for (const auto& [room, r] : each.by_room) {
      std::lock_guard relay_lock(r->mutex_);
      if (r->status_) out.push_back({room, r->status_->occupancy});
    }
  }
  return out;
}

std::shared_ptr<relay> relays::find(const room_id& room) {
  auto& in = shard_of(room);
  std::lock_guard lock(in.mutex);
  const auto it = in.by_room.find(room);
  return it == in.by_room.end() ? nullptr : it->second;
}

// Called for one room by one actor at a time, so that encoding outside of the lock keeps the order.
void relays::hand_out(const std::shared_ptr<relay>& r, push_item item) {
  encodings_wanted wanted{};
  {
    std::lock_guard lock(r->mutex_);
    for (const auto& s : r->slots_) {
      for (std::size_t e = 0; e < wanted.size(); ++e) wanted[e] = wanted[e] || s.subscribers[e] > 0;
    }
  }
  metrics_.frames_encoded.add(encode(item, wanted));
  const auto weight = weight_of(item);
  const auto shared = std::make_shared<const push_item>(std::move(item));

  std::vector<std::size_t> to_post;
  {
    std::lock_guard lock(r->mutex_);
    for (std::size_t i = 0; i < r->slots_.size(); ++i) {
      auto& s = r->slots_[i];
      if (s.empty() || s.waiting.overflowed) continue;
      if (s.waiting.items.size() >= relay::waiting_max || s.waiting_bytes + weight > relay::waiting_bytes_max) {
        s.waiting.items.clear();
        s.waiting.overflowed = true;
        metrics_.relay_overflow.add();
      } else {
        s.waiting.items.push_back(shared);
        s.waiting_bytes += weight;
      }
      // Also beyond the bound: the walk is what tells the clients.
      if (!std::exchange(s.posted, true)) to_post.push_back(i);
    }
  }
  post(r, to_post);
}

void relays::post(const std::shared_ptr<relay>& r, const std::vector<std::size_t>& threads) {
  for (const auto i : threads) threads_[i]->post_walk(r);
}

}  // namespace lightstick::gateway::net
