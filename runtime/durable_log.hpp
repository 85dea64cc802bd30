#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/ids.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/unique_function.hpp"

namespace lightstick::runtime {

/// What an actor keeps beside its journal: ordered rows, written in the same commit as the events.
enum class row_table : std::uint8_t {
  history = 1,  ///< key = 8-byte big-endian offset: what people read; paged, never replayed
  marks = 2,    ///< small keyed facts with an end of life (a publish's `cid`); all are given at recovery
};

struct row {
  std::string key;
  std::string value;
};

/// Sets a row, or removes it when `value` is empty.
struct row_write {
  row_table table = row_table::history;
  std::string key;
  std::optional<std::string> value;
  /// For marks: after this wall-clock time the row is as good as gone (0 = never). Milliseconds, Unix epoch.
  std::int64_t expires_ms = 0;
};

/// Something that an actor is to be reminded of. It stays until a `reminder_write` replaces or removes it.
struct reminder {
  std::string name;
  std::int64_t due_ms = 0;  ///< Unix epoch, not negative
  std::string payload;
};

/// Sets a reminder, or removes it.
struct reminder_write {
  std::string name;                        ///< 1 to 1024 bytes, its own among the actor's
  std::optional<std::int64_t> was_due_ms;  ///< of the reminder of that name that is there, if there is one
  std::optional<std::int64_t> due_ms;      ///< empty: removed
  std::string payload;
};

/// One atomic commit of one actor: all of it is durable or none.
struct append_request {
  actor_id actor;
  epoch owner_epoch;                    ///< as recovered; a commit under an older epoch is refused
  sequence expected;                    ///< the last sequence before this request; otherwise refused
  std::vector<std::string> events;      ///< take the sequences expected+1 ...; an empty string says nothing to the
                                        ///< logic, it only gives rows and reminders their place
  std::vector<row_write> rows;          ///< only with an event
  std::optional<std::string> snapshot;  ///< the state after the last of `events`; older events may then go
  std::vector<reminder_write> reminders{};    ///< only with an event
  /// Only with an event: history rows with smaller keys are hidden from here on, and removed later. It never falls.
  std::optional<std::string> history_floor{};
  bool remove_later = false;  ///< the older events need not go in the snapshot's own commit
};

/// Told of commits. Calls come from the log's own thread, in order, and must only hand the news on.
class append_listener {
 public:
  virtual ~append_listener() = default;
  /// Every append up to `last` is durable. One call may cover many appends of one group commit.
  virtual void committed(sequence last) noexcept = 0;
  /// The appends after the last `committed` did not happen, nor will those already queued behind them.
  /// The actor has to recover before it appends again.
  virtual void append_failed(const error& why) noexcept = 0;
};

struct recovered_log {
  epoch owner_epoch;
  std::optional<std::string> snapshot;
  sequence snapshot_at;                 ///< 0 without a snapshot
  std::vector<std::string> events;      ///< snapshot_at+1 ... last
  sequence last;
  std::vector<row> marks;               ///< unexpired rows of row_table::marks
  std::vector<reminder> reminders{};    ///< due or not, by name
  std::string history_floor{};          ///< empty without one
};

/// Rows with keys in (after, before), exclusive both; an empty bound is open.
struct row_query {
  row_table table = row_table::history;
  std::string after;
  std::string before;
  bool newest_first = false;
  std::uint32_t rows_max = 100;
  std::uint32_t bytes_max = 256 * 1024;  ///< of values; at least one row is returned whatever its size
};

struct row_page {
  std::vector<row> rows;  ///< in the order asked for
  bool more = false;      ///< rows_max or bytes_max ended the page
};

struct due_reminder {
  actor_id actor;
  std::string name;
  std::int64_t due_ms = 0;
  std::string payload;
};

struct due_page {
  std::vector<due_reminder> entries;  ///< the earliest first
  std::string cursor;                 ///< where the next page begins
  bool more = false;                  ///< a limit ended the page
};

/// Durability as the runtime needs it; implemented by `cluster/` over the storage of this node (and, later, of
/// its replicas). Thread: any. Callbacks run on the log's threads and must only hand the result on.
class durable_log {
 public:
  virtual ~durable_log() = default;

  /// Reads what an actor needs to start and opens its journal for appends by this caller, who is the only one:
  /// an earlier opener's appends are refused from here on. Errors: corrupt (named; the actor must not run),
  /// not_owner, retryable.
  virtual void recover(const actor_id& actor, unique_function<void(result<recovered_log>)> done) = 0;

  /// Whether an append would be accepted now, with some room to spare for those on their way. Errors: overloaded,
  /// retryable (the disk refuses writes, the log is closing).
  [[nodiscard]] virtual result<void> accepts() const = 0;

  /// Queues one commit; durable when `listener->committed` covers its last sequence. Appends of one actor keep
  /// their order. Errors at once (nothing queued, `listener` not called): overloaded when the queue is full.
  [[nodiscard]] virtual result<void> append(append_request request, std::shared_ptr<append_listener> listener) = 0;

  /// Forgets an actor that was passivated. REQUIRES: no append of it is under way.
  virtual void release(const actor_id& actor) = 0;

  /// One page of rows, as committed. Errors: corrupt (names the row), retryable, overloaded.
  virtual void read_rows(const actor_id& actor, row_query query, unique_function<void(result<row_page>)> done) = 0;

  /// Reminders of all actors of a partition that are due at `until_ms` or before, as committed, `entries_max` at most and
  /// about 1 MiB. `after_cursor` is that of the page before, or empty. One is given again until its actor's append removes
  /// it; a damaged one is left out, logged and counted. Errors: not_owner, retryable, overloaded, corrupt.
  virtual void due_reminders(partition p, std::int64_t until_ms, std::string after_cursor, std::uint32_t entries_max,
                             unique_function<void(result<due_page>)> done) = 0;
};

/// 8-byte big-endian, so that keys sort as numbers.
[[nodiscard]] std::string big_endian_key(std::uint64_t n);
/// Errors: corrupt when `key` is not 8 bytes.
[[nodiscard]] result<std::uint64_t> parse_big_endian_key(std::string_view key);

}  // namespace lightstick::runtime
