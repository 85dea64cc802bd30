#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/ids.hpp"
#include "runtime/base/result.hpp"

/// The keys of the store, byte by byte as `docs/formats.md` has them. Pure.
///
///     log prefix  partition (2 bytes) | length of the name (2 bytes) | name
///     journal     log prefix | sequence (8 bytes)
///     snapshots   log prefix
///     history     log prefix | row key
///     marks       log prefix | row key
///     meta        text
namespace lightstick::storage {

/// Column families, one a purpose. The numbers are ours, not stored.
enum class family : std::uint8_t { meta, journal, snapshots, history, marks };
inline constexpr std::size_t family_count = 5;
[[nodiscard]] std::string_view to_string(family f) noexcept;

inline constexpr std::size_t log_name_bytes_max = 1024;
inline constexpr std::size_t row_key_bytes_max = 1024;

/// One log: everything that one actor keeps. The name is any 1 to `log_name_bytes_max` bytes.
struct log_id {
  lightstick::partition partition;
  std::string name;

  friend auto operator<=>(const log_id&, const log_id&) = default;
};

/// What the keys of a log begin with; no prefix of a log begins with that of another.
/// REQUIRES: the name is not longer than `log_name_bytes_max`.
[[nodiscard]] std::string log_prefix(const log_id& log);
[[nodiscard]] std::string journal_key(std::string_view prefix, sequence at);
[[nodiscard]] std::string row_key(std::string_view prefix, std::string_view key);

/// Length of the log prefix that `key` begins with; 0 when it begins with none.
[[nodiscard]] std::size_t log_prefix_size(std::string_view key) noexcept;

/// The smallest string above every string that begins with `prefix`. REQUIRES: a byte of it is not 0xFF.
[[nodiscard]] std::string prefix_end(std::string prefix);

/// The key of a partition's epoch in `family::meta`: "epoch/007".
[[nodiscard]] std::string epoch_key(partition p);
inline constexpr std::string_view format_key = "format";
inline constexpr std::string_view store_id_key = "store_id";
inline constexpr std::string_view history_id_key = "history_id";

/// For a person: `journal, partition 7, log "room/aurora", sequence 42`. Any bytes will do.
[[nodiscard]] std::string describe(family f, std::string_view key);
[[nodiscard]] std::string describe(const log_id& log);

}  // namespace lightstick::storage
