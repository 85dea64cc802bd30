#include "gateway/net/hub.hpp"

#include <algorithm>
#include <utility>

namespace lightstick::gateway::net {

/// Pushes that are kept for a subscription: those of a join under way, and what its client has yet to get.
struct held_pushes {
  std::deque<push_ptr> items;
  std::size_t given = 0;  ///< of these, from the front, the client has got already; kept for a further join
};

struct hub::subscription {
  subscriber* who = nullptr;
  offset floor;                 ///< live: the last offset that the client has
  std::uint32_t joins = 0;      ///< under way
  bool live = false;
  std::unique_ptr<held_pushes> held;
  [[nodiscard]] bool has_more() const noexcept { return live && held && held->given < held->items.size(); }
};

struct hub_room {
  std::shared_ptr<relay> source;
  std::vector<hub::subscription> subscriptions;
  std::array<std::uint32_t, protocol::encoding_count> by_encoding{};
  std::deque<push_ptr> backlog;  ///< taken from the relay, nobody has got it yet
  bool continuing = false;       ///< a turn is posted
  bool called = false;           ///< a walk came that has not looked into the relay yet
  steady_time since;             ///< for `brought`
  std::size_t brought = 0;       ///< bytes, to everybody
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
  if (!std::exchange(s->live, true) && s->held) s->held->given = 0;
  if (!s->held) return;
  catch_up(*s);
  who.flush();
  for (const auto& place : who.places_) {
    if (&place.room->subscriptions[place.index] == s && s->has_more()) continue_later(*place.room, {});
  }
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
  if (!s->live && s->joins == 0) return remove_one(who, room);
  if (s->live && s->held) catch_up(*s);
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
  if (all.empty()) {
    // Nobody here is left to take it, and a walk that was put off would never be posted again.
    if (room->called) (void)source->take(thread_);
    rooms_.erase(source->room());
  }
  relays_.remove(source, thread_, who.format());
}

encodings_wanted hub::wanted_in(const hub_room& room) const noexcept {
  encodings_wanted wanted{};
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = room.by_encoding[i] > 0;
  return wanted;
}

void hub::walk(relay& r) {
  const auto it = rooms_.find(r.room());
  if (it == rooms_.end()) {
    (void)r.take(thread_);
    return;
  }
  auto& room = *it->second;
  room.called = true;
  if (!room.continuing) turn(room);
}

void hub::go_on(relay& r) {
  const auto it = rooms_.find(r.room());
  if (it == rooms_.end() || !it->second->continuing) return;
  it->second->continuing = false;
  turn(*it->second);
}

bool hub::has_to_pause(hub_room& room) {
  const auto now = clock_.now();
  if (now - room.since >= patience) {
    room.since = now;
    room.brought = 0;
  }
  if (room.brought < turn_bytes_max / 2) return false;
  const auto lags = [](const subscription& s) { return s.who->lags(); };
  return std::ranges::any_of(room.subscriptions, lags) && !room.source->crowded(thread_);
}

void hub::turn(hub_room& room) {
  try {
    if (has_to_pause(room)) return continue_later(room, pause);
    if (room.backlog.empty()) take_over(room);
    const auto begun = clock_.now();
    const auto part = next_part(room);
    bool more = !room.backlog.empty() || room.called;
    for (auto& s : room.subscriptions) {
      give(s, part);
      more = more || s.has_more();
    }
    if (!part.empty()) metrics_.walk_seconds.record(clock_.now() - begun);
    if (more) continue_later(room, {});
  } catch (...) {
    // No memory for a part, say. Who missed it finds a gap at the next push; the room's turns must not end with it.
    room.backlog.clear();
    room.called = false;
    (void)room.source->take(thread_);
    throw;
  }
}

void hub::continue_later(hub_room& room, std::chrono::milliseconds after) {
  if (room.continuing) return;
  relays_.thread(thread_).post_turn(room.source, after);
  room.continuing = true;
}

void hub::take_over(hub_room& room) {
  room.called = false;
  auto taken = room.source->take(thread_);
  if (taken.overflowed) {
    for (auto& s : room.subscriptions) s.who->fell_behind(behind::relay_overflow);
    return;
  }
  const auto before = taken.items.size();
  auto merged = merge(std::move(taken.items));
  metrics_.batches_merged.add(before - merged.size());
  room.backlog.assign(std::make_move_iterator(merged.begin()), std::make_move_iterator(merged.end()));
  if (!taken.roll) return;
  for (auto& s : room.subscriptions) s.who->roll_call(room.source->room());
}

hub::items hub::next_part(hub_room& room) {
  items part;
  const auto wanted = wanted_in(room);
  for (std::size_t bytes = 0; !room.backlog.empty();) {
    auto& item = room.backlog.front();
    bytes += weight_of(*item);
    if (!part.empty() && bytes > turn_bytes_max) break;
    bool complete = true;
    for (std::size_t i = 0; i < wanted.size(); ++i) complete = complete && (!wanted[i] || item->bytes[i]);
    if (!complete) {
      auto own = std::make_shared<push_item>(*item);
      metrics_.frames_encoded.add(encode(*own, wanted));
      item = std::move(own);
    }
    part.push_back(std::move(item));
    room.backlog.pop_front();
    room.brought += weight_of(*part.back());
  }
  return part;
}

void hub::give(subscription& s, const items& part) {
  if ((s.joins > 0 || !s.live || s.held) && !hold(s, part)) return s.who->fell_behind(behind::held_overflow);
  if (!s.live) return;
  if (s.held) {
    catch_up(s);
  } else {
    for (const auto& item : part) deliver(s, *item);
    metrics_.deliveries.add(part.size());
  }
  s.who->flush();
}

bool hub::hold(subscription& s, const items& part) {
  if (part.empty()) return true;
  if (!s.held) s.held = std::make_unique<held_pushes>();
  s.held->items.insert(s.held->items.end(), part.begin(), part.end());
  if (s.held->items.size() <= held_max_) return true;
  s.held.reset();
  return false;
}

/// Twice a turn's bytes, so that it does catch up with a backlog that goes on.
void hub::catch_up(subscription& s) {
  auto& held = *s.held;
  const auto format = static_cast<std::size_t>(s.who->format());
  for (std::size_t bytes = 0; s.has_more() && bytes < 2 * turn_bytes_max;) {
    const auto item = held.items[held.given++];
    bytes += item->bytes[format] ? item->bytes[format].size() : weight_of(*item);
    deliver(s, *item);
    metrics_.deliveries.add();
  }
  if (s.joins > 0) return;
  held.items.erase(held.items.begin(), held.items.begin() + static_cast<std::ptrdiff_t>(held.given));
  held.given = 0;
  if (held.items.empty()) s.held.reset();
}

void hub::deliver(subscription& s, const push_item& item) {
  const auto format = static_cast<std::size_t>(s.who->format());
  if (item.batch) {
    const auto after = item.after();
    const auto last = item.last();
    if (last <= s.floor) return;
    if (after > s.floor) return s.who->fell_behind(behind::offset_gap);
    const bool straddles = after < s.floor;
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
