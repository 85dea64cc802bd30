#include "storage/rocks/tuning.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <rocksdb/write_buffer_manager.h>
#include <algorithm>

#include "storage/rocks/extensions.hpp"

namespace lightstick::storage::rocks {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20U;
constexpr int cache_shard_bits = 2;
constexpr int open_files_max = 1'000;        // of the process's 20,000, most of which are sockets
constexpr std::uint64_t wal_bytes_max = 64 * mib;  // what a start replays at most, about half a second
constexpr int memtables_max = 2;             // of one family: one is filled, one is written to a table
constexpr std::size_t memtable_shares = 32;  // the sum of all families' shares
constexpr double memtable_filter_part = 0.01;  // of a memtable: 9 bits a key or more, however small these are
constexpr std::uint64_t marks_rewritten_after_s = 60 * 60;
constexpr std::size_t due_window = 1'000;      // entries side by side
constexpr std::size_t due_removed_max = 250;   // of them removed, before their table is compacted
constexpr std::uint64_t history_rewritten_after_s = 24 * 60 * 60;

/// Memtables are written to tables when together they have a quarter of the budget. They are charged to the cache, which
/// gives up blocks for them, so that both stay inside the budget.
std::size_t write_buffers_bytes(std::size_t memory_bytes) { return memory_bytes / 4; }

/// When the disk is too slow for that, each family may fill one memtable while another is being written, then its
/// writers wait: all of them together have at most half of the budget.
std::size_t memtable_bytes(family f, std::size_t memory_bytes) {
  auto share = [&] {
    switch (f) {
      case family::history: return 10;
      case family::journal: return 8;
      case family::marks: return 6;
      case family::snapshots:
      case family::reminders:
      case family::due: return 2;
      case family::meta:
      case family::floors: return 1;
    }
    return 1;
  };
  return std::min(memory_bytes / 4 / memtable_shares * static_cast<std::size_t>(share()), 64 * mib);
}

std::shared_ptr<rocksdb::TableFactory> tables(const std::shared_ptr<rocksdb::Cache>& cache, bool point_reads) {
  rocksdb::BlockBasedTableOptions t;
  t.block_cache = cache;
  t.block_size = 16U << 10U;
  t.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  t.whole_key_filtering = point_reads;
  t.cache_index_and_filter_blocks = true;
  t.cache_index_and_filter_blocks_with_high_priority = true;
  t.pin_l0_filter_and_index_blocks_in_cache = true;
  t.format_version = 5;
  t.checksum = rocksdb::kXXH3;
  for (auto role : {rocksdb::CacheEntryRole::kFilterConstruction, rocksdb::CacheEntryRole::kBlockBasedTableReader,
                    rocksdb::CacheEntryRole::kFileMetadata}) {
    t.cache_usage_options.options_overrides[role].charged = rocksdb::CacheEntryRoleOptions::Decision::kEnabled;
  }
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(t));
}

}  // namespace

std::shared_ptr<rocksdb::Cache> make_cache(std::size_t memory_bytes) {
  rocksdb::LRUCacheOptions c;
  c.capacity = memory_bytes;
  c.num_shard_bits = cache_shard_bits;
  c.high_pri_pool_ratio = 0.25;
  return rocksdb::NewLRUCache(c);
}

rocksdb::DBOptions database_options(const open_options& o, std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::DBOptions d;
  if (o.env != nullptr) d.env = o.env;
  d.create_if_missing = o.create;
  d.error_if_exists = o.create;
  d.create_missing_column_families = o.create || o.families == families::make_missing;

  d.paranoid_checks = true;
  d.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  d.track_and_verify_wals_in_manifest = true;
  d.manual_wal_flush = false;
  d.allow_mmap_reads = false;
  d.allow_mmap_writes = false;

  d.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(write_buffers_bytes(o.memory_bytes), std::move(cache));
  d.max_total_wal_size = wal_bytes_max;
  d.max_open_files = open_files_max;
  d.max_background_jobs = 2;
  d.max_subcompactions = 1;
  d.max_file_opening_threads = 2;
  d.bytes_per_sync = mib;
  d.avoid_unnecessary_blocking_io = true;
  d.max_bgerror_resume_count = 0;
  d.listeners.push_back(failure_policy());

  d.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  d.max_manifest_file_size = 16 * mib;
  d.stats_dump_period_sec = 0;
  d.stats_persist_period_sec = 0;
  return d;
}

rocksdb::ColumnFamilyOptions column_family(family f, const open_options& o,
                                           const std::shared_ptr<rocksdb::Cache>& cache, const clock_source& clock) {
  rocksdb::ColumnFamilyOptions c;
  c.table_factory = tables(cache, !many_keys_a_log(f));
  if (many_keys_a_log(f)) {
    c.prefix_extractor = log_prefix_transform();
    // A log's next key nearly always goes behind its last: not sought among those of all others.
    c.memtable_insert_with_hint_prefix_extractor = log_prefix_transform();
    c.memtable_prefix_bloom_size_ratio = memtable_filter_part;
  }
  c.write_buffer_size = memtable_bytes(f, o.memory_bytes);
  c.max_write_buffer_number = memtables_max;
  c.level_compaction_dynamic_level_bytes = true;
  c.compression = rocksdb::kLZ4Compression;
  c.bottommost_compression = rocksdb::kZSTD;
  if (f == family::marks) {
    c.compaction_filter_factory = mark_filter_factory(clock);
    c.ttl = marks_rewritten_after_s;
    c.periodic_compaction_seconds = marks_rewritten_after_s;
  }
  if (f == family::due) {
    // Read from its beginning every second, which is where everything that was done is removed.
    c.table_properties_collector_factories.push_back(
        rocksdb::NewCompactOnDeletionCollectorFactory(due_window, due_removed_max));
  }
  if (f == family::history) {
    c.ttl = history_rewritten_after_s;
    c.periodic_compaction_seconds = history_rewritten_after_s;
  }
  return c;
}

}  // namespace lightstick::storage::rocks
