#pragma once

#include <cstdint>
#include <iosfwd>
#include <stdexcept>
#include <string>

#include "tests/sim/disk/disk.hpp"

namespace lightstick::sim {

/// What is deliberately wrong with the product in a run.
enum class breakage : std::uint8_t {
  none,
  skip_fsync,   ///< commits are told before the disk has them
  skip_dedupe,  ///< a repeated command is not recognised
  skip_bound,   ///< queues take all that comes
  skip_floor,   ///< that history is gone is not written down
  skip_due,     ///< a reminder is not among those that fall due
  skip_forget,  ///< what is done stays to be reminded of
  skip_wake,    ///< actors are not told that time has passed
  skip_erase,   ///< a row that is there is not written anew
};

/// What a run plays in.
enum class world_choice : std::uint8_t { both, storage, rooms };

struct run_options {
  std::uint64_t seed = 1;
  std::uint32_t steps = 1500;  ///< of trouble; then everything works again and the run comes to its end
  breakage broken = breakage::none;
  world_choice world = world_choice::both;  ///< of a campaign: which of them
  std::ostream* notes = nullptr;  ///< every step as a line
};

/// How one run ended.
struct run_outcome {
  std::string violation;  ///< a sentence; empty when all held
  world_choice violated = world_choice::both;  ///< in which world
  std::uint64_t trace = 0;
  std::uint64_t steps = 0;
  std::uint64_t acknowledged = 0;  ///< commands
  std::uint64_t repeated = 0;      ///< of those, recognised as done before
  std::uint64_t refused = 0;       ///< at a bound
  std::uint64_t crashes = 0;
  std::uint64_t reads = 0;         ///< pages and logs compared
  std::uint64_t reminded = 0;      ///< reminders told
  std::uint64_t compactions = 0;
  std::uint64_t asked = 0;         ///< asks and timers that ended in time
  std::uint64_t erased = 0;        ///< messages withdrawn, as who asked for it was told
  std::uint64_t cheered = 0;       ///< reactions that were counted, as who sent them was told
  std::uint64_t moderated = 0;     ///< acts of a moderator that were done
  std::uint64_t trimmed = 0;       ///< messages at the beginning that went by age or size
  disk_counts disk;
};

/// Something that must hold does not. Ends the run.
struct violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The storage on its own: writers that append, repeat and fight for their logs, readers, and a disk that fails; compared
/// with a model all the time. The same options give the same run, byte for byte. Thread: any, one run a thread.
[[nodiscard]] run_outcome run_storage_world(const run_options& o);

/// Rooms, users, sessions and reminders on the whole of a node, from the edge to the disk: people who talk, read, come and
/// go, actors that throw, and a disk that fails; compared all the time with what people were told. As above.
[[nodiscard]] run_outcome run_rooms_world(const run_options& o);

}  // namespace lightstick::sim
