#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "storage/progress.hpp"

namespace lightstick::storage {

/// What an engine is asked for: a copy of all that was written when it began, beside earlier ones in the same folder.
struct backup_copy {
  std::filesystem::path to;
  std::string label;
  std::uint64_t bytes_per_second_max = 0;  ///< 0 = no limit
  progress watch;
};

struct backup_copied {
  std::uint32_t id = 0;
  std::uint64_t new_bytes = 0;  ///< that the folder grew by
};

}  // namespace lightstick::storage
