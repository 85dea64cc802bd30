#pragma once

#include <memory>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "runtime/cell.hpp"

/// Where the runtime touches CAF: one CAF actor a cell, which is sent one signal when there is something to do.
/// Included by caf_*.cpp only.
namespace lightstick::runtime {

/// The CAF actor holds the cell and the cell the actor; the end of the actor breaks the ring.
class caf_cell final : public cell {
 public:
  using cell::cell;
  /// REQUIRES: the system outlives the actor.
  void spawn_in(caf::actor_system& system, std::uint32_t commands_max);
  /// Ends the CAF actor, whatever it does.
  void kill();

 private:
  void ready() override;

  caf::actor handle_;  ///< set before the cell is shared
};

}  // namespace lightstick::runtime
