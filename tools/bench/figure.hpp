#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/wire/value.hpp"

namespace lightstick::tools::bench {

struct target {
  enum class side : unsigned char { at_most, at_least };
  side where = side::at_most;
  double bound = 0;
};
[[nodiscard]] constexpr target at_most(double bound) noexcept { return {target::side::at_most, bound}; }
[[nodiscard]] constexpr target at_least(double bound) noexcept { return {target::side::at_least, bound}; }

/// One line of a report.
struct figure {
  std::string what;
  double measured = 0;
  std::string unit;            ///< "us", "B", "x" for a ratio
  std::optional<target> goal;  ///< none: told for its own sake
  std::string note;            ///< what it was compared with, for a person

  /// "holds", "falls short", or "" without a goal.
  [[nodiscard]] std::string_view verdict() const noexcept;
};

/// For a terminal: a table, and a last line with how many targets hold. Pure.
[[nodiscard]] std::string to_text(const std::vector<figure>& figures);
/// {"figures": [{"what", "measured", "unit", "target", "verdict", "note"}], "holds", "falls_short"}. Pure.
[[nodiscard]] gateway::wire::value to_value(const std::vector<figure>& figures);

/// The middle one; of an even number the upper. REQUIRES: not empty.
[[nodiscard]] double median(std::vector<double> values);
/// The smallest value that `part` (0 to 1) of all do not exceed. REQUIRES: not empty.
[[nodiscard]] double percentile(std::vector<double> values, double part);

}  // namespace lightstick::tools::bench
