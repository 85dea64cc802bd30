#pragma once

#include <rocksdb/compaction_filter.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <memory>

#include "runtime/base/clock.hpp"

namespace lightstick::storage::rocks {

/// Tells RocksDB that the log prefix of a key is what scans have in common, so that a bloom filter can say that a
/// file holds nothing of a log.
[[nodiscard]] std::shared_ptr<const rocksdb::SliceTransform> log_prefix_transform();

/// Drops marks some time after they expired, when their files are written anew. REQUIRES: `clock` outlives the database.
[[nodiscard]] std::shared_ptr<rocksdb::CompactionFilterFactory> mark_filter_factory(const clock_source& clock);

/// What failures in the background mean for writes.
///
/// A damaged table, met by a compaction, stops none: RocksDB would stop them all for good, where those who read the table
/// are told and nobody else is concerned. The compaction is tried again about once a second; `background_failures` grows.
///
/// RocksDB does not resume by itself after an error that stopped writes: the engine opens the database again then, and
/// two at once would disturb each other. Less serious ones (a compaction that found no room) it may mend.
[[nodiscard]] std::shared_ptr<rocksdb::EventListener> failure_policy();

}  // namespace lightstick::storage::rocks
