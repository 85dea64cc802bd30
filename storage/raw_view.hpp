#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.hpp"
#include "storage/keys.hpp"

/// What lies on the disk, as an inspection sees it: all records in order, and past those that cannot be read.
namespace lightstick::storage {

/// Keys that cannot be read: those above `after` and below `before`, both of which can (or are none).
struct key_gap {
  std::string after;                   ///< empty: from the beginning
  std::optional<std::string> before;   ///< nothing: to the end
  std::string why;                     ///< names the file
};

/// One family, in the order of its keys. One thread.
class record_cursor {
 public:
  virtual ~record_cursor() = default;
  /// False at the end.
  [[nodiscard]] virtual bool valid() const = 0;
  /// REQUIRES: valid(). Until the next move.
  [[nodiscard]] virtual std::string_view key() const = 0;
  [[nodiscard]] virtual std::string_view value() const = 0;
  /// REQUIRES: valid().
  virtual void next() = 0;
  /// To the first key that is not below `key`.
  virtual void seek(std::string_view key) = 0;
  /// What the last move had to pass over, if anything. It may be reported larger than it is when damaged places are
  /// near each other.
  [[nodiscard]] virtual const std::optional<key_gap>& gap() const = 0;
};

struct level_size {
  int level = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

/// One family on the disk. What only the write-ahead log holds is not in it.
struct family_size {
  storage::family family = storage::family::meta;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;       ///< older versions and removals included
  std::uint64_t raw_bytes = 0;     ///< keys and values before compression
  std::vector<level_size> levels;  ///< those that have files
  std::string compression;         ///< of its tables: "LZ4", "LZ4+ZSTD"
};

/// One moment of a database. Holds back clean-up while it lives.
class raw_view {
 public:
  virtual ~raw_view() = default;
  /// At the first key. Null when the database has no such family (it was written by an earlier version).
  [[nodiscard]] virtual std::unique_ptr<record_cursor> cursor(family f) const = 0;
  /// The same for one log, read as the store reads it: what this finds unreadable, the store does. `f` has log prefixes.
  [[nodiscard]] virtual std::unique_ptr<record_cursor> log_cursor(family f, const std::string& prefix) const = 0;
  /// Names of the table files in use.
  [[nodiscard]] virtual std::vector<std::string> tables() const = 0;
  /// Errors: corrupt, io_failed.
  [[nodiscard]] virtual result<std::vector<family_size>> sizes() const = 0;
  /// Of the write-ahead log.
  [[nodiscard]] virtual std::uint64_t log_bytes() const = 0;
  /// Whether the owner wants the view to go: inspections end then.
  [[nodiscard]] virtual bool leaving() const { return false; }
};

}  // namespace lightstick::storage
