#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>

#include "tests/sim/clock.hpp"

namespace lightstick::sim {

/// All that happened in a run, as one number: two runs with the same number did the same, step by step. Whoever takes a
/// decision or sees an outcome notes it. Not thread-safe.
class trace {
 public:
  /// With `to` every note is a line there: virtual time, what, numbers. REQUIRES: both outlive the trace.
  explicit trace(const virtual_clock& clock, std::ostream* to = nullptr) : clock_(clock), to_(to) {}

  void note(std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0);
  void note(std::string_view what, std::string_view text);

  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }

 private:
  void mix(std::uint64_t n) noexcept;
  std::ostream& begin_line(std::string_view what);

  const virtual_clock& clock_;
  std::ostream* to_;
  std::uint64_t hash_ = 0;
};

/// Of any bytes; the same on every machine.
[[nodiscard]] std::uint64_t hash_of(std::string_view bytes) noexcept;

}  // namespace lightstick::sim
