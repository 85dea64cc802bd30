#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
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

/// Reads it through in constant memory. Torn is only what ends with the file before it is whole, under any length that
/// one changed bit could have hidden; a record whose bytes are all there and do not match is damaged, the last one too.
/// Zeros from a record's end on are room that was set aside; zeros in place of a part of one are damage, as RocksDB
/// sees it. REQUIRES: a log that is neither recycled nor compressed.
[[nodiscard]] record_file_check check_record_file(const std::filesystem::path& file);
[[nodiscard]] record_file_check check_records(std::istream& in);

/// CRC-32C (Castagnoli) of `bytes` after `before`. Pure.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t before, const char* bytes, std::size_t size) noexcept;

}  // namespace lightstick::storage::rocks
