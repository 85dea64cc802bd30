#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/metrics.hpp"
#include "runtime/logic.hpp"

namespace lightstick::runtime {

/// How the actors of one kind live.
struct kind_options {
  std::string name{};
  bool durable = false;             ///< has a journal; activated on demand
  std::uint32_t mailbox_max = 1024; ///< commands accepted and not yet answered for; beyond it `tell` is overloaded
  std::uint32_t asks_max = 256;     ///< open asks of one actor
  std::chrono::milliseconds idle_after{std::chrono::minutes{2}};  ///< passivated when `passive()` for this long
  std::uint32_t snapshot_every = 256;                             ///< events between snapshots
  /// Durable kinds: makes the logic of a fresh activation. Called on any thread.
  std::function<std::unique_ptr<logic>(const actor_id&)> make{};
};

struct system_options {
  std::uint32_t threads = 2;          ///< scheduler threads
  std::uint32_t max_throughput = 64;  ///< messages one actor handles before it yields its thread
  std::uint32_t actors_max = 250'000; ///< activations on this node; beyond it new ones are overloaded
};

enum class activation_phase : std::uint8_t { recovering, active, quarantined, stopping };
[[nodiscard]] std::string_view to_string(activation_phase p) noexcept;

/// A line of `admin actors`.
struct actor_info {
  actor_id id;
  lightstick::partition partition;
  bool durable = false;
  std::uint32_t mailbox = 0;
  std::uint32_t mailbox_high = 0;
  std::uint64_t handled = 0;
  std::chrono::milliseconds age{0};
  std::chrono::milliseconds idle{0};
};

/// What `admin inspect` shows.
struct actor_report {
  actor_info info;
  activation_phase phase = activation_phase::active;
  lightstick::epoch epoch;
  sequence journal_at;          ///< last committed sequence
  std::uint32_t uncommitted = 0;  ///< commits under way
  std::uint32_t restarts = 0;
  std::string last_error;
  inspection state;
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
  /// error when this returns one. Errors: overloaded, not_found, retryable (stopping).
  virtual result<void> tell(const actor_id& to, message_ptr m, reply r = {}) = 0;

  /// Starts a volatile actor with its own logic. Errors: invalid (the id is taken), overloaded, retryable.
  virtual result<void> spawn(const actor_id& id, std::unique_ptr<logic> behaviour) = 0;

  /// The actors of one kind (all kinds when empty), fullest mailbox first, at most `rows_max`.
  [[nodiscard]] virtual std::vector<actor_info> list(std::string_view kind, std::size_t rows_max) const = 0;
  [[nodiscard]] virtual std::size_t count(std::string_view kind) const = 0;

  /// Asks an active actor about itself, ahead of its queue. `done` runs on any thread. Errors: not_found when it
  /// is not active here (it is not activated for this).
  virtual void inspect(const actor_id& id, unique_function<void(result<actor_report>)> done) = 0;

  /// Refuses new messages, lets commits under way end (at most `limit`), ends all actors and threads. Idempotent.
  virtual void stop(std::chrono::milliseconds limit) = 0;
};

}  // namespace lightstick::runtime
