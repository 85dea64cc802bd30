#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "tests/sim/run.hpp"

namespace lightstick::sim {

/// Many seeds, one after the other or some at a time.
struct campaign {
  std::uint64_t first = 1;
  std::uint64_t seeds = 2000;
  std::uint32_t jobs = 0;  ///< threads; 0: one a core
  run_options each;        ///< but for the seed
};

/// What came out of it.
struct campaign_outcome {
  std::uint64_t seeds = 0;
  std::uint64_t violations = 0;
  double seconds = 0;
  run_outcome sums;  ///< of all runs; of the traces the exclusive or, which no order of the runs changes
};

/// A violation as it is found, with the seed that shows it. Called from any of the threads, one call at a time.
using on_violation = std::function<void(std::uint64_t seed, const run_outcome&)>;
/// Now and then, as on_violation.
using on_progress = std::function<void(std::uint64_t done, std::uint64_t violations)>;

[[nodiscard]] campaign_outcome run_campaign(const campaign& c, const on_violation& found, const on_progress& progress);

/// The one command that shows a run again.
[[nodiscard]] std::string replay_command(const run_options& o);

/// The program `sim`: reads its options, runs the campaign, prints. Gives 0 without violations, 1 with some, 2 for wrong
/// options.
[[nodiscard]] int run_program(int argc, const char* const* argv);

}  // namespace lightstick::sim
