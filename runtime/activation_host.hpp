#pragma once

#include <chrono>
#include <cstdint>

#include "runtime/base/metrics.hpp"
#include "runtime/cell.hpp"
#include "runtime/durable_log.hpp"
#include "runtime/system.hpp"

namespace lightstick::runtime {

/// What an activation needs of its node. Thread: any.
class activation_host {
 public:
  virtual ~activation_host() = default;
  /// `now`: as the actor's run last saw it; asking the clock for each message is a fifth of what it costs.
  virtual result<void> route(const actor_id& to, message_ptr m, reply r, const call_options& how, steady_time now) = 0;
  /// Posts `activation::tick` to `who` at `when` (or soon after).
  virtual void wake(const cell_ptr& who, steady_time when) = 0;
  /// Takes the actor off the node if no command waits for it; then releases its journal. The activation ends. `why` has
  /// static storage.
  [[nodiscard]] virtual bool retire(cell& who, const char* why) = 0;
  /// Ends the activation whatever waits for it.
  virtual void evict(cell& who) = 0;
  /// Reads the journal when it is this one's turn, and posts `on_recovered`.
  virtual void recover(cell& who, std::uint32_t generation) = 0;
  /// A command that has made its actor fail too often goes to the dead letters.
  virtual void set_aside(const cell& who, const envelope& e, const std::string& why) = 0;
  /// A reminder of the actor was committed.
  virtual void reminder_set(const cell& who, std::int64_t due_ms) = 0;
  /// Somebody taps the actor: one command that it has worked on.
  virtual void saw(cell& who, const tapped_command& what) = 0;

  /// This thread works for `who`, until `left`; `working`: in one call of it since then. So that a call that does not
  /// return is found.
  virtual void entered(cell& who) = 0;
  virtual void working(steady_time since) = 0;
  virtual void left() = 0;

  /// The estimate of an actor's memory has changed by this much.
  virtual void bytes_changed(std::int64_t by) = 0;

  [[nodiscard]] virtual durable_log& log() noexcept = 0;
  [[nodiscard]] virtual const clock_source& clock() const noexcept = 0;
  [[nodiscard]] virtual random_source& random() noexcept = 0;

  struct counters {
    counter* restarts;
    counter* quarantined;
    counter* commit_failures;
    counter* replayed;
    counter* expired;
    counter* cancelled;
    counter* dead_letters;
    counter* timers_refused;
  };
  [[nodiscard]] virtual const counters& count() const noexcept = 0;
};

}  // namespace lightstick::runtime
