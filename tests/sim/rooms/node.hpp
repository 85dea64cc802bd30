#pragma once

#include <memory>

#include "tests/sim/cluster/lower_half.hpp"
#include "tests/sim/rooms/actors.hpp"
#include "tests/sim/rooms/gate.hpp"
#include "tests/sim/rooms/troubles.hpp"
#include "tests/sim/run.hpp"

namespace lightstick::sim {

/// One life of a node's process, from the disk to the edge. Destroying it is its death.
class node {
 public:
  /// REQUIRES: machine and frailty outlive it. Errors: disk_full, io_failed, corrupt.
  [[nodiscard]] static result<std::unique_ptr<node>> start(machine& on, const room_troubles& with, breakage broken,
                                                           frailty& how);
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  [[nodiscard]] gate& door() noexcept { return *gate_; }
  [[nodiscard]] scheduled_actors& actors() noexcept { return *actors_; }
  [[nodiscard]] storage::store& store() noexcept { return lower_->store(); }

  /// Throws violation when a bound is not kept. To be called after every step.
  void check() const;
  /// As RocksDB does when it likes. False when the disk failed.
  bool compact();
  /// An operator looks after actors that failed too often.
  void end_quarantines();
  /// What there is left to do; empty: nothing.
  [[nodiscard]] std::string busy() const;
  /// Asks an actor about itself; what it says is compared with what the disk says. Throws violation out of a later step.
  void compare_with_disk(const actor_id& id);

  /// What the disk says an actor is; null when it has never written, or the disk does not say.
  [[nodiscard]] std::unique_ptr<runtime::logic> read_back(const actor_id& id, sequence* last = nullptr);

  std::uint64_t compared = 0;

 private:
  node(machine& on, const room_troubles& with, breakage broken, frailty& how);
  void compare(const actor_id& id, const runtime::actor_report& report);

  machine& on_;
  const room_troubles& with_;
  frailty& frailty_;
  std::unique_ptr<metrics> registry_ = std::make_unique<metrics>();
  std::unique_ptr<lower_half> lower_;
  std::unique_ptr<gate> gate_;
  std::unique_ptr<scheduled_actors> actors_;
  std::map<std::string, std::uint32_t> promised_;
  const gauge* appends_wait_ = nullptr;
};

}  // namespace lightstick::sim
