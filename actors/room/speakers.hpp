#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"

namespace lightstick::actors::room {

/// Who said something lately, and what last. Pure, not durable: after a restart it knows what is replayed. Not
/// thread-safe.
/// Bound: `speakers_max` users; beyond it the one who has been silent for longest may speak as if for the first time.
class speakers {
 public:
  static constexpr std::size_t speakers_max = 16'384;
  struct last_words {
    offset off;
    wall_ms ts;
    std::uint64_t digest = 0;
  };

  /// REQUIRES: `said.off` is beyond all before.
  void note(const user_id& user, const last_words& said);
  /// Null when not known.
  [[nodiscard]] const last_words* find(const user_id& user) const;
  /// Those who have said nothing since go.
  void forget_before(wall_ms ts);
  void clear();
  [[nodiscard]] std::size_t size() const noexcept { return by_user_.size(); }

 private:
  void drop_oldest();

  std::unordered_map<user_id, last_words> by_user_;
  std::map<offset, user_id> by_age_;
};

}  // namespace lightstick::actors::room
