#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "runtime/system.hpp"
#include "tests/sim/machine.hpp"

/// Actors that do nothing but ask others and set timers, and what of it is open: the contract of `asker/<name>`.
namespace lightstick::sim::asker {

inline constexpr const char* kind = "asker";
inline constexpr std::uint32_t asks_max = 6;    ///< open ones; beyond it overloaded
inline constexpr std::uint32_t timers_max = 4;  ///< beyond it refused
/// An answer, a timer, or what is said instead of an answer comes so late at most.
inline constexpr std::chrono::milliseconds slack{200};

/// To ask some, cancel some and set some timers.
struct act {};

/// What all askers wait for. Each thing that is noted here ends once, and in time; or is cancelled, and never ends; or its
/// actor is gone. Outlives them. Checks throw violation, in `check`.
class ledger {
 public:
  explicit ledger(machine& on) : on_(on) {}
  ledger(const ledger&) = delete;
  ledger& operator=(const ledger&) = delete;

  /// Something that has to end at `due`, or before it when `early` is allowed. Gives its number.
  [[nodiscard]] std::uint64_t begins(std::uint64_t owner, steady_time due, bool early, std::string what);
  void ends(std::uint64_t number);
  void cancelled(std::uint64_t number) { open_.erase(number); }
  /// The actor is gone: nothing that it waits for will come.
  void gone(std::uint64_t owner);
  /// Kept for `check`, because an exception would only end an actor.
  void found(std::string what);

  /// To be called after every step: throws violation for what was found, and for what is overdue.
  void check();
  [[nodiscard]] std::uint64_t ended() const noexcept { return ended_; }
  [[nodiscard]] std::uint64_t new_owner() noexcept { return ++owners_; }
  [[nodiscard]] machine& on() noexcept { return on_; }

 private:
  struct thing {
    std::uint64_t owner = 0;
    steady_time due;
    bool early = false;
    std::string what;
  };
  machine& on_;
  std::map<std::uint64_t, thing> open_;
  std::multimap<steady_time, std::uint64_t> by_due_;  ///< not yet overdue; with some that have ended
  std::string found_;
  std::uint64_t numbers_ = 0;
  std::uint64_t owners_ = 0;
  std::uint64_t ended_ = 0;
};

/// `timers`: as many as an actor may have; that it is promised `timers_max` does not change.
void register_kind(runtime::system& sys, std::uint32_t timers);

/// Asks actors of these names: rooms and bells.
struct neighbours {
  std::size_t rooms = 0;
  std::size_t bells = 0;
};
/// Errors: as system::spawn. REQUIRES: the ledger outlives it.
[[nodiscard]] result<void> start(runtime::system& sys, const std::string& name, ledger& in, neighbours whom);

}  // namespace lightstick::sim::asker
