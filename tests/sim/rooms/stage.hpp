#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/sim/machine.hpp"
#include "tests/sim/rooms/asker.hpp"
#include "tests/sim/rooms/room_model.hpp"
#include "tests/sim/rooms/troubles.hpp"

namespace lightstick::sim {

class node;

/// How far a user has read, as anybody was told.
struct cursor_model {
  std::uint64_t least = 0;
  std::uint64_t sent_max = 0;
  bool entered = false;  ///< a device was told that it is in
};
struct user_model {
  std::string name;
  bool leaves = false;  ///< leaves rooms by wish, which forgets the cursor
  std::map<std::string, cursor_model> rooms;
};

/// What everybody in a run of the world of rooms shares. Outlives them.
struct stage {
  machine& on;
  const room_troubles& with;
  run_outcome& numbers;
  std::vector<room_model> rooms;
  std::vector<user_model> users;
  node* up = nullptr;  ///< null while no process runs
  asker::ledger asked{on};
  bool over = false;   ///< everything works, and nobody begins anything new
  std::uint64_t sessions_made = 0;

  [[nodiscard]] room_model& room(const std::string& name) {
    for (auto& r : rooms) {
      if (r.name() == name) return r;
    }
    throw violation("a room " + name + " that nobody asked for");
  }
};

}  // namespace lightstick::sim
