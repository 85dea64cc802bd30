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

/// Keeps RocksDB from resuming by itself after an error that stopped writes: the engine opens the database again then,
/// and two at once would disturb each other. Less serious ones (a compaction that found no room) it may mend.
[[nodiscard]] std::shared_ptr<rocksdb::EventListener> no_self_resume();

}  // namespace lightstick::storage::rocks
