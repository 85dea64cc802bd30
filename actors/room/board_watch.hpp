#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "actors/board.hpp"
#include "runtime/base/clock.hpp"

namespace lightstick::actors::room {

/// Tells the boards of a room to whoever is in it while somebody watches, as changes and seldom. Volatile: after a restart
/// nobody watches until they ask again. Not thread-safe; the caller brings time and boards.
///
/// Bounds: `top_max` rows; a change every `every`, and one second more for each `large_step` sessions. A watch ends after
/// `lease` unless somebody asks again.
class board_watch {
 public:
  static constexpr std::uint32_t top_max = 100;
  static constexpr std::chrono::seconds lease{60};
  static constexpr std::chrono::seconds every{2};
  static constexpr std::uint32_t large_step = 2'000;

  /// Somebody was shown these rows and wants to know of changes. REQUIRES: top <= top_max.
  void watch(board_of which, std::uint32_t top, wall_ms since, const std::vector<board_entry>& rows, steady_time now);
  /// The boards may be different.
  void changed() noexcept { dirty_ = true; }

  [[nodiscard]] bool watched(board_of which, steady_time now) const noexcept { return of(which).until > now; }
  /// How many rows those who watch are shown.
  [[nodiscard]] std::uint32_t top(board_of which) const noexcept { return of(which).top; }
  /// When the next change may be told; none while nobody watches or nothing is different.
  [[nodiscard]] std::optional<steady_time> due(std::uint32_t sessions, steady_time now) const;
  /// What is different about a board, whose rows are these; they are told from here on.
  [[nodiscard]] std::optional<board_delta> change(board_of which, wall_ms since, std::vector<board_entry> rows);
  /// What was taken was not told after all: everybody has to ask again.
  void forget() { boards_ = {}; }
  /// All that is different was taken.
  void told(steady_time now) noexcept {
    dirty_ = false;
    last_ = now;
  }

 private:
  struct one {
    steady_time until = steady_time::min();
    std::uint32_t top = 0;
    wall_ms since{};
    std::vector<board_entry> rows;  ///< as everybody who watches knows them, or newer
  };
  [[nodiscard]] one& of(board_of which) noexcept { return boards_[static_cast<std::size_t>(which)]; }
  [[nodiscard]] const one& of(board_of which) const noexcept { return boards_[static_cast<std::size_t>(which)]; }

  std::array<one, 2> boards_;
  bool dirty_ = false;
  std::optional<steady_time> last_;
};

}  // namespace lightstick::actors::room
