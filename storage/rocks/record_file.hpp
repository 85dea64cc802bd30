#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace lightstick::storage::rocks {

/// What a file of RocksDB's record format (write-ahead log, manifest) looks like: blocks of 32 KiB of records, each
/// with a checksum.
struct record_file_check {
  std::uint64_t records = 0;
  std::uint64_t torn_bytes = 0;        ///< of a record at the end that was not written to its end
  std::optional<std::string> damage;   ///< the first, with its place
};

/// Reads it through in constant memory.
[[nodiscard]] record_file_check check_record_file(const std::filesystem::path& file);

/// CRC-32C (Castagnoli) of `bytes` after `before`. Pure.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t before, const char* bytes, std::size_t size) noexcept;

}  // namespace lightstick::storage::rocks
