#pragma once

#include <atomic>
#include <memory>

#include <caf/actor_system.hpp>

#include "runtime/cell.hpp"

/// Where the runtime touches CAF: a cell that has something to do takes one turn on CAF's scheduler.
/// Included by caf_*.cpp only.
namespace lightstick::runtime {

/// A cell that CAF's threads run. It is no CAF actor: between its turns CAF knows nothing of it (docs/adr/0011).
/// A turn keeps the cell alive; the mailbox sees to it that there is one at a time.
class caf_cell final : public cell {
 public:
  /// REQUIRES: `system` outlives every turn.
  caf_cell(actor_id id_, const kind_options& kind_, caf::actor_system& system, std::uint32_t commands_max)
      : cell(std::move(id_), kind_), system_(system), commands_max_(commands_max) {}

  /// What waits is dropped, and nothing comes any more; a call that runs now is the last.
  void kill();

 private:
  class turn;
  void ready() override;

  caf::actor_system& system_;
  const std::uint32_t commands_max_;
  std::atomic<bool> killed_{false};
};

}  // namespace lightstick::runtime
