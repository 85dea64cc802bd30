#pragma once

#include <chrono>
#include <cstdint>
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

/// Events and rows that one command wants to make durable.
struct changes {
  std::vector<std::string> events;
  std::vector<row_write> rows;
};

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

  /// Sends without waiting. Errors: overloaded (the mailbox is full), not_found (a kind or an actor that does not
  /// exist and cannot be activated), retryable (stopping).
  virtual result<void> tell(const actor_id& to, message_ptr m) = 0;

  /// Sends and gets the answer back here, on this actor. No answer within `limit`: errc::timed_out, the outcome
  /// is unknown. At most `asks_max` may be open; beyond that `done` gets errc::overloaded.
  virtual void ask(const actor_id& to, message_ptr m, std::chrono::milliseconds limit,
                   unique_function<void(result<message_ptr>, context&)> done) = 0;

  /// Whether `persist` would be accepted now. To be asked before a command is applied: then a disk that is full or too
  /// slow refuses that command alone and everything else goes on. Errors: overloaded, retryable.
  [[nodiscard]] virtual result<void> may_persist() = 0;

  /// Commits `what` and then calls `done`, in the order of the calls. The caller has applied the events to its own
  /// state already. With nothing in `what` it is a barrier: `done` runs when all earlier commits are durable (at
  /// once if none is under way). On failure the actor is recovered: its durable state is thrown away and read again
  /// (`reset`, `restore`, `replay`). The `done` of a commit that was refused gets the reason, and that of one that was
  /// under way errc::unavailable: it may have been committed.
  /// REQUIRES: a durable kind.
  virtual void persist(changes what, unique_function<void(commit_outcome, context&)> done) = 0;

  /// One page of this actor's own rows, as committed.
  virtual void read_rows(row_query query, unique_function<void(result<row_page>, context&)> done) = 0;

  /// One timer an actor: calls `on_timer` at the earliest asked-for time. Asking for a later time than the one
  /// that is set changes nothing. Timers never keep an actor alive.
  virtual void wake_at(steady_time when) = 0;

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
  virtual void handle(message_ptr m, reply r, context& ctx) = 0;
  virtual void on_timer(context& /*ctx*/) {}
  /// Called after a run of `persist` continuations that one group commit made due, so that what they gathered
  /// (a batch for the fan-out) goes out once.
  virtual void settled(context& /*ctx*/) {}
  /// Volatile kinds: an exception ends the actor after this call. To tell others of it; nothing that is asked for here
  /// comes back, and what it throws is dropped.
  virtual void failed(context& /*ctx*/) {}
  /// True when nothing but memory would be lost by passivation.
  [[nodiscard]] virtual bool passive() const { return true; }
  [[nodiscard]] virtual inspection inspect() const { return {}; }
};

}  // namespace lightstick::runtime
