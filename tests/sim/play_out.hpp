#pragma once

#include <string>
#include <utility>

#include "tests/sim/run.hpp"

namespace lightstick::sim {

/// A run of a world from its beginning to its end, or to the first violation.
template <class World>
[[nodiscard]] run_outcome play_out(const run_options& o) {
  World w(o);
  std::string what;
  try {
    w.play();
  } catch (const violation& v) {
    what = v.what();
  }
  auto out = w.outcome();
  out.violation = std::move(what);
  return out;
}

}  // namespace lightstick::sim
