#include "actors/room/announcements.hpp"

#include <utility>

namespace lightstick::actors::room {

void announcements::joined(const member& who, std::uint32_t sessions) {
  pending_ = true;
  if (sessions > announce_max_ || left_.erase(who.user) > 0) return;
  if (names() < names_max) joined_.insert_or_assign(who.user, who);
}

void announcements::left(const user_id& who, std::uint32_t sessions) {
  pending_ = true;
  if (joined_.erase(who) > 0 || sessions > announce_max_) return;
  if (names() < names_max) left_.insert(who);
}

std::optional<steady_time> announcements::due(std::uint32_t sessions) const {
  if (!pending_) return std::nullopt;
  if (!last_) return steady_time::min();
  if (urgent_ || sessions <= announce_max_) return *last_ + small_every;
  if (lively_) return *last_ + large_every;
  return *last_ + large_every * (1 + sessions / large_step);
}

std::shared_ptr<const room_change> announcements::take(const room_id& room, const room_status& now_is,
                                                       steady_time now) {
  auto when = due(now_is.occupancy);
  if (!when || *when > now) return nullptr;
  auto out = std::make_shared<room_change>();
  out->room = room;
  out->status = now_is;
  if (now_is.occupancy <= announce_max_) {
    for (auto& [id, who] : joined_) out->joined.push_back(std::move(who));
    out->left.assign(left_.begin(), left_.end());
  }
  joined_.clear();
  left_.clear();
  pending_ = urgent_ = lively_ = false;
  if (told_ == now_is && out->joined.empty() && out->left.empty()) return nullptr;
  told_ = now_is;
  last_ = now;
  return out;
}

}  // namespace lightstick::actors::room
