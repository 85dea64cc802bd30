#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/result.hpp"
#include "storage/progress.hpp"

namespace lightstick::storage::rocks {

struct stored_backup {
  std::uint32_t id = 0;
  std::uint64_t size_bytes = 0;
  std::uint32_t files = 0;
  std::string label;
};

struct stored_backups {
  std::vector<stored_backup> whole;     ///< oldest first
  std::vector<std::uint32_t> damaged;   ///< a file is missing or has another size
};

/// RocksDB's own back-ups in a folder. Errors of all: corrupt, disk_full, io_failed.
[[nodiscard]] result<stored_backups> list_backups(const std::filesystem::path& folder);
/// Removes these, and what an interrupted back-up left.
[[nodiscard]] result<void> remove_backups(const std::filesystem::path& folder, std::span<const std::uint32_t> ids);
/// Copies one to `to`, which must not exist, checking every file's checksum. Durable on return.
[[nodiscard]] result<void> restore_backup(const std::filesystem::path& folder, std::uint32_t id,
                                          const std::filesystem::path& to, const progress& watch);

}  // namespace lightstick::storage::rocks
