#include "actors/room/typists.hpp"

#include <algorithm>

namespace lightstick::actors::room {

bool typists::types(const member& who, std::uint32_t sessions, steady_time now) {
  expire(now);
  if (sessions >= sessions_max) return false;
  const auto known = by_user_.find(who.user);
  if (known != by_user_.end()) {
    known->second.second = now + shown_for;
    return true;
  }
  if (by_user_.size() >= typists_max) return false;
  by_user_.emplace(who.user, std::pair{who, now + shown_for});
  changed_ = true;
  return true;
}

void typists::ends(const user_id& who) { changed_ = by_user_.erase(who) > 0 || changed_; }

std::optional<steady_time> typists::due() const {
  auto when = changed_ ? std::optional(told_ ? *told_ + tell_every : steady_time::min()) : std::nullopt;
  for (const auto& [id, each] : by_user_) when = when ? std::min(*when, each.second) : each.second;
  return when;
}

std::optional<std::vector<member>> typists::take(std::uint32_t sessions, steady_time now) {
  expire(now);
  if (sessions >= sessions_max && !by_user_.empty()) {
    by_user_.clear();
    changed_ = true;
  }
  if (!changed_ || (told_ && now < *told_ + tell_every)) return std::nullopt;
  changed_ = false;
  told_ = now;
  std::vector<member> out;
  out.reserve(by_user_.size());
  for (const auto& [id, each] : by_user_) out.push_back(each.first);
  return out;
}

void typists::expire(steady_time now) {
  changed_ = std::erase_if(by_user_, [&](const auto& each) { return each.second.second <= now; }) > 0 || changed_;
}

}  // namespace lightstick::actors::room
