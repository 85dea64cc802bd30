#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "runtime/base/metrics.hpp"
#include "runtime/system.hpp"

namespace lightstick::runtime {

/// Who watches which actor's commands. Thread: any.
///
/// Bounds: `taps_max` taps; each keeps `kept_max` commands until they are fetched, and drops what comes then, counted; it
/// ends after `commands_max` of its own.
class taps : public std::enable_shared_from_this<taps> {
 public:
  static constexpr std::size_t taps_max = 64;
  static constexpr std::size_t kept_max = 1'000;

  explicit taps(metrics& registry);

  /// Errors: overloaded, invalid (a zero in `how`).
  [[nodiscard]] result<std::unique_ptr<tap>> open(const actor_id& id, tap_options how);
  [[nodiscard]] bool any() const noexcept { return open_.load(std::memory_order_relaxed) > 0; }
  [[nodiscard]] bool on(const actor_id& id) const;
  /// False when nobody taps it (any more).
  bool saw(const actor_id& id, const tapped_command& what);

 private:
  class one;
  struct state;
  void closed(const actor_id& id, const state* which);

  counter& lost_;
  std::atomic<std::size_t> open_{0};
  mutable std::mutex mutex_;
  std::unordered_map<actor_id, std::vector<std::shared_ptr<state>>> by_actor_;
};

}  // namespace lightstick::runtime
