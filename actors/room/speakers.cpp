#include "actors/room/speakers.hpp"

namespace lightstick::actors::room {

void speakers::note(const user_id& user, const last_words& said) {
  auto [at, fresh] = by_user_.try_emplace(user, said);
  if (!fresh) {
    by_age_.erase(at->second.off);
    at->second = said;
  }
  by_age_.emplace_hint(by_age_.end(), said.off, user);
  if (by_user_.size() > speakers_max) drop_oldest();
}

const speakers::last_words* speakers::find(const user_id& user) const {
  const auto at = by_user_.find(user);
  return at == by_user_.end() ? nullptr : &at->second;
}

void speakers::forget_before(wall_ms ts) {
  while (!by_age_.empty() && by_user_.at(by_age_.begin()->second).ts < ts) drop_oldest();
}

void speakers::drop_oldest() {
  by_user_.erase(by_age_.begin()->second);
  by_age_.erase(by_age_.begin());
}

void speakers::clear() {
  by_user_ = {};
  by_age_.clear();
}

}  // namespace lightstick::actors::room
