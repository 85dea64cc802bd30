#pragma once

#include <cstdint>
#include <vector>

#include "storage/engine.hpp"
#include "storage/store.hpp"

/// Logs to and from the engine's keys and values. Pure but for the reads.
namespace lightstick::storage {

/// Events that one snapshot removes at most; the next one goes on.
inline constexpr std::uint64_t events_removed_max = 4096;
/// Superfluous events that an append removes for each of its own, so that none has to remove many at once.
inline constexpr std::uint64_t events_removed_an_event = 2;

/// One append as changes of keys. With a snapshot its own events are not written, being part of it, and those before,
/// from `oldest` on, are removed: one by one, because RocksDB 7.8 can end the process when a compaction of range
/// deletions meets a full disk. With `remove_later`, and without a snapshot, only some of those up to `superfluous` are,
/// the sequence of the last snapshot.
struct encoded_append {
  std::vector<write_op> ops;
  sequence oldest;  ///< the oldest event that may still be stored afterwards
};
[[nodiscard]] encoded_append encode_append(const std::string& prefix, const append_request& request, sequence oldest,
                                           sequence superfluous = {});

struct loaded_log {
  log_contents contents;  ///< all but the epoch
  sequence oldest;  ///< as above
};
/// REQUIRES: `disk` does not change meanwhile. Errors: corrupt, newer_format, io_failed.
[[nodiscard]] result<loaded_log> load_log(const engine_reader& disk, const std::string& prefix, std::int64_t now_ms);

/// The key below which rows of history are hidden; empty without one. Errors: as load_log.
[[nodiscard]] result<std::string> load_floor(const engine_reader& disk, const std::string& prefix);

/// As store::due_reminders. An entry whose reminder is gone or due at another time is passed over.
/// REQUIRES: `disk` does not change meanwhile. Errors: as load_log, and invalid for a cursor of another partition.
[[nodiscard]] result<due_page> load_due(const engine_reader& disk, partition p, std::int64_t until_ms,
                                        const std::string& after_cursor, std::uint32_t entries_max);

/// A page of history begins at the floor and ends before a damaged row, so that only the page that would begin with it is an error.
/// Errors: as load_log.
[[nodiscard]] result<row_page> load_rows(const engine_reader& disk, const std::string& prefix, const row_query& query,
                                         std::int64_t now_ms);

}  // namespace lightstick::storage
