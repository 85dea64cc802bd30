#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/result.hpp"
#include "storage/progress.hpp"

namespace lightstick::storage::rocks {

struct damaged_file {
  std::string name;         ///< in the engine's folder
  std::string what;
  bool stops_opening = false;
};

struct files_check {
  std::vector<damaged_file> damaged;
  std::vector<std::string> notes;  ///< what is not whole and need not be
  std::uint64_t tables = 0;
  std::uint64_t bytes = 0;
};

/// The name of the manifest that CURRENT names, which is there. Errors: corrupt; the detail says what is wrong with
/// CURRENT.
[[nodiscard]] result<std::string> current_manifest(const std::filesystem::path& folder);

/// Reads every file of a database that is closed: the blocks of the tables, the records of log and manifest, against
/// their checksums. `tables` are those in use; nothing: all that are there. Constant memory. Errors: stopping (`watch`
/// said so), io_failed (the folder cannot be read).
[[nodiscard]] result<files_check> check_files(const std::filesystem::path& folder,
                                              const std::optional<std::vector<std::string>>& tables,
                                              const progress& watch);

}  // namespace lightstick::storage::rocks
