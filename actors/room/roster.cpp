#include "actors/room/roster.hpp"

#include <algorithm>

namespace lightstick::actors::room {

result<roster::admission> roster::admit(const join& j) {
  if (auto here = places_.find(j.session); here != places_.end()) {
    if (here->second.held_until) {
      held_.erase({*here->second.held_until, j.session});
      here->second.held_until.reset();
    }
    here->second.owner->second.name = j.name;
    here->second.owner->second.as = j.as;
    return admission{};
  }
  auto owner = people_.find(j.user);
  auto taken_over = owner == people_.end() ? places_.end() : twin(owner->second, j.session, j.device, true);
  if (taken_over == places_.end() && places_.size() >= capacity_) {
    return fail(errc::room_full, "the room holds " + std::to_string(capacity_) + " sessions");
  }
  admission out;
  out.fresh = true;
  out.counted = taken_over == places_.end();
  if (owner == people_.end()) {
    owner = people_.try_emplace(j.user).first;
    out.appeared = member{j.user, j.name, j.as};
  }
  owner->second.name = j.name;
  owner->second.as = j.as;
  owner->second.sessions.push_back(j.session);
  places_.emplace(j.session, place{owner, j.device, std::nullopt});
  // After the new session is in, so that the user does not disappear in between.
  if (!out.counted) remove(taken_over);
  return out;
}

roster::departure roster::leave(const session_id& session) {
  auto at = places_.find(session);
  if (at == places_.end()) return {};
  return {true, remove(at)};
}

roster::departure roster::drop(const session_id& session, steady_time until) {
  auto at = places_.find(session);
  if (at == places_.end() || at->second.held_until) return {};
  if (twin(at->second.owner->second, session, at->second.device, false) != places_.end()) return leave(session);
  at->second.held_until = until;
  held_.emplace(until, session);
  return {};
}

std::pair<std::vector<user_id>, bool> roster::expire(steady_time now) {
  std::pair<std::vector<user_id>, bool> out{{}, false};
  while (!held_.empty() && held_.begin()->first <= now) {
    auto gone = remove(places_.find(held_.begin()->second));
    if (gone) out.first.push_back(std::move(*gone));
    out.second = true;
  }
  return out;
}

std::optional<steady_time> roster::next_expiry() const {
  if (held_.empty()) return std::nullopt;
  return held_.begin()->first;
}

std::optional<role> roster::role_of(const user_id& user) const {
  const auto at = people_.find(user);
  return at == people_.end() ? std::nullopt : std::optional(at->second.as);
}

std::vector<device_id> roster::devices_of(const user_id& user) const {
  std::vector<device_id> out;
  const auto at = people_.find(user);
  if (at == people_.end()) return out;
  for (const auto& session : at->second.sessions) {
    const auto& device = places_.at(session).device;
    if (std::ranges::find(out, device) == out.end()) out.push_back(device);
  }
  return out;
}

std::vector<session_id> roster::sessions_of(const user_id& user, const std::vector<device_id>& devices) const {
  std::vector<session_id> out;
  if (devices.empty()) {
    const auto at = people_.find(user);
    return at == people_.end() ? out : at->second.sessions;
  }
  for (const auto& [session, p] : places_) {
    if (p.owner->first == user || std::ranges::find(devices, p.device) != devices.end()) out.push_back(session);
  }
  std::ranges::sort(out);
  return out;
}

members roster::list(const std::string& after, std::uint32_t limit) const {
  members out;
  out.count = count();
  if (limit == 0) return out;
  auto at = people_.upper_bound(user_id{after});
  for (; at != people_.end() && out.page.size() < limit; ++at) {
    out.page.push_back({at->first, at->second.name, at->second.as});
  }
  if (at != people_.end()) out.next = out.page.back().user.str();
  return out;
}

roster::places::iterator roster::twin(const person& who, const session_id& self, const device_id& device, bool held) {
  for (const auto& session : who.sessions) {
    if (session == self) continue;
    auto at = places_.find(session);
    if (at->second.device == device && at->second.held_until.has_value() == held) return at;
  }
  return places_.end();
}

std::optional<user_id> roster::remove(places::iterator at) {
  auto owner = at->second.owner;
  if (at->second.held_until) held_.erase({*at->second.held_until, at->first});
  std::erase(owner->second.sessions, at->first);
  places_.erase(at);
  if (!owner->second.sessions.empty()) return std::nullopt;
  auto gone = owner->first;
  people_.erase(owner);
  return gone;
}

}  // namespace lightstick::actors::room
