#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/base/metrics.hpp"
#include "runtime/cell.hpp"
#include "runtime/durable_log.hpp"

namespace lightstick::runtime {

/// Lets so many actors read their journal at the same time; the others wait in order. A storm of activations then takes
/// turns with the commands of actors that are active already. Thread: any. Held by shared pointers, because reads may
/// end after the node's actors have gone.
///
/// Bound: an active actor waits here once at most.
class recovery_gate : public std::enable_shared_from_this<recovery_gate> {
 public:
  /// REQUIRES: `log` and `clock` outlive the reads; `log` is null when nobody enters.
  recovery_gate(std::uint32_t at_once, durable_log* log, const clock_source& clock, metrics& registry);

  /// Reads the journal of `who` when it is its turn, and posts `activation::on_recovered`.
  void enter(const cell_ptr& who, std::uint32_t generation);
  /// Actors whose journal could not be read again and again, and is tried again; at most `rows_max`.
  [[nodiscard]] std::vector<unreadable_actor> unreadable(std::size_t rows_max) const;

 private:
  struct waiting {
    weak_cell who;
    std::uint32_t generation = 0;
  };
  void admit();
  void read(const cell_ptr& who, std::uint32_t generation);
  void left();
  struct failing {
    steady_time since;
    std::uint32_t tries = 0;
    error why;
  };
  void note(const actor_id& who, const result<recovered_log>& read);

  const std::uint32_t at_once_;
  durable_log* log_;
  gauge& waiting_now_;
  gauge& unreadable_now_;
  const clock_source& clock_;
  mutable std::mutex mutex_;
  std::map<actor_id, failing> unreadable_;  ///< each is active
  std::deque<waiting> queue_;
  std::uint32_t inside_ = 0;
  bool admitting_ = false;
};

}  // namespace lightstick::runtime
