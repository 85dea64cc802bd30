#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/base/result.hpp"
#include "storage/findings.hpp"
#include "storage/progress.hpp"

namespace lightstick::storage {

struct verify_report {
  findings damage;
  std::vector<std::string> notes;  ///< what is not whole and need not be: a torn tail after a crash
  std::string store_id;
  std::string history_id;
  std::uint64_t format = 0;
  std::uint64_t tables = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t actors = 0;
  std::uint64_t records = 0;
  bool opens = false;              ///< a node would start with this folder
};

/// Reads a whole data folder that no process has open, and changes nothing in it: label, checksum of every block of
/// every file, every record of every family. Memory does not grow with the folder, but for the write-ahead log (64 MiB
/// at most) and the findings kept. Errors: missing, not_a_store, newer_format, locked, io_failed, stopping (`watch`
/// said so). Damage is not an error: it is in the report.
[[nodiscard]] result<verify_report> verify_folder(const std::filesystem::path& path, const progress& watch);

}  // namespace lightstick::storage
