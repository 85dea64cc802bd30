#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/result.hpp"
#include "storage/progress.hpp"

namespace lightstick::storage::rocks {

/// A file of a back-up, as the back-up's list says.
struct listed_file {
  std::string name;  ///< in the engine's folder of back-ups: "shared_checksum/000012_s1A_2048.sst"
  std::uint32_t checksum = 0;  ///< CRC-32C
};

/// The list of one back-up. Pure. Errors: corrupt, also where a name leads out of the folder.
[[nodiscard]] result<std::vector<listed_file>> read_backup_list(std::istream& in);

struct damaged_backup_file {
  std::string name;
  std::string what;
  std::vector<std::uint32_t> backups;  ///< that need it, ascending
};

struct backups_check {
  std::vector<damaged_backup_file> damaged;  ///< lists ("meta/3") among them
  std::vector<std::uint32_t> whole;          ///< ids, ascending
  std::uint64_t backups = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

/// Reads every file of all back-ups, or of `only`, against its checksum, each once however many share it. Changes
/// nothing. Memory grows with the number of files, not with their size. Errors: stopping (`watch` said so), io_failed
/// (the folder cannot be read).
[[nodiscard]] result<backups_check> check_backups(const std::filesystem::path& folder,
                                                  std::optional<std::uint32_t> only, const progress& watch);

}  // namespace lightstick::storage::rocks
