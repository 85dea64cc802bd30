#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/base/random.hpp"
#include "runtime/durable_log.hpp"
#include "runtime/message.hpp"

namespace lightstick::runtime {

class context;

/// What happens after something asynchronous, back on the actor.
using continuation = unique_function<void(context&)>;

/// What one command wants to make durable, all of it or nothing.
struct changes {
  std::vector<std::string> events{};  ///< an empty one only gives rows their place and is not replayed
  std::vector<row_write> rows{};    ///< only with an event
  std::vector<reminder_write> reminders{};  ///< one name has one reminder; `was_due_ms` is filled in by the runtime
  std::optional<std::string>
      history_floor{};  ///< only with an event: history rows with smaller keys are gone from here on
  /// With an event: a snapshot goes into the same commit, and the events before it out of the journal (4,096 at a
  /// time), so that what these said is forgotten.
  bool snapshot_now = false;
};

using ask_id = std::uint64_t;    ///< of one activation; 0 = none
using timer_id = std::uint64_t;  ///< of one activation; 0 = none

/// Outcome of `context::persist`, given to its continuation.
using commit_outcome = result<void>;

/// What one activation may do. Valid only during the call that received it.
class context {
 public:
  virtual ~context() = default;
  [[nodiscard]] virtual const actor_id& self() const noexcept = 0;
  [[nodiscard]] virtual steady_time now() const noexcept = 0;
  [[nodiscard]] virtual wall_ms wall() const noexcept = 0;
  [[nodiscard]] virtual random_source& random() noexcept = 0;
  /// Of the command that this call belongs to. Goes with everything that the call sends.
  [[nodiscard]] virtual trace_id trace() const noexcept = 0;

  /// Sends without waiting. Errors: overloaded (the mailbox is full), not_found (a kind or an actor that does not
  /// exist and cannot be activated), retryable (stopping).
  virtual result<void> tell(const actor_id& to, message_ptr m) = 0;

  /// Sends and gets the answer back here, on this actor. The receiver does not begin what is not begun within `limit`.
  /// No answer by then: errc::timed_out, the outcome is unknown; nothing is asked twice by itself. At most `asks_max`
  /// may be open; beyond that `done` gets errc::overloaded.
  virtual ask_id ask(const actor_id& to, message_ptr m, std::chrono::milliseconds limit,
                     unique_function<void(result<message_ptr>, context&)> done) = 0;
  /// `done` will not be called, and the receiver drops the command if it has not begun it. What has ended already or
  /// never was stays as it is.
  virtual void cancel_ask(ask_id which) = 0;

  /// Whether `persist` would be accepted now. To be asked before a command is applied: then a disk that is full or too
  /// slow refuses that command alone and everything else goes on. Errors: overloaded, retryable.
  [[nodiscard]] virtual result<void> may_persist() = 0;
  /// Whether these changes keep the bound on reminders; to be asked before a command that makes them is applied. Errors:
  /// overloaded.
  [[nodiscard]] virtual result<void> may_remind(const std::vector<reminder_write>& changes) = 0;

  /// Commits `what` and then calls `done`, in the order of the calls. The caller has applied the events to its own
  /// state already. With nothing in `what` it is a barrier: `done` runs when all earlier commits are durable (at
  /// once if none is under way). On failure the actor is recovered: its durable state is thrown away and read again
  /// (`reset`, `restore`, `replay`). The `done` of a commit that was refused gets the reason, and that of one that was
  /// under way errc::unavailable: it may have been committed.
  /// REQUIRES: a durable kind.
  /// An actor has at most `reminders_max` reminders; a change beyond that is refused with errc::overloaded, and, when it
  /// has events, recovers the actor, whose state is ahead of its journal then. So is an event or a snapshot of more than
  /// `record_bytes_max`, with errc::invalid: nothing of it is written, and what makes the state smaller still is.
  virtual void persist(changes what, unique_function<void(commit_outcome, context&)> done) = 0;

  /// In `on_reminder`, instead of `persist`: it cannot be dealt with. It is not forgotten for it: it comes again after a pause when
  /// `why` is retryable or overloaded, and is a dead letter otherwise. Nothing happens outside of `on_reminder`, or after
  /// a `persist`.
  virtual void refuse_reminder(error why) = 0;

  /// What this actor is to be reminded of, with every change persisted so far. Valid until the next `persist`.
  [[nodiscard]] virtual const std::vector<reminder>& reminders() const noexcept = 0;

  /// One page of this actor's own rows, as committed.
  virtual void read_rows(row_query query, unique_function<void(result<row_page>, context&)> done) = 0;

  /// One timer an actor: calls `on_timer` at the earliest asked-for time. Asking for a later time than the one
  /// that is set changes nothing. Timers never keep an actor alive.
  virtual void wake_at(steady_time when) = 0;

  /// Calls `what` once, at `when` or soon after, unless it is cancelled or the actor is restarted, passivated or ended
  /// before. At most `timers_max` may wait; 0 beyond that, and `what` is dropped.
  virtual timer_id at(steady_time when, continuation what) = 0;
  virtual void cancel_timer(timer_id which) = 0;

  /// Durable kinds: passivates after the current call, without waiting for `idle_after`, if nothing is under way,
  /// no command waits and the logic is `passive()`; otherwise nothing happens, and the next command may ask again.
  virtual void passivate() = 0;

  /// Ends this activation after the current call. A volatile actor is gone; a durable one may come back.
  virtual void stop() = 0;
};

/// A list of names and values that an operator reads: `{"last_offset", "45"}`.
using inspection = std::vector<std::pair<std::string, std::string>>;

/// The behaviour of one activation: the thin shell around pure state. All calls come one at a time, on any thread.
/// An exception thrown out of a call restarts the activation from its journal; a volatile actor ends.
class logic {
 public:
  virtual ~logic() = default;

  /// Durable kinds: forget the durable state; restore or replay follows.
  virtual void reset() {}
  /// Durable kinds: the state as `snapshot` gave it. Errors: corrupt.
  [[nodiscard]] virtual result<void> restore(std::string_view /*snapshot*/) { return {}; }
  /// Durable kinds: apply one committed event. Errors: corrupt.
  [[nodiscard]] virtual result<void> replay(std::string_view /*event*/) { return {}; }
  /// Durable kinds: a mark that was still alive. Errors: corrupt.
  [[nodiscard]] virtual result<void> restore_mark(const row& /*mark*/) { return {}; }
  /// Durable kinds: the state with every event persisted so far.
  [[nodiscard]] virtual std::string snapshot() const { return {}; }

  /// Called once when the actor is ready, and again after each recovery.
  virtual void started(context& /*ctx*/) {}
  /// A durable kind leaves `m` as it is when it throws: the command is handed in again after the restart, and set aside
  /// when it has been the end of the actor three times. Not so when `persist` was called
  /// before: its outcome is then unknown, and only an idempotent command comes again. One whose `r` was answered or taken
  /// never does. `r` is taken by whoever answers later.
  virtual void handle(message& m, reply& r, context& ctx) = 0;
  virtual void on_timer(context& /*ctx*/) {}
  /// Durable kinds: a reminder is due. It comes at least once: `name` and `due_ms` together tell one from the next. It is forgotten in the same commit as the first `persist` of this call, or in one
  /// of its own; before that has happened it comes again after a crash.
  virtual void on_reminder(const reminder& /*which*/, context& /*ctx*/) {}
  /// Called after a run of `persist` continuations that one group commit made due, so that what they gathered
  /// (a batch for the fan-out) goes out once.
  virtual void settled(context& /*ctx*/) {}
  /// Volatile kinds: an exception ends the actor after this call. To tell others of it; nothing that is asked for here
  /// comes back, and what it throws is dropped.
  virtual void failed(context& /*ctx*/) {}
  /// True when nothing but memory would be lost by passivation.
  [[nodiscard]] virtual bool passive() const { return true; }
  /// For operators: never a token, nor what people wrote.
  [[nodiscard]] virtual inspection inspect() const { return {}; }
  /// Memory beyond the object itself, estimated in constant time. Bytes.
  [[nodiscard]] virtual std::size_t memory_bytes() const { return 0; }
};

}  // namespace lightstick::runtime
