#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"

namespace lightstick::actors::room {

/// How long history is kept; 0 = for ever, without limit.
struct retention {
  std::chrono::milliseconds age{0};
  std::uint64_t bytes = 0;

  /// A message of that time is not shown any more.
  [[nodiscard]] bool expired(wall_ms ts, wall_ms now) const noexcept {
    return age.count() > 0 && ts.value < now.value && now.value - ts.value >= age.count();
  }
};

/// Consecutive messages; the next chapter begins where this one ends.
struct chapter {
  offset first;
  wall_ms first_ts;
  wall_ms last_ts;
  std::uint64_t bytes = 0;
  friend bool operator==(const chapter&, const chapter&) = default;
};

/// What of a room's history there is, coarse enough to be kept in the state: history goes by whole chapters, the oldest
/// first. Pure and part of the durable state: the same events give the same chapters. Not thread-safe.
///
/// Invariants: chapters ascend without gaps from `floor` on to the room's last message; times do not fall.
/// Bounds: a chapter ends after `messages_max`, `bytes_max` or `span_max`, whichever is first; at `count_max` chapters
/// neighbours are merged in pairs before another begins, so that what goes at once grows with what is kept.
class chapters {
 public:
  static constexpr std::uint64_t messages_max = 1'000;
  static constexpr std::uint64_t bytes_max = 256U << 10U;
  static constexpr std::chrono::milliseconds span_max{std::chrono::hours{1}};
  static constexpr std::size_t count_max = 512;

  chapters() = default;
  /// As read back; it is the reader who checks the invariants (`valid`).
  chapters(offset floor, std::vector<chapter> all);

  /// The smallest offset that may be shown; one beyond the last when nothing may.
  [[nodiscard]] offset floor() const noexcept { return floor_; }
  [[nodiscard]] const std::vector<chapter>& all() const noexcept { return all_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  /// Whether this can be the history of a room whose last message is `last`.
  [[nodiscard]] bool valid(offset last) const noexcept;

  /// REQUIRES: `off` follows the last message, `ts` is not before its time.
  void add(offset off, wall_ms ts, std::uint64_t bytes);
  /// Messages below `floor` are gone, those of a chapter that it cuts as well; a lower floor changes nothing.
  /// `last`: the room's last message.
  void trim(offset floor, offset last);

  /// The floor when the chapters that are too old or too much have gone, if there are any. For its size the newest
  /// chapter does not go. `last`: the room's last message.
  [[nodiscard]] std::optional<offset> due(const retention& keep, wall_ms now, offset last) const noexcept;
  /// When the oldest chapter will be too old as a whole; none for ever or without one.
  [[nodiscard]] std::optional<wall_ms> next_due(const retention& keep) const noexcept;

  friend bool operator==(const chapters&, const chapters&) = default;

 private:
  void merge_pairs();

  offset floor_{1};
  std::vector<chapter> all_;
  std::uint64_t bytes_ = 0;
};

}  // namespace lightstick::actors::room
