#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"

namespace lightstick::actors {

/// Which cheers a board counts.
enum class board_of : std::uint8_t {
  day = 0,  ///< of the day, UTC
  all = 1,  ///< ever
};

/// Who cheered how much: at most `err` too much is said, and never too little.
struct board_entry {
  user_id user;
  std::string name;  ///< as shown when they cheered last
  std::uint64_t n = 0;
  std::uint64_t err = 0;
  static constexpr auto fields = std::tuple(&board_entry::user, &board_entry::name, &board_entry::n, &board_entry::err);
  friend bool operator==(const board_entry&, const board_entry&) = default;
};

/// What has changed about the top of a board since it was told last.
struct board_delta {
  board_of of = board_of::day;
  wall_ms since{};               ///< of a day: its beginning; another one than before: nobody is on it but `set`
  std::vector<board_entry> set;  ///< as they are now
  std::vector<user_id> gone;
  friend bool operator==(const board_delta&, const board_delta&) = default;
};

}  // namespace lightstick::actors
