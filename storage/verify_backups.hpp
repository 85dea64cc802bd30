#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/base/result.hpp"
#include "storage/findings.hpp"
#include "storage/progress.hpp"

namespace lightstick::storage {

struct backups_report {
  findings damage;
  std::string store_id;  ///< empty when the label cannot be read
  std::vector<std::uint32_t> whole;  ///< ids, ascending
  std::uint64_t backups = 0;
  std::uint64_t files = 0;
  std::uint64_t file_bytes = 0;
};

/// Whether `path` is a folder of back-ups, be it one that has lost its label.
[[nodiscard]] bool holds_backups(const std::filesystem::path& path);

/// Reads every file of every back-up in a folder against its checksum, each once, and changes nothing. `path` may be
/// read-only. Errors: missing, not_a_store, newer_format, locked, io_failed, stopping (`watch` said so). Damage is not
/// an error: it is in the report.
[[nodiscard]] result<backups_report> verify_backups(const std::filesystem::path& path, const progress& watch);

}  // namespace lightstick::storage
