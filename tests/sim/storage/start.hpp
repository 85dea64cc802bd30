#pragma once

#include <memory>

#include "storage/store.hpp"
#include "tests/sim/disk/engine.hpp"
#include "tests/sim/machine.hpp"
#include "tests/sim/run.hpp"

namespace lightstick::sim {

/// A store, and the engine below it, which lives as long.
struct started_store {
  std::unique_ptr<storage::store> store;
  sim::engine* disk = nullptr;
};

/// What a process does that starts on the machine's disk: opens it, makes the store's identity from the seed when there
/// is none, opens the store without a thread. REQUIRES: `registry` outlives the store. Errors: disk_full, io_failed,
/// corrupt.
[[nodiscard]] result<started_store> start_store(machine& on, storage::options o, metrics& registry,
                                                breakage broken = breakage::none);

/// Lets the scheduler make the steps of a store's committer, as slowly as the disk is. REQUIRES: what it is given outlives
/// it.
class committer_source final : public scheduler::source {
 public:
  committer_source(machine& on, storage::store& of) : on_(on), store_(of) { on_.loop.add(*this); }
  ~committer_source() override { on_.loop.remove(*this); }
  committer_source(const committer_source&) = delete;
  committer_source& operator=(const committer_source&) = delete;

  [[nodiscard]] std::string_view name() const noexcept override { return "committer"; }
  [[nodiscard]] std::optional<steady_time> due() const override;
  void run() override { (void)store_.pump(); }

 private:
  machine& on_;
  storage::store& store_;
};

}  // namespace lightstick::sim
