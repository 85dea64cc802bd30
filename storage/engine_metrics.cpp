#include "storage/engine_metrics.hpp"

#include <mutex>

namespace lightstick::storage {

struct engine_metrics::shared {
  explicit shared(metrics& r)
      : memtable_bytes(r.make_gauge("lightstick_storage_memtable_bytes", "Written, not yet in tables.")),
        memtables_waiting(
            r.make_gauge("lightstick_storage_memtables_waiting", "Full memtables that wait to become tables.")),
        compaction_bytes(r.make_gauge("lightstick_storage_compaction_bytes_waiting",
                                      "Bytes to be written anew before the tables are in order.")),
        failures(r.make_gauge("lightstick_storage_background_failures",
                              "Flushes and compactions that failed since the database was opened.")),
        delayed(r.make_gauge("lightstick_storage_delayed_write_bytes_per_second",
                             "Writes are slowed down to this rate; 0 = they are not.")),
        stopped(r.make_gauge("lightstick_storage_writes_stopped",
                             "1 while writes wait for flushes or compactions to catch up.")),
        cache_bytes(r.make_gauge("lightstick_storage_cache_bytes",
                                 "Memory under storage.memory_bytes in use: blocks, filters, indexes, memtables.")),
        pinned_bytes(r.make_gauge("lightstick_storage_cache_pinned_bytes", "Of it, what cannot be given up now.")),
        readers_bytes(
            r.make_gauge("lightstick_storage_table_readers_bytes", "Memory of open tables beside the cache.")),
        log_bytes(r.make_gauge("lightstick_storage_log_bytes", "Write-ahead log, which a start replays.")) {
    for (auto f : all_families) {
      auto label = std::vector<metrics::label>{{"family", std::string(to_string(f))}};
      auto at = static_cast<std::size_t>(f);
      family_bytes.at(at) = &r.make_gauge("lightstick_storage_table_bytes", "Tables on the disk.", label);
      newest_tables.at(at) =
          &r.make_gauge("lightstick_storage_level0_tables",
                        "Tables not yet sorted into others; writes are slowed down at 20 and stopped at 36.", label);
    }
  }

  void refresh() {
    std::lock_guard lock(mutex);
    if (of == nullptr) return;
    auto now = of->state();
    if (!now) return;
    auto set = [](gauge& g, std::uint64_t n) { g.set(static_cast<std::int64_t>(n)); };
    for (std::size_t i = 0; i < family_count; ++i) {
      set(*family_bytes.at(i), now->families.at(i).bytes);
      set(*newest_tables.at(i), now->families.at(i).newest_tables);
    }
    set(memtable_bytes, now->memtable_bytes);
    set(memtables_waiting, now->memtables_waiting);
    set(compaction_bytes, now->compaction_bytes_waiting);
    set(failures, now->compaction_failures);
    set(delayed, now->write_bytes_per_s_max);
    set(stopped, now->writes_stopped ? 1 : 0);
    set(cache_bytes, now->cache_bytes);
    set(pinned_bytes, now->cache_pinned_bytes);
    set(readers_bytes, now->table_readers_bytes);
    set(log_bytes, now->log_bytes);
  }

  std::mutex mutex;
  const engine* of = nullptr;  ///< null when it is gone
  gauge& memtable_bytes;
  gauge& memtables_waiting;
  gauge& compaction_bytes;
  gauge& failures;
  gauge& delayed;
  gauge& stopped;
  gauge& cache_bytes;
  gauge& pinned_bytes;
  gauge& readers_bytes;
  gauge& log_bytes;
  std::array<gauge*, family_count> family_bytes{};
  std::array<gauge*, family_count> newest_tables{};
};

engine_metrics::engine_metrics(metrics& registry, const engine& of) : shared_(std::make_shared<shared>(registry)) {
  shared_->of = &of;
  registry.on_collect([s = shared_] { s->refresh(); });
}

engine_metrics::~engine_metrics() {
  std::lock_guard lock(shared_->mutex);
  shared_->of = nullptr;
}

}  // namespace lightstick::storage
