#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/ids.hpp"
#include "runtime/base/result.hpp"
#include "storage/keys.hpp"

/// The values of the store, byte by byte as `docs/formats.md` has them. Pure.
///
///     version (1 byte) | record type (1 byte) | checksum (8 bytes) | payload
///
/// The checksum is XXH3-64 of: key length (4 bytes) | key | version | record type | payload. A record that was
/// changed, cut, or put under another key is found by it. This envelope is the same in every version.
namespace lightstick::storage {

enum class record_type : std::uint8_t {
  format = 1,        ///< meta: format of the data folder (8 bytes)
  store_id = 2,      ///< meta: text
  history_id = 3,    ///< meta: text
  epoch = 4,         ///< meta: epoch of a partition (8 bytes)
  event = 16,        ///< journal: epoch (8 bytes) | event
  snapshot = 17,     ///< snapshots: epoch (8 bytes) | sequence (8 bytes) | oldest event (8 bytes) | state
  history_row = 18,  ///< history: value
  mark = 19,         ///< marks: expires_ms (8 bytes, 0 = never) | value
  reminder = 20,     ///< reminders: due_ms (8 bytes) | payload
  due = 21,          ///< due: nothing; the key says it all
  floor = 22,        ///< floors: row key
};

inline constexpr std::uint8_t record_version = 1;
inline constexpr std::size_t envelope_bytes = 10;

struct stored_event {
  lightstick::epoch epoch;
  std::string_view event;
};
struct stored_snapshot {
  lightstick::epoch epoch;
  lightstick::sequence at;
  lightstick::sequence oldest;  ///< events before this one are no longer stored; some after it may not be either
  std::string_view state;
};
struct stored_mark {
  std::int64_t expires_ms = 0;
  std::string_view value;
};

struct stored_reminder {
  std::int64_t due_ms = 0;
  std::string_view payload;
};

[[nodiscard]] std::string encode_event(std::string_view key, const stored_event& e);
[[nodiscard]] std::string encode_snapshot(std::string_view key, const stored_snapshot& s);
[[nodiscard]] std::string encode_history_row(std::string_view key, std::string_view value);
[[nodiscard]] std::string encode_mark(std::string_view key, const stored_mark& m);
[[nodiscard]] std::string encode_reminder(std::string_view key, const stored_reminder& r);
[[nodiscard]] std::string encode_due(std::string_view key);
/// Rows of history with keys below `row_key` are hidden.
[[nodiscard]] std::string encode_floor(std::string_view key, std::string_view row_key);
[[nodiscard]] std::string encode_text(record_type t, std::string_view key, std::string_view text);
[[nodiscard]] std::string encode_number(record_type t, std::string_view key, std::uint64_t n);

/// Decoders. What they return points into `value`. Errors, all naming family and key: corrupt (damaged, or another
/// type of record), newer_format (undamaged, of a version that this program does not read).
[[nodiscard]] result<stored_event> decode_event(std::string_view key, std::string_view value);
[[nodiscard]] result<stored_snapshot> decode_snapshot(std::string_view key, std::string_view value);
[[nodiscard]] result<std::string_view> decode_history_row(std::string_view key, std::string_view value);
[[nodiscard]] result<stored_mark> decode_mark(std::string_view key, std::string_view value);
[[nodiscard]] result<stored_reminder> decode_reminder(std::string_view key, std::string_view value);
[[nodiscard]] result<due_entry> decode_due(std::string_view key, std::string_view value);
[[nodiscard]] result<std::string_view> decode_floor(std::string_view key, std::string_view value);
[[nodiscard]] result<std::string_view> decode_text(record_type t, std::string_view key, std::string_view value);
[[nodiscard]] result<std::uint64_t> decode_number(record_type t, std::string_view key, std::string_view value);

/// Whether an entry of `family::marks` has ended at `now_ms`. False for a damaged one: it stays, to be named when read.
[[nodiscard]] bool mark_expired(std::string_view key, std::string_view value, std::int64_t now_ms);

/// The key in `family::history` at which the rows begin that a floor shows; those of its log that are before it may be
/// removed. `key`, `value`: the entry of `family::floors`. Empty for a damaged one: all rows stay.
[[nodiscard]] std::string first_row_shown(std::string_view key, std::string_view value);

}  // namespace lightstick::storage
