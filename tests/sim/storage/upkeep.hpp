#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/store.hpp"

namespace lightstick::sim {

/// What an append changes beside its events.
struct upkeep {
  std::vector<storage::reminder_write> reminders{};
  std::uint64_t floor = 0;  ///< rows of history before this place are gone; 0: as it was

  [[nodiscard]] bool empty() const noexcept { return reminders.empty() && floor == 0; }
};

/// What such changes add up to.
struct upkeep_state {
  std::map<std::string, storage::reminder> reminders{};  ///< by name
  std::uint64_t floor = 0;

  void apply(const upkeep& u);
};

/// The changes of one log, by the place of the last event of their append. Pure.
class upkeep_model {
 public:
  void accepted(std::uint64_t at, upkeep u);
  /// Another append took the place of what followed `at`.
  void forget_after(std::uint64_t at) { changes_.erase(changes_.upper_bound(at), changes_.end()); }
  /// What all up to `at` add up to.
  [[nodiscard]] upkeep_state until(std::uint64_t at) const;

 private:
  std::map<std::uint64_t, upkeep> changes_;
};

}  // namespace lightstick::sim
