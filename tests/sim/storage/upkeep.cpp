#include "tests/sim/storage/upkeep.hpp"

#include <algorithm>
#include <utility>

namespace lightstick::sim {

void upkeep_state::apply(const upkeep& u) {
  for (const auto& r : u.reminders) {
    if (r.due_ms) {
      reminders[r.name] = {r.name, *r.due_ms, r.payload};
    } else {
      reminders.erase(r.name);
    }
  }
  floor = std::max(floor, u.floor);
}

void upkeep_model::accepted(std::uint64_t at, upkeep u) {
  if (!u.empty()) changes_.insert_or_assign(at, std::move(u));
}

upkeep_state upkeep_model::until(std::uint64_t at) const {
  upkeep_state out;
  for (const auto& [place, change] : changes_) {
    if (place > at) break;
    out.apply(change);
  }
  return out;
}

}  // namespace lightstick::sim
