#pragma once

#include <array>
#include <cstdint>
#include <optional>
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
///     reminders   log prefix | name of the reminder
///     floors      log prefix
///     due         partition (2 bytes) | due, ms (8 bytes) | length of the log's name (2 bytes) | log's name | reminder's name
///     meta        text
namespace lightstick::storage {

/// Column families, one a purpose. The numbers are ours, not stored.
enum class family : std::uint8_t { meta, journal, snapshots, history, marks, reminders, due, floors };
inline constexpr std::size_t family_count = 8;
inline constexpr std::array<family, family_count> all_families{family::meta,    family::journal, family::snapshots,
                                                               family::history, family::marks,   family::reminders,
                                                               family::due,     family::floors};
[[nodiscard]] std::string_view to_string(family f) noexcept;
/// Whether a log has many keys in it, side by side behind its prefix.
[[nodiscard]] bool many_keys_a_log(family f) noexcept;

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

/// An entry of `family::due`: the reminders of a partition in the order in which they fall due.
struct due_entry {
  lightstick::partition partition;
  std::int64_t due_ms = 0;  ///< Unix epoch, not negative
  std::string log;  ///< name
  std::string name;  ///< of the reminder

  friend bool operator==(const due_entry&, const due_entry&) = default;
};
/// REQUIRES: `due_ms` is not negative, the log's name not longer than `log_name_bytes_max`.
[[nodiscard]] std::string due_key(const due_entry& e);
/// Nothing when `key` is none.
[[nodiscard]] std::optional<due_entry> parse_due_key(std::string_view key);
/// Below all entries of the partition that are due at `from_ms` or later. REQUIRES: `from_ms` is not negative.
[[nodiscard]] std::string due_begin(partition p, std::int64_t from_ms);

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
