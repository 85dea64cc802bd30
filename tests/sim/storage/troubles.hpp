#pragma once

#include <chrono>
#include <cstdint>

#include "tests/sim/dice.hpp"
#include "tests/sim/disk/disk.hpp"

namespace lightstick::sim {

/// Which troubles a seed has: few at a time, so that each is alone sometimes.
struct troubles {
  disk_faults faults;
  bool kills = false;
  bool power_cuts = false;
  bool stops = false;
  bool full = false;
  bool broken = false;
  bool epochs = false;
  std::size_t writers_a_log = 1;
  std::size_t logs = 1;
  std::size_t clients = 1;
  std::uint32_t appends_max = 1;  ///< that wait
  std::size_t bytes_max = 0;      ///< of them
  std::chrono::nanoseconds pause_max{0};  ///< between two strokes of fate

  explicit troubles(dice& d) {
    using std::chrono::milliseconds;
    auto rate = [&] { return d.per_mille(400) ? static_cast<std::uint32_t>(d.between(1, 30)) : 0; };
    faults = {rate(), rate(), rate(), rate(), rate() * 10, milliseconds{d.between(1, 200)}};
    kills = d.per_mille(500);
    power_cuts = d.per_mille(700);
    stops = d.per_mille(200);
    full = d.per_mille(300);
    broken = d.per_mille(300);
    epochs = d.per_mille(300);
    writers_a_log = d.between(1, 2);
    logs = d.between(1, 4);
    clients = d.between(1, 12);
    appends_max = static_cast<std::uint32_t>(d.between(2, 8));
    bytes_max = d.per_mille(300) ? d.between(8'192, 16'384) : 64U << 20U;
    pause_max = d.between(milliseconds{20}, milliseconds{300});
  }
};

}  // namespace lightstick::sim
