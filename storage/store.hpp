#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/base/result.hpp"
#include "storage/append_listener.hpp"
#include "storage/backup.hpp"
#include "storage/errc.hpp"
#include "storage/keys.hpp"
#include "storage/log_names.hpp"
#include "storage/search.hpp"
#include "storage/stats.hpp"

namespace lightstick::storage {

class engine;

/// When an append counts as committed.
enum class durability : std::uint8_t {
  fsync,  ///< the disk has it: it survives a power cut
  os,     ///< the operating system has it: it survives `kill -9` of the process, not a power cut
};

struct options {
  std::filesystem::path path;               ///< the data folder; its parent must exist
  bool create = true;                       ///< makes the folder when there is none
  storage::durability durability = durability::fsync;
  std::size_t memory_bytes = 256U << 20U;   ///< blocks, filters and write buffers together; at least 16 MiB
  std::uint32_t queue_requests_max = 65'536;        ///< appends that wait; beyond it queue_full
  std::size_t queue_bytes_max = 64U << 20U;         ///< their keys and values; beyond it queue_full
  std::size_t append_bytes_max = 32U << 20U;        ///< of one append; beyond it invalid
  std::size_t group_bytes_max = 4U << 20U;          ///< of one group commit, unless one append alone is bigger
  std::uint32_t logs_open_max = 1'000'000;          ///< logs open for appends; beyond it queue_full
  bool own_thread = true;                   ///< false: nothing is committed but by `store::pump`, see there
};

enum class row_table : std::uint8_t { history = 1, marks = 2 };

/// Sets a row, or removes it when `value` is empty.
struct row_write {
  row_table table = row_table::history;
  std::string key;                   ///< at most `row_key_bytes_max`
  std::optional<std::string> value;
  std::int64_t expires_ms = 0;       ///< marks: hidden from here on (Unix epoch), removed later; 0 = never
};

/// Something that a log is to be reminded of. It is kept until a `reminder_write` replaces or removes it.
struct reminder {
  std::string name;
  std::int64_t due_ms = 0;  ///< Unix epoch, not negative
  std::string payload;
  friend bool operator==(const reminder&, const reminder&) = default;
};

/// Sets a reminder, or removes it.
struct reminder_write {
  std::string name;                        ///< 1 to `row_key_bytes_max` bytes
  std::optional<std::int64_t> was_due_ms;  ///< of the reminder of that name that is there, if there is one
  std::optional<std::int64_t> due_ms;      ///< empty: removed
  std::string payload;
};

/// One atomic commit of one log.
struct append_request {
  log_id log;
  epoch owner_epoch;                    ///< must be the partition's
  sequence expected;                    ///< must be the last sequence, those still queued counted
  std::vector<std::string> events;  ///< take expected+1 ...; may be empty strings, which only give the rest its place
  std::vector<row_write> rows;  ///< only with an event, which gives them their place in the order
  std::optional<std::string> snapshot;  ///< the state after the last of `events`; those before go, see `remove_later`
  std::vector<reminder_write> reminders{};  ///< only with an event
  /// Only with an event: rows of history with smaller keys are hidden when this is committed, and removed later.
  /// REQUIRES: not smaller than the one before.
  std::optional<std::string> history_floor{};
  /// The events that the snapshot makes superfluous go little by little, with the appends after it. Otherwise they go in
  /// its own commit, 4,096 at most, and nothing is left of what they say.
  bool remove_later = false;
};

struct row {
  std::string key;
  std::string value;
  friend bool operator==(const row&, const row&) = default;
};

struct log_contents {
  epoch owner_epoch;  ///< the partition's, now
  std::optional<std::string> snapshot;
  sequence snapshot_at;  ///< 0 without a snapshot
  std::vector<std::string> events;  ///< snapshot_at+1 ... last
  sequence last;
  std::vector<row> marks;  ///< unexpired, by key
  std::vector<reminder> reminders{};  ///< due or not, by name
  std::string history_floor{};  ///< empty without one
};

/// Rows with keys in (after, before), exclusive both; an empty bound is open.
struct row_query {
  row_table table = row_table::history;
  std::string after;
  std::string before;
  bool newest_first = false;
  std::uint32_t rows_max = 100;
  std::uint32_t bytes_max = 256U << 10U;  ///< of values; at least one row is returned whatever its size
};

struct row_page {
  std::vector<row> rows;  ///< in the order asked for
  bool more = false;  ///< rows_max or bytes_max ended the page
};

/// Payloads in one page of due reminders; beyond it the page ends, with at least one entry.
inline constexpr std::size_t due_page_bytes_max = 1U << 20U;

struct due_reminder {
  std::string log;  ///< name
  std::string name;
  std::int64_t due_ms = 0;
  std::string payload;
  friend bool operator==(const due_reminder&, const due_reminder&) = default;
};

struct due_page {
  std::vector<due_reminder> entries;  ///< by due time, then by log and name
  std::string cursor;  ///< where the next page begins
  bool more = false;  ///< a limit ended the page
  std::vector<error> damaged;  ///< entries that were left out because they, or their reminders, are damaged
};

/// How long the disk has been at what it is doing; 0 = nothing.
struct disk_waits {
  std::chrono::milliseconds commit{0};  ///< the group being written, or the attempt to write again
  std::chrono::milliseconds read{0};  ///< the oldest one
};

/// Everything that one node keeps on disk: logs by (partition, name), each with journal, snapshot, rows and marks.
///
/// Thread: any. Owns one committing thread (unless told otherwise), which takes all appends that wait into one batch with one fsync, so that
/// its cost is shared. Reads run on the caller's thread, block on the disk, and neither wait for appends nor hold
/// them up.
///
/// Invariants:
///  1. A log's events are dense from its snapshot on, and every append was made by a writer that had seen all before.
///  2. What a `committed` covers is read back after a crash (of the machine with durability::fsync).
///  3. A record that does not match its checksum is an error that names it, never data.
///  4. After a failed append its log accepts no other until it is opened again.
///
/// When the disk fails or is full, waiting appends fail, further ones are refused at once with the reason, reads go on,
/// and the store tries every now and then to write again (0.1 s, doubling to 5 s).
class store {
 public:
  /// Opens (and makes) the data folder. REQUIRES: `registry` and `clock` outlive the store.
  /// Errors: missing, not_a_store, newer_format, locked, not_permitted, disk_full, corrupt, io_failed, invalid; the
  /// detail is a sentence for the operator, with the remedy.
  [[nodiscard]] static result<std::unique_ptr<store>> open(options o, metrics& registry, const clock_source& clock);

  /// The same over an engine that the caller made, without a folder: for tests and the simulator.
  [[nodiscard]] static result<std::unique_ptr<store>> over(std::unique_ptr<engine> disk, options o, metrics& registry,
                                                           const clock_source& clock);

  /// Refuses new appends, commits those that wait, ends the thread, closes the engine. REQUIRES: no call under way.
  ~store();
  store(const store&) = delete;
  store& operator=(const store&) = delete;

  /// Random and fixed since the folder was made: which disk this is.
  [[nodiscard]] const std::string& id() const noexcept;
  /// Fixed as long as offsets mean what they meant: another after a restore.
  [[nodiscard]] const history_id& history() const noexcept;
  /// False while a failed disk makes appends impossible.
  [[nodiscard]] bool writable() const noexcept;
  /// Cheap, and answers while the disk does not. A hang of two seconds is logged.
  [[nodiscard]] disk_waits waits() const;

  /// 0 when the partition was never owned.
  [[nodiscard]] epoch epoch_of(partition p) const;
  /// Raises epochs, durably. When it returns, no append under an older epoch will be committed any more: those that
  /// wait are refused. Errors: stale_epoch (one of them is lower than it is now; nothing is changed), disk_full,
  /// io_failed, stopping (appends under the older epochs are refused all the same, and those under the new ones too:
  /// raise again).
  [[nodiscard]] result<void> raise_epochs(std::span<const std::pair<partition, epoch>> changes);

  /// Reads a log and opens it for appends by this caller, instead of an earlier opener, whose queued appends end
  /// first, well or not. Errors: corrupt, newer_format, io_failed, queue_full (logs_open_max), invalid, stopping.
  [[nodiscard]] result<log_contents> open_log(const log_id& log);
  /// Forgets an open log; nothing happens when it is not open.
  void close_log(const log_id& log);

  /// Whether an append would be accepted now, with room to spare for some that are on their way. Errors: queue_full,
  /// disk_full, io_failed, stopping.
  [[nodiscard]] result<void> accepts() const;
  /// Queues one commit; durable when `listener->committed` covers its last sequence. Appends of a log keep their order.
  /// Errors at once (nothing queued, `listener` not called): queue_full, not_open, stale_epoch, stale_sequence,
  /// disk_full, io_failed, invalid, stopping.
  [[nodiscard]] result<void> append(const append_request& request, append_listener listener);

  /// Reads a log as committed, whoever has it open; one that was never written is empty. Errors: corrupt,
  /// newer_format, io_failed, invalid.
  [[nodiscard]] result<log_contents> read_log(const log_id& log) const;
  /// One page of rows, as committed. Expired marks are not given. A page of history ends, with `more`, before a damaged
  /// row; the page that would begin with it is the error. Errors: as read_log.
  [[nodiscard]] result<row_page> read_rows(const log_id& log, const row_query& query) const;
  /// Reminders of a partition that are due at `until_ms` or before, as committed, the earliest first, `entries_max` at
  /// most. `after_cursor` is that of the page before, or empty. Reading changes nothing: a reminder is given again until
  /// its log removes it. A damaged reminder is left out, named in the page and logged. Errors: as read_log.
  [[nodiscard]] result<due_page> due_reminders(partition p, std::int64_t until_ms, const std::string& after_cursor,
                                               std::uint32_t entries_max) const;

  /// Without a thread of its own (`options::own_thread`), for the simulator: makes one step of what the thread would do
  /// (write a group; tell its listeners; try to resume a failed disk) and returns false when there is none to make now.
  /// Time is that of the store's clock. Calls that wait for appends (open_log, raise_epochs, the destructor) make such
  /// steps themselves. REQUIRES: no own thread; all calls from one thread, none of these from a listener.
  bool pump();
  /// When `pump` has something to do: now, at the next attempt to resume, or, with nothing, after the next append.
  /// REQUIRES: as pump.
  [[nodiscard]] std::optional<steady_time> pump_due() const;

  /// Adds a back-up of all that is committed now to those in a folder, then removes what has expired there; appends and
  /// reads go on. Blocks until it is done: bring a thread of your own, one at a time. The back-up is durable on return.
  /// A disk that fails meanwhile ends it. Errors: invalid (a folder inside of the data folder), not_a_store, locked,
  /// missing, not_permitted, disk_full, io_failed, corrupt, stopping (`watch` said so).
  [[nodiscard]] result<backup_made> back_up(const backup_order& order, const progress& watch);

  /// Sizes of all there is, read through from one moment's state; appends and reads go on. Blocks until it is done:
  /// bring a thread of your own. Errors: corrupt, io_failed, invalid (over an engine without), stopping (`watch` said
  /// so, or the disk failed meanwhile).
  [[nodiscard]] result<store_stats> stats(const stats_order& order, const progress& watch) const;

  /// One page of the logs that hold a text, as committed, read without opening them; appends and reads go on. Blocks as
  /// long as that takes: bring a thread of your own. Errors: as stats.
  [[nodiscard]] result<found_logs> find_logs(const log_search& what, const progress& watch) const;
  /// One page of the names of logs, as committed. Blocks for as many looks as it makes. Errors: as names_in_view, and invalid
  /// (over an engine without).
  [[nodiscard]] result<found_names> log_names(const names_wanted& what) const;
  /// Makes sure that no file of the data folder holds what was removed or overwritten in these logs before the call; the
  /// write-ahead log is among the files, back-ups are not. Appends and reads go on. Blocks until it is done: bring a
  /// thread of your own. It costs as much as writing the tables anew that these logs lie in. Errors: disk_full,
  /// io_failed, corrupt, invalid (over an engine without files), stopping (`go_on` said so, the disk failed meanwhile,
  /// or a reader that began before does not end).
  [[nodiscard]] result<void> rewrite(std::span<const log_span> spans, const std::function<bool()>& go_on);

 private:
  struct impl;
  explicit store(std::unique_ptr<impl> i);
  std::unique_ptr<impl> impl_;
};

}  // namespace lightstick::storage
