#pragma once

#include <chrono>
#include <cstdint>

#include "actors/room/chapters.hpp"
#include "tests/sim/dice.hpp"
#include "tests/sim/disk/disk.hpp"

namespace lightstick::sim {

/// What a seed of the world of rooms is like, and which troubles it has: few at a time, so that each is alone sometimes.
struct room_troubles {
  disk_faults faults;
  bool kills = false;
  bool power_cuts = false;
  bool stops = false;
  bool full = false;
  bool broken = false;
  bool poison = false;
  bool passivations = false;
  bool restarts = false;
  std::uint32_t throws_before = 0;
  std::uint32_t throws_after = 0;
  std::uint32_t throws_elsewhere = 0;
  std::chrono::nanoseconds pause_max{0};  ///< between two strokes of fate

  std::size_t rooms = 1;
  std::size_t users = 1;
  std::size_t devices = 1;  ///< of all users together
  std::size_t bells = 0;
  std::size_t askers = 0;
  std::uint32_t mailbox_max = 0;  ///< of a room
  std::uint32_t appends_max = 0;  ///< that wait in the store
  std::uint32_t asks_max = 0;  ///< of a session; 0: as the product has it
  std::uint32_t actors_max = 0;
  std::uint32_t throughput = 1;
  std::uint32_t recoveries_max = 1;
  std::uint32_t snapshot_every = 1;
  std::uint32_t recent_max = 1;
  std::uint32_t marks_max = 0;
  std::uint32_t capacity = 0;
  std::chrono::milliseconds deadline{0};
  std::chrono::milliseconds ask_limit{0};
  std::chrono::milliseconds idle_after{0};
  std::chrono::milliseconds hold_place{0};
  std::chrono::milliseconds backoff_max{0};  ///< of an actor that threw
  std::uint32_t failures_max = 0;  ///< in a row, before an actor is quarantined
  std::uint32_t burst_max = 1;  ///< publishes that a device sends at once
  actors::room::retention keep;
  std::size_t text_bytes = 0;  ///< of what is said, at least
  bool erasures = false;  ///< users have what they said forgotten
  std::size_t cheerers = 0;
  std::uint32_t reacting_max = 0;  ///< users whose reactions a room tells apart
  bool moderated = false;  ///< somebody withdraws messages and mutes people

  explicit room_troubles(dice& d) {
    using std::chrono::milliseconds;
    auto rate = [&] { return d.per_mille(300) ? static_cast<std::uint32_t>(d.between(1, 30)) : 0; };
    auto number = [&](std::uint64_t low, std::uint64_t high) {
      return static_cast<std::uint32_t>(d.between(low, high));
    };
    auto time = [&](std::uint64_t low, std::uint64_t high) { return milliseconds{d.between(low, high)}; };
    faults = {rate(), rate(), rate(), rate(), rate() * 10, time(1, 200)};
    kills = d.per_mille(400);
    power_cuts = d.per_mille(600);
    stops = d.per_mille(200);
    full = d.per_mille(250);
    broken = d.per_mille(250);
    poison = d.per_mille(250);
    passivations = d.per_mille(500);
    restarts = d.per_mille(200);
    throws_before = rate();
    throws_after = rate();
    throws_elsewhere = rate();
    pause_max = time(20, 1500);
    rooms = d.between(1, 3);
    users = d.between(1, 4);
    devices = d.between(users, 8);
    bells = d.between(0, 2);
    mailbox_max = number(4, 24);
    appends_max = d.per_mille(300) ? number(2, 8) : 1000;
    asks_max = d.per_mille(300) ? number(4, 16) : 0;
    actors_max = d.per_mille(200) ? number(10, 20) : 1000;
    throughput = number(1, 64);
    recoveries_max = number(1, 4);
    snapshot_every = number(2, 60);
    recent_max = d.per_mille(500) ? number(1, 8) : 256;
    marks_max = d.per_mille(200) ? number(5, 40) : 100'000;
    capacity = d.per_mille(200) ? number(1, 4) : 1000;
    deadline = d.per_mille(400) ? time(20, 2'000) : milliseconds{30'000};
    ask_limit = d.per_mille(400) ? time(50, 1'000) : milliseconds{5'000};
    idle_after = time(100, 10'000);
    hold_place = time(500, 10'000);
    backoff_max = time(5, 1'000);
    failures_max = d.per_mille(200) ? number(4, 20) : 10'000;
    burst_max = number(1, 20);
    if (d.per_mille(200)) keep.age = time(100, 3'000);
    // So big that a room has several chapters.
    if (d.per_mille(150)) text_bytes = 16'000;
    if (text_bytes > 0 && d.per_mille(700)) keep.bytes = d.between(300'000, 600'000);
    askers = d.per_mille(400) ? d.between(1, 2) : 0;
    erasures = d.per_mille(300);
    moderated = !erasures && d.per_mille(400);
    cheerers = d.per_mille(500) ? d.between(1, 4) : 0;
    reacting_max = d.per_mille(250) ? number(1, 2) : 1'000;
  }
};

}  // namespace lightstick::sim
