#include "actors/room/board_watch.hpp"

#include <algorithm>
#include <utility>

namespace lightstick::actors::room {

void board_watch::watch(board_of which, std::uint32_t top, wall_ms since, const std::vector<board_entry>& rows,
                        steady_time now) {
  auto& board = of(which);
  if (board.until <= now) board = {now, 0, since, rows};
  board.until = now + lease;
  board.top = std::max(board.top, top);
}

std::optional<steady_time> board_watch::due(std::uint32_t sessions, steady_time now) const {
  if (!dirty_ || (!watched(board_of::day, now) && !watched(board_of::all, now))) return std::nullopt;
  if (!last_) return now;
  return *last_ + every + std::chrono::seconds{sessions / large_step};
}

std::optional<board_delta> board_watch::change(board_of which, wall_ms since, std::vector<board_entry> rows) {
  auto& board = of(which);
  board_delta out{which, since, {}, {}};
  const bool another = since != board.since;
  const auto before = another ? std::vector<board_entry>{} : std::move(board.rows);
  for (const auto& row : rows) {
    if (std::ranges::find(before, row) == before.end()) out.set.push_back(row);
  }
  for (const auto& row : before) {
    if (std::ranges::find(rows, row.user, &board_entry::user) == rows.end()) out.gone.push_back(row.user);
  }
  board.rows = std::move(rows);
  board.since = since;
  if (!another && out.set.empty() && out.gone.empty()) return std::nullopt;
  return out;
}

}  // namespace lightstick::actors::room
