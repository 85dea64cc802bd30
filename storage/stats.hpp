#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/base/result.hpp"
#include "storage/progress.hpp"
#include "storage/raw_view.hpp"

namespace lightstick::storage {

struct actor_size {
  std::string actor;        ///< "room/aurora"
  std::uint64_t bytes = 0;  ///< keys and values before compression
  std::uint64_t records = 0;
};

struct kind_size {
  std::string kind;  ///< what is before the first '/' of the name; "(other)" beyond `kinds_max`
  std::uint64_t actors = 0;
  std::uint64_t bytes = 0;
};

struct store_stats {
  static constexpr std::size_t kinds_max = 64;
  static constexpr std::size_t top_max = 10'000;

  std::string store_id;
  std::string history_id;
  std::uint64_t format = 0;
  std::vector<family_size> families;
  std::uint64_t log_bytes = 0;        ///< of the write-ahead log
  std::uint64_t actors = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;            ///< of all actors
  std::vector<kind_size> kinds;       ///< largest first
  std::vector<actor_size> largest;    ///< largest first
  std::uint64_t damaged_stretches = 0;  ///< passed over; 0, or the numbers are too low: verify names what is damaged
};

struct stats_order {
  std::uint32_t top = 10;                  ///< actors in `largest`, at most `top_max`
  std::uint64_t bytes_per_second_max = 0;  ///< of records read; 0 = as fast as the disk is
};

/// Reads a data folder that no process has open through, and changes nothing in it. Constant memory. Errors: as
/// verify_folder, and corrupt (it cannot be opened).
[[nodiscard]] result<store_stats> stats_of_folder(const std::filesystem::path& path, const stats_order& order,
                                                  const progress& watch);
/// The same of a view. Blocks; at a limit of bytes a second it sleeps.
[[nodiscard]] result<store_stats> stats_of_view(const raw_view& view, const stats_order& order, const progress& watch);

}  // namespace lightstick::storage
