#include "storage/rocks/database_state.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace lightstick::storage::rocks {
namespace {

using properties = rocksdb::DB::Properties;

std::uint64_t number(const database& d, family f, const std::string& property) {
  std::uint64_t out = 0;
  return d.db().GetIntProperty(d.handle(f), property, &out) ? out : 0;
}

std::uint64_t sum(const database& d, const std::string& property) {
  std::uint64_t out = 0;
  return d.db().GetAggregatedIntProperty(property, &out) ? out : 0;
}

std::uint64_t newest_tables(const database& d, family f) {
  std::string text;
  std::uint64_t out = 0;
  if (!d.db().GetProperty(d.handle(f), properties::kNumFilesAtLevelPrefix + "0", &text)) return 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

}  // namespace

engine_state state_of(const database& d) {
  engine_state out;
  for (auto f : all_families) {
    if (d.handle(f) == nullptr) continue;
    auto& of = out.families.at(static_cast<std::size_t>(f));
    of.bytes = number(d, f, properties::kLiveSstFilesSize);
    of.newest_tables = newest_tables(d, f);
  }
  out.memtable_bytes = sum(d, properties::kCurSizeAllMemTables);
  out.memtables_waiting = sum(d, properties::kNumImmutableMemTable);
  out.compaction_bytes_waiting = sum(d, properties::kEstimatePendingCompactionBytes);
  out.compaction_failures = number(d, family::meta, properties::kBackgroundErrors);
  out.write_bytes_per_s_max = number(d, family::meta, properties::kActualDelayedWriteRate);
  out.writes_stopped = number(d, family::meta, properties::kIsWriteStopped) != 0;
  out.cache_bytes = number(d, family::meta, properties::kBlockCacheUsage);
  out.cache_pinned_bytes = number(d, family::meta, properties::kBlockCachePinnedUsage);
  out.table_readers_bytes = sum(d, properties::kEstimateTableReadersMem);
  return out;
}

}  // namespace lightstick::storage::rocks
