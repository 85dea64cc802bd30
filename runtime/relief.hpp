#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "runtime/cell.hpp"

namespace lightstick::runtime {

/// Which idle actors make room for others: those that were used least recently first, and among those of about the same
/// idleness (by powers of two of a second) the largest. Pure.
class relief {
 public:
  struct candidate {
    cell_ptr who;
    std::chrono::nanoseconds idle;
    std::uint32_t bytes = 0;
  };
  /// What has to go, at least one of them.
  struct need {
    std::size_t actors = 0;
    std::uint64_t bytes = 0;
  };
  /// At most `chosen_max`, the first to go first; fewer when that is enough.
  [[nodiscard]] static std::vector<cell_ptr> choose(std::vector<candidate> from, need what, std::size_t chosen_max);

  /// What is too much, when more than 95 % of either bound is used: down to 90 %.
  [[nodiscard]] static need over(std::size_t actors, std::size_t actors_max, std::uint64_t bytes,
                                 std::uint64_t bytes_max);
};

}  // namespace lightstick::runtime
