#include "gateway/net/hub.hpp"

#include <algorithm>

namespace lightstick::gateway::net {

struct hub::subscription {
  subscriber* who = nullptr;
  offset floor;                 ///< live: the last offset that the client has
  std::uint32_t joins = 0;      ///< under way
  bool live = false;
  std::unique_ptr<std::vector<push_ptr>> held;
};

struct hub_room {
  std::shared_ptr<relay> source;
  std::vector<hub::subscription> subscriptions;
  std::array<std::uint32_t, protocol::encoding_count> by_encoding{};
};

hub::hub(relays& all, std::size_t thread, std::size_t held_max, const clock_source& clock, gateway_metrics& m)
    : relays_(all), thread_(thread), held_max_(held_max), clock_(clock), metrics_(m) {}

hub::~hub() = default;

hub::subscription* hub::find(subscriber& who, const room_id& room) noexcept {
  for (const auto& place : who.places_) {
    if (place.room->source->room() == room) return &place.room->subscriptions[place.index];
  }
  return nullptr;
}

void hub::joining(subscriber& who, const room_id& room) {
  if (auto* known = find(who, room)) {
    ++known->joins;
    return;
  }
  auto& in = rooms_[room];
  if (!in) in = std::make_unique<hub_room>();
  in->source = relays_.add(room, thread_, who.format());
  ++in->by_encoding[static_cast<std::size_t>(who.format())];
  who.places_.push_back({in.get(), static_cast<std::uint32_t>(in->subscriptions.size())});
  auto& made = in->subscriptions.emplace_back();
  made.who = &who;
  made.joins = 1;
}

void hub::joined(subscriber& who, const room_id& room, offset at, const actors::room_status& status) {
  auto* s = find(who, room);
  if (s == nullptr) return;
  for (const auto& place : who.places_) {
    if (&place.room->subscriptions[place.index] == s) place.room->source->note_status(status);
  }
  if (s->joins > 0) --s->joins;
  s->floor = s->live ? std::max(s->floor, at) : at;
  s->live = true;
  const auto held = std::move(s->held);
  if (!held) return;
  for (const auto& item : *held) deliver(*s, *item);
  metrics_.deliveries.add(held->size());
  who.flush();
}

void hub::join_failed(subscriber& who, const room_id& room) {
  auto* s = find(who, room);
  if (s == nullptr) return;
  if (s->joins > 0) --s->joins;
  end_or_hold(who, *s);
}

void hub::join_refused(subscriber& who, const room_id& room) {
  auto* s = find(who, room);
  if (s == nullptr) return;
  if (s->joins > 0) --s->joins;
  if (!s->live && s->joins == 0) remove_one(who, room);
}

void hub::left(subscriber& who, const room_id& room) {
  if (auto* s = find(who, room)) end_or_hold(who, *s);
}

void hub::end_or_hold(subscriber& who, subscription& s) {
  if (s.joins > 0) {
    s.live = false;
    return;
  }
  for (std::size_t i = 0; i < who.places_.size(); ++i) {
    if (&who.places_[i].room->subscriptions[who.places_[i].index] == &s) return remove(who, i);
  }
}

void hub::remove_one(subscriber& who, const room_id& room) {
  for (std::size_t i = 0; i < who.places_.size(); ++i) {
    if (who.places_[i].room->source->room() == room) return remove(who, i);
  }
}

void hub::leave_all(subscriber& who) {
  while (!who.places_.empty()) remove(who, who.places_.size() - 1);
  who.places_.shrink_to_fit();
}

void hub::remove(subscriber& who, std::size_t place) {
  const auto [room, index] = who.places_[place];
  who.places_.erase(who.places_.begin() + static_cast<std::ptrdiff_t>(place));

  auto& all = room->subscriptions;
  if (index + 1 != all.size()) {
    all[index] = std::move(all.back());
    for (auto& moved : all[index].who->places_) {
      if (moved.room == room) moved.index = index;
    }
  }
  all.pop_back();
  --room->by_encoding[static_cast<std::size_t>(who.format())];
  const auto source = room->source;
  if (all.empty()) rooms_.erase(source->room());
  relays_.remove(source, thread_, who.format());
}

encodings_wanted hub::wanted_in(const hub_room& room) const noexcept {
  encodings_wanted wanted{};
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = room.by_encoding[i] > 0;
  return wanted;
}

std::vector<push_ptr> hub::prepare(std::vector<push_ptr> items, const hub_room& room) {
  const auto before = items.size();
  items = merge(std::move(items));
  metrics_.batches_merged.add(before - items.size());
  const auto wanted = wanted_in(room);
  for (auto& item : items) {
    bool complete = true;
    for (std::size_t i = 0; i < wanted.size(); ++i) complete = complete && (!wanted[i] || item->bytes[i]);
    if (complete) continue;
    auto own = std::make_shared<push_item>(*item);
    metrics_.frames_encoded.add(encode(*own, wanted));
    item = std::move(own);
  }
  return items;
}

void hub::walk(relay& r) {
  auto taken = r.take(thread_);
  const auto it = rooms_.find(r.room());
  if (it == rooms_.end()) return;
  auto& room = *it->second;
  if (taken.overflowed) {
    for (auto& s : room.subscriptions) s.who->fell_behind(behind::relay_overflow);
    return;
  }
  const auto begun = clock_.now();
  const auto items = prepare(std::move(taken.items), room);
  for (auto& s : room.subscriptions) {
    if (s.live) {
      for (const auto& item : items) deliver(s, *item);
      s.who->flush();
    } else if (!items.empty()) {
      if (!s.held) s.held = std::make_unique<std::vector<push_ptr>>();
      s.held->insert(s.held->end(), items.begin(), items.end());
      if (s.held->size() > held_max_) {
        s.held.reset();
        s.who->fell_behind(behind::held_overflow);
      }
    }
    if (taken.roll) s.who->roll_call(r.room());
  }
  if (items.empty()) return;
  metrics_.deliveries.add(items.size() * room.subscriptions.size());
  metrics_.walk_seconds.record(clock_.now() - begun);
}

void hub::deliver(subscription& s, const push_item& item) {
  const auto format = static_cast<std::size_t>(s.who->format());
  if (item.batch) {
    const auto first = item.first();
    const auto last = item.last();
    if (last <= s.floor) return;
    if (first > s.floor.next()) return s.who->fell_behind(behind::offset_gap);
    const bool straddles = first <= s.floor;
    const auto floor = std::exchange(s.floor, last);
    if (straddles) return s.who->push(encode_tail(s.who->format(), *item.batch, floor));
  }
  if (item.bytes[format]) return s.who->push(item.bytes[format]);
  push_item own = item;
  encodings_wanted wanted{};
  wanted[format] = true;
  metrics_.frames_encoded.add(encode(own, wanted));
  s.who->push(own.bytes[format]);
}

}  // namespace lightstick::gateway::net
