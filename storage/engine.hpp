#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/result.hpp"
#include "storage/backup_copy.hpp"
#include "storage/errc.hpp"
#include "storage/keys.hpp"
#include "storage/raw_view.hpp"

namespace lightstick::storage {

/// One change of one key.
struct write_op {
  enum class kind : std::uint8_t { put, erase };
  kind what = kind::put;
  storage::family family = storage::family::meta;
  std::string key;
  std::string value;  ///< of a put
};

/// Keys in [from, to) of one family. REQUIRES: of one log, in families that keep many keys a log.
struct scan_range {
  storage::family family = storage::family::meta;
  std::string from;
  std::string to;
  bool backwards = false;
};

/// Keys in [from, to) of all families whose keys begin with a log prefix.
struct key_span {
  std::string from;
  std::string to;
};

/// Called with each entry; false ends the scan. The views are valid during the call.
using visitor = std::function<bool(std::string_view key, std::string_view value)>;

/// How an engine is doing. What it does not know is 0.
struct engine_state {
  struct of_family {
    std::uint64_t bytes = 0;          ///< of its tables
    std::uint64_t newest_tables = 0;  ///< not yet sorted into others: every read looks into all of them
  };
  std::array<of_family, family_count> families{};
  std::uint64_t memtable_bytes = 0;            ///< not yet in tables
  std::uint64_t memtables_waiting = 0;         ///< full, not yet in tables
  std::uint64_t compaction_bytes_waiting = 0;  ///< to be written anew before the tables are in order
  std::uint64_t compaction_failures = 0;       ///< background work that failed
  std::uint64_t write_bytes_per_s_max = 0;     ///< writes are slowed down to this; 0 = they are not
  bool writes_stopped = false;                 ///< until background work has caught up
  std::uint64_t cache_bytes = 0;               ///< blocks, filters and indexes, with `memtable_bytes` charged to it
  std::uint64_t cache_pinned_bytes = 0;        ///< of it: in use, so that it cannot be given up
  std::uint64_t table_readers_bytes = 0;       ///< what open tables take beside the cache
  std::uint64_t log_bytes = 0;                 ///< of the write-ahead log, which a start replays
};

/// Reads. Thread: any. Errors: corrupt (a block of a file; the detail names family, key or range, and file),
/// io_failed.
class engine_reader {
 public:
  virtual ~engine_reader() = default;
  [[nodiscard]] virtual result<std::optional<std::string>> get(family f, std::string_view key) const = 0;
  [[nodiscard]] virtual result<void> scan(const scan_range& range, const visitor& visit) const = 0;
};

/// An ordered key-value store: the seam below which there is a disk. RocksDB in `storage/rocks`; tests and the
/// simulator put others here, whose disk tears, fills and fails. It knows bytes, not records.
class engine : public engine_reader {
 public:
  /// Writes all of `batches` as one: after a crash all of it is there or none. With `sync` it is durable on return.
  /// REQUIRES: one caller of `write` and `resume` at a time. Errors: disk_full, io_failed. Reads then see nothing of it
  /// before `resume`, and writes are refused until then.
  [[nodiscard]] virtual result<void> write(std::span<const std::vector<write_op>> batches, bool sync) = 0;

  /// Tries to make the engine writable again after a failed write, as a new start of the process would: afterwards the
  /// failed write is there as a whole, and durable, or never will be. Blocks reads while it opens the files again (a
  /// second or so); when it fails, reads go on. Errors: disk_full, io_failed.
  [[nodiscard]] virtual result<void> resume() = 0;

  /// Nothing while it is being opened again. Cheap enough to be asked every few seconds. Thread: any.
  [[nodiscard]] virtual std::optional<engine_state> state() const { return std::nullopt; }

  /// The state of this moment, which later writes do not change. Holds back clean-up while it lives: keep it short.
  /// REQUIRES: the engine outlives it; it is gone before its thread asks the engine for anything else.
  [[nodiscard]] virtual std::unique_ptr<engine_reader> view() const = 0;

  /// Adds a copy of all that is written to the back-ups in a folder; reads and writes go on. Blocks until it is done; a
  /// `resume` ends it. Thread: any, one at a time. Errors: disk_full, io_failed, corrupt, stopping, invalid (this
  /// engine has no back-ups).
  [[nodiscard]] virtual result<backup_copied> back_up(const backup_copy& /*order*/) {
    return fail(errc::invalid, "this store cannot be backed up");
  }

  /// Writes the files that hold these keys anew, and the log to tables, so that no file holds any more what was removed
  /// or overwritten in these keys before the call. Reads and writes go on. Blocks until it is done: it costs about as
  /// much as copying the tables that these keys are in. Thread: any, one at a time. Errors: disk_full, io_failed,
  /// corrupt, stopping (`go_on` said so, a `resume`, or somebody reads from a state before the call for too long),
  /// invalid (this engine has no files).
  [[nodiscard]] virtual result<void> rewrite(std::span<const key_span> /*spans*/,
                                             const std::function<bool()>& /*go_on*/) {
    return fail(errc::invalid, "this store has no files to write anew");
  }

  /// All that is written now, for an inspection; null when this engine has none, or no database is open. REQUIRES: as
  /// of view(); it goes soon after it says `leaving`.
  [[nodiscard]] virtual std::unique_ptr<raw_view> raw() const { return nullptr; }
};

}  // namespace lightstick::storage
