#include "actors/room/moderation.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "actors/room/messages.hpp"

namespace lightstick::actors::room {

std::string_view to_string(act a) noexcept {
  constexpr std::array<std::string_view, 12> names{"delete",       "mute", "unmute", "ban",    "unban",    "slow",
                                                   "members_only", "pin",  "unpin",  "shadow", "unshadow", "filter"};
  return names.at(static_cast<std::size_t>(a));
}

bool moderation::valid() const {
  if (of_.withdrawals.size() > withdrawals_max || of_.modes.pins.size() > pins_max) return false;
  if (of_.modes.slow_ms > static_cast<std::uint64_t>(slow_max.count())) return false;
  if (of_.filters.words.size() > words_max || of_.settings.capacity > capacity_max) return false;
  std::set<std::pair<sanction_kind, user_id>> seen;
  std::array<std::size_t, 3> each{};
  for (const auto& s : of_.sanctions) {
    if (s.kind > sanction_kind::shadow || s.devices.size() > devices_max) return false;
    if (!seen.emplace(s.kind, s.user).second) return false;
    if (++each.at(static_cast<std::size_t>(s.kind)) > sanctions_max) return false;
  }
  std::set<user_id> users;
  return std::ranges::all_of(of_.withdrawals, [&](const withdrawal& w) { return users.insert(w.user).second; });
}

const sanction* moderation::find(sanction_kind how, const user_id& user, wall_ms now) const noexcept {
  const auto at =
      std::ranges::find_if(of_.sanctions, [&](const sanction& s) { return s.kind == how && s.user == user; });
  return at == of_.sanctions.end() || at->ended(now) ? nullptr : &*at;
}

const sanction* moderation::banned(const user_id& user, const device_id& device, wall_ms now) const noexcept {
  const auto at = std::ranges::find_if(of_.sanctions, [&](const sanction& s) {
    return s.kind == sanction_kind::ban && !s.ended(now) &&
           (s.user == user || std::ranges::find(s.devices, device) != s.devices.end());
  });
  return at == of_.sanctions.end() ? nullptr : &*at;
}

std::size_t moderation::count(sanction_kind how, wall_ms now) const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(of_.sanctions, [&](const sanction& s) { return s.kind == how && !s.ended(now); }));
}

bool moderation::pinned(offset off) const noexcept {
  return std::ranges::find(of_.modes.pins, off) != of_.modes.pins.end();
}

void moderation::add(sanction s) {
  lift(s.kind, s.user);
  std::erase_if(of_.sanctions, [now = s.ts](const sanction& each) { return each.ended(now); });
  of_.sanctions.push_back(std::move(s));
}

void moderation::lift(sanction_kind how, const user_id& user) {
  std::erase_if(of_.sanctions, [&](const sanction& s) { return s.kind == how && s.user == user; });
}

void moderation::add(const withdrawal& w) {
  const auto at = std::ranges::find(of_.withdrawals, w.user, &withdrawal::user);
  if (at == of_.withdrawals.end()) return of_.withdrawals.push_back(w);
  at->before = std::max(at->before, w.before);
}

void moderation::settle(const withdrawal& w) {
  std::erase_if(of_.withdrawals,
                [&](const withdrawal& each) { return each.user == w.user && each.before <= w.before; });
}

void moderation::pin(offset off) {
  if (!pinned(off)) of_.modes.pins.push_back(off);
}

void moderation::unpin(offset off) { std::erase(of_.modes.pins, off); }

void moderation::forget_author(const user_id& user) {
  for (auto& s : of_.sanctions) {
    if (s.by == user) s.by = {};
  }
}

bool moderation::names_author(const user_id& user) const noexcept {
  return std::ranges::find(of_.sanctions, user, &sanction::by) != of_.sanctions.end();
}

}  // namespace lightstick::actors::room
