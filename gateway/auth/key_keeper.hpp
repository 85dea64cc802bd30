#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gateway/auth/key_ring.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/metrics.hpp"

namespace lightstick::gateway::auth {

/// What one look at a key set brought.
struct looked {
  std::optional<key_set> keys;  ///< nothing: as before
  std::optional<std::chrono::seconds> max_age;  ///< how long its publisher lets it be kept
};
using key_look = std::function<result<looked>()>;

struct key_times {
  std::chrono::milliseconds interval{30'000};  ///< the shortest time between two looks
  std::chrono::milliseconds refresh{900'000};  ///< the longest; not below `interval`
};

/// Keeps a key ring at what is published: looks when the keys are old, when a token names a key that is not here, and when
/// it is told to. A look that fails leaves the keys in force; the log says why, once for each reason.
///
/// Thread: `turn` from one thread at a time, it waits for the look; all else from any.
/// Bounds: one look in `interval`, but for those that an operator asks for; `names_max` names of keys remembered: at the
/// bound a token is told to come back and its key's name is forgotten.
class key_keeper {
 public:
  static constexpr std::size_t names_max = 256;

  /// `where`: for the log. `clock` and `registry` outlive this.
  key_keeper(std::string where, key_times times, key_look look, const clock_source& clock, metrics& registry);
  /// The ring stays as it is.
  ~key_keeper();
  key_keeper(const key_keeper&) = delete;
  key_keeper& operator=(const key_keeper&) = delete;

  [[nodiscard]] const std::shared_ptr<key_ring>& ring() const noexcept { return ring_; }
  /// Called on any thread when a look is due at once. Set before the first token.
  void wake_by(std::function<void()> wake) { wake_ = std::move(wake); }

  /// Looks, when it is time or `anyway`. Errors: of the look; they are told already.
  result<void> turn(bool anyway = false);

 private:
  struct name {
    std::string kid;
    steady_time since;
  };
  [[nodiscard]] std::optional<std::chrono::milliseconds> asked_for(std::string_view kid);
  [[nodiscard]] steady_time due() const;
  void take(std::vector<std::string> asked, const looked& found);
  void tell_failure(const error& why);

  const std::string where_;
  const key_times times_;
  const key_look look_;
  const clock_source& clock_;
  const std::shared_ptr<key_ring> ring_;
  std::function<void()> wake_;
  gauge& known_;
  gauge& failing_;
  counter& looks_;
  counter& failures_;
  counter& waits_;

  std::mutex mutex_;
  steady_time last_;
  steady_time next_;
  std::vector<std::string> asked_;  ///< keys that are not here, since the last look began
  std::vector<name> absent_;  ///< keys that the last looks did not bring; forgotten after `interval`
  std::string last_failure_;
};

}  // namespace lightstick::gateway::auth
