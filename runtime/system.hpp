#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/metrics.hpp"
#include "runtime/kind_options.hpp"
#include "runtime/logic.hpp"

namespace lightstick::runtime {

struct system_options {
  std::uint32_t threads = 2;            ///< scheduler threads
  std::uint32_t max_throughput = 64;    ///< commands one actor handles before it yields its thread, within 2 ms
  std::uint32_t actors_max = 250'000;   ///< active on this node; new ones are overloaded beyond it
  std::uint64_t memory_bytes = 1U << 30U;  ///< of all actors, estimated; idle ones go before it is reached
  std::uint32_t recoveries_max = 64;  ///< activations that read their journal at the same time; others wait in order
};

/// What goes with a command.
struct call_options {
  steady_time deadline{steady_time::max()};  ///< not begun after it; max: the kind's own limit
  trace_id trace{};  ///< 0: a new one
  cancel_flag cancelled{};  ///< null: cannot be
};

enum class activation_phase : std::uint8_t { recovering, active, quarantined, stopping };
[[nodiscard]] std::string_view to_string(activation_phase p) noexcept;

/// Why an actor became active.
enum class activation_cause : std::uint8_t { command, spawned };
[[nodiscard]] std::string_view to_string(activation_cause c) noexcept;

/// A line of `admin actors`.
struct actor_info {
  actor_id id;
  lightstick::partition partition;
  bool durable = false;
  activation_phase phase = activation_phase::active;
  std::uint32_t mailbox = 0;
  std::uint32_t mailbox_high = 0;
  std::uint32_t mailbox_max = 0;
  std::uint64_t handled = 0;
  std::uint64_t events = 0;
  double commands_per_s = 0;  ///< over the last 10 to 20 s
  double events_per_s = 0;
  std::chrono::microseconds handler_p50{0};
  std::chrono::microseconds handler_p99{0};
  std::uint64_t memory_bytes = 0;  ///< estimated
  std::chrono::milliseconds age{0};
  std::chrono::milliseconds idle{0};
};

enum class actor_order : std::uint8_t { mailbox, rate, memory, latency };
/// "rate" -> actor_order::rate. Errors: invalid, naming the choices.
[[nodiscard]] result<actor_order> parse_actor_order(std::string_view name);

struct noted_error {
  wall_ms when;
  std::string what;
};

/// What `admin inspect` shows.
struct actor_report {
  actor_info info;
  activation_phase phase = activation_phase::active;
  lightstick::epoch epoch;
  sequence journal_at;  ///< last committed sequence
  std::uint32_t uncommitted = 0;  ///< commits under way
  std::uint32_t restarts = 0;
  std::uint32_t open_asks = 0;
  std::uint32_t timers = 0;
  std::vector<reminder> reminders;
  std::vector<noted_error> errors;  ///< the last few, the latest last
  inspection state;
};

/// What `admin why` shows of this node's own knowledge.
struct actor_history {
  bool active = false;
  activation_cause cause = activation_cause::command;
  std::string cause_detail;  ///< the command's name
  trace_id trace;  ///< of that command
  wall_ms since;  ///< active since, or taken off at; 0 = not known
  std::string why_gone;  ///< of one that is not active; empty = not known
};

/// One command that a tapped actor has worked on.
struct tapped_command {
  wall_ms when;
  trace_id trace;
  std::string what;  ///< as the kind describes it; without what people wrote
  std::chrono::microseconds waited{0};
  std::chrono::microseconds took{0};
  bool dropped = false;  ///< expired, cancelled, or the actor is quarantined
  bool failed = false;  ///< it made the actor fail
};

struct tap_options {
  std::uint32_t one_in = 1;  ///< samples: every so many-th command
  std::uint32_t commands_max = 100;  ///< the tap ends by itself after so many
};

/// A tap ends when this goes. Thread: any.
class tap {
 public:
  virtual ~tap() = default;
  /// What was seen since the last call, at most 1,000, and whether the tap has had its fill. What nobody fetched in time is
  /// counted in `lost`.
  struct seen {
    std::vector<tapped_command> commands;
    std::uint64_t lost = 0;
    bool ended = false;
  };
  [[nodiscard]] virtual seen take() = 0;
};

/// An actor that has been in one call for too long.
struct slow_actor {
  actor_id id;
  std::chrono::milliseconds since{0};
};

/// An actor whose journal cannot be read now; it is tried again and again, and its commands wait until they expire.
struct unreadable_actor {
  actor_id id;
  std::chrono::milliseconds since{0};
  std::uint32_t tries = 0;  ///< in a row
  error why;  ///< of the last one
};

/// The virtual actors of one node. Thread: any, after `start`. Owns its threads; `stop` (or the destructor) ends them.
class system {
 public:
  /// REQUIRES: `log`, `clock` and `registry` outlive the system. `log` may be null when no kind is durable.
  [[nodiscard]] static result<std::unique_ptr<system>> start(system_options options, durable_log* log,
                                                             const clock_source& clock, metrics& registry);
  virtual ~system() = default;

  /// REQUIRES: before the first message to that kind.
  virtual void register_kind(kind_options options) = 0;

  /// Hands `m` to the actor, activating it when its kind is durable. `r` is answered by the actor, or with the
  /// error when this returns one. Errors: overloaded (with a hint when to come again), not_found, retryable (stopping).
  virtual result<void> tell(const actor_id& to, message_ptr m, reply r, const call_options& how) = 0;
  result<void> tell(const actor_id& to, message_ptr m, reply r = {}) {
    return tell(to, std::move(m), std::move(r), {});
  }

  /// Starts a volatile actor with its own logic. Errors: invalid (the id is taken), overloaded, retryable.
  virtual result<void> spawn(const actor_id& id, std::unique_ptr<logic> behaviour) = 0;

  // ---- for operators ----

  /// The actors of one kind (all kinds when empty), most of `order` first, at most `rows_max`.
  [[nodiscard]] virtual std::vector<actor_info> list(std::string_view kind, actor_order order,
                                                     std::size_t rows_max) const = 0;
  [[nodiscard]] virtual std::size_t count(std::string_view kind) const = 0;

  /// Asks an active actor about itself, ahead of its queue. `done` runs on any thread. Errors: not_found when it
  /// is not active here (it is not activated for this).
  virtual void inspect(const actor_id& id, unique_function<void(result<actor_report>)> done) = 0;
  /// Takes an actor off the node now. Errors: not_found, invalid (not durable), retryable (it is at work, or holds what
  /// is only in memory).
  virtual void passivate(const actor_id& id, unique_function<void(result<void>)> done) = 0;
  /// Throws an actor's state away and reads its journal again; ends a quarantine. Errors: not_found, invalid.
  virtual void restart(const actor_id& id, unique_function<void(result<void>)> done) = 0;
  [[nodiscard]] virtual actor_history history_of(const actor_id& id) const = 0;
  /// Watches the commands of one actor, active or not. Errors: overloaded (64 taps are open), invalid.
  [[nodiscard]] virtual result<std::unique_ptr<lightstick::runtime::tap>> tap(const actor_id& id, tap_options how) = 0;
  /// Actors that are in a call that has run for longer than their kind's `slow_after`.
  [[nodiscard]] virtual std::vector<slow_actor> slow() const = 0;
  /// Quarantined ones, at most `rows_max`.
  [[nodiscard]] virtual std::vector<actor_info> quarantined(std::size_t rows_max) const = 0;

  /// Those that begin to recover again and again, at most `rows_max`.
  [[nodiscard]] virtual std::vector<unreadable_actor> unreadable(std::size_t rows_max) const = 0;

  /// Refuses new messages, lets commits under way end (at most `limit`), ends all actors and threads. Idempotent.
  virtual void stop(std::chrono::milliseconds limit) = 0;
};

}  // namespace lightstick::runtime
