#pragma once

#include <iosfwd>

#include "tests/sim/disk/disk.hpp"
#include "tests/sim/scheduler.hpp"

namespace lightstick::sim {

/// What a world runs on: one seed, and all that takes chance from it. What is below is made first.
class machine {
  seeded_random random_;

 public:
  /// With `lines` the trace is written there, line by line.
  explicit machine(std::uint64_t seed, std::ostream* lines = nullptr) : random_(seed), notes(clock, lines) {}
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  dice chance{random_};
  virtual_clock clock;
  trace notes;
  disk file{chance, clock, notes};
  scheduler loop{chance, clock, notes};
};

}  // namespace lightstick::sim
