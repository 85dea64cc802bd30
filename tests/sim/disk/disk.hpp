#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/result.hpp"
#include "tests/sim/clock.hpp"
#include "tests/sim/dice.hpp"
#include "tests/sim/trace.hpp"

namespace lightstick::sim {

/// How often (times in a thousand) an operation of the disk goes wrong.
struct disk_faults {
  std::uint32_t full = 0;           ///< an append or a replacement finds no room
  std::uint32_t broken_append = 0;  ///< EIO; any part of the bytes was taken
  std::uint32_t broken_sync = 0;    ///< EIO
  std::uint32_t broken_read = 0;    ///< EIO
  std::uint32_t slow = 0;           ///< it takes up to `slow_max` of virtual time
  std::chrono::milliseconds slow_max{0};
  std::size_t bytes_max = 64U << 20U;  ///< of the whole disk; beyond it disk_full
};

/// How often each thing happened, so that a run can be asked whether it tried anything.
struct disk_counts {
  std::uint64_t appends = 0;
  std::uint64_t syncs = 0;
  std::uint64_t replacements = 0;
  std::uint64_t full = 0;
  std::uint64_t broken = 0;
  std::uint64_t slow = 0;
  std::uint64_t lost_bytes = 0;  ///< unsynced, at power cuts
  std::uint64_t torn = 0;        ///< power cuts that kept a part of what was unsynced
  std::uint64_t turned_back = 0; ///< power cuts that undid a replacement that had failed
};

/// One file on a disk that fails: what is written is seen at once and is lost at a power cut unless it was synced. Its
/// life goes on over any number of crashes of the process that uses it. Not thread-safe. All chance is of one seed.
///
/// Invariants:
///  1. What was appended before a sync that succeeded is there after every crash, unless a sync failed before it: then
///     nothing more of this file can be made durable (as Linux marks pages clean that it could not write), only of
///     another that replaces it.
///  2. Of what was not synced a power cut keeps any part: cut at any byte, and with a hole in it.
///  3. An append that found no room has not taken all of its bytes.
class disk {
 public:
  enum class crash : std::uint8_t {
    process,  ///< `kill -9`: the operating system goes on, and what it was given is there
    power,
  };

  /// REQUIRES: all three outlive the disk.
  disk(dice& chance, const virtual_clock& clock, trace& notes) : chance_(chance), clock_(clock), notes_(notes) {}

  // ---- the process's side. Errors: disk_full, io_failed; everything is io_failed once it is dead ----

  [[nodiscard]] result<void> append(std::string_view bytes);
  [[nodiscard]] result<void> sync();
  /// Writes another file, syncs it, gives it the place of this one: durable on return. After io_failed either is there,
  /// and at a power cut that is decided again.
  [[nodiscard]] result<void> replace(std::string bytes);
  /// Whether a read gets through. Errors: io_failed.
  [[nodiscard]] result<void> check_read();
  /// What the operating system would give a reader.
  [[nodiscard]] const std::string& contents() const noexcept { return file_.bytes; }
  /// What a sync made sure of; the rest is at risk.
  [[nodiscard]] std::size_t durable_bytes() const noexcept { return file_.synced; }
  /// Until when the operations so far take; they have had their effect already.
  [[nodiscard]] steady_time busy_until() const noexcept { return busy_until_; }

  // ---- the side of fate ----

  void set_faults(const disk_faults& f) { faults_ = f; }
  /// No room until it is made again.
  void set_full(bool full) { full_ = full; }
  /// Every write and sync is EIO until then.
  void set_broken(bool broken) { broken_ = broken; }
  /// The process dies in the n-th change from here on (0: the next), in the middle of it.
  void crash_in(std::uint32_t changes) { changes_left_ = changes; }
  /// The process is dead from here on.
  void crash_now();
  [[nodiscard]] bool dead() const noexcept { return dead_; }
  /// The next process starts. After a power cut what was not synced is lost, or a part of it.
  void restart(crash after);

  [[nodiscard]] const disk_counts& counts() const noexcept { return counts_; }

 private:
  struct file {
    std::string bytes;
    std::size_t synced = 0;
    bool poisoned = false;  ///< a sync failed
  };

  /// Whether this change is the one in which the process dies.
  bool dies_now();
  void take_time();
  [[nodiscard]] tl::unexpected<error> no_room();
  [[nodiscard]] tl::unexpected<error> broken();
  void lose_unsynced(file& f);

  dice& chance_;
  const virtual_clock& clock_;
  trace& notes_;
  disk_faults faults_;
  file file_;
  std::optional<file> before_;  ///< what a power cut may bring back
  bool full_ = false;
  bool broken_ = false;
  bool dead_ = false;
  std::optional<std::uint32_t> changes_left_;
  steady_time busy_until_ = virtual_clock::beginning;
  disk_counts counts_;
};

}  // namespace lightstick::sim
