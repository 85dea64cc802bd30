// One memory setting that holds, few threads, filters that are used, and gauges that show it.
#include <rocksdb/cache.h>
#include <rocksdb/perf_context.h>
#include <atomic>
#include <fstream>
#include <thread>

#include "fixture.hpp"
#include "runtime/base/random.hpp"
#include "storage/engine.hpp"
#include "storage/rocks/database.hpp"
#include "storage/rocks/open.hpp"

namespace lightstick::storage::test {
namespace {

constexpr std::uint64_t mib = 1U << 20U;

log_id room(std::uint64_t n) { return {partition{static_cast<std::uint16_t>(n % 256)}, "room/" + std::to_string(n)}; }

/// A store whose engine the test can look at.
class bounds : public store_test {
 protected:
  void SetUp() override {
    options_.memory_bytes = 16 * mib;
    options_.durability = durability::os;
    start(true);
  }
  void start(bool fresh) {
    auto opened = rocks::open({data(), fresh, options_.memory_bytes}, clock_);
    ASSERT_TRUE(opened) << opened.error().to_string();
    disk_ = opened->get();
    numbers_ = std::make_unique<metrics>();
    store_ = store::over(std::move(*opened), options_, *numbers_, clock_).value();
  }
  /// Rows, events, marks and reminders of random bytes that no compression makes smaller.
  append_request filled(const log_id& log, std::uint64_t at, std::size_t bytes) {
    auto text = [&](std::size_t n) {
      std::string out(n, '\0');
      for (auto& c : out) c = static_cast<char>(random_.next() & 0xFFU);
      return out;
    };
    auto r = after(at, {text(bytes / 4)}, log);
    for (std::size_t n = 0; n < 8; ++n) r.rows.push_back(history_row(std::to_string(at * 8 + n), text(bytes / 16)));
    for (std::size_t n = 0; n < 2; ++n) r.rows.push_back(mark(std::to_string(at * 8 + n), text(bytes / 16)));
    r.reminders.push_back({std::to_string(at), std::nullopt, static_cast<std::int64_t>(at), text(bytes / 8)});
    return r;
  }

  std::uint64_t table_bytes(const std::string& of) {
    for (const auto& e : numbers_->entries()) {
      if (e.name == "lightstick_storage_table_bytes" && e.labels[0].value == of) return e.as_gauge->value();
    }
    ADD_FAILURE() << "no family " << of;
    return 0;
  }

  seeded_random random_{1};
  engine* disk_ = nullptr;
};

TEST_F(bounds, memory_holds_while_much_more_than_it_is_written_and_read) {
  constexpr std::uint64_t rooms = 32;
  constexpr std::uint64_t commits = 1'600;  // of 64 KiB: six times the memory
  for (std::uint64_t n = 0; n < rooms; ++n) open_log(room(n));
  std::atomic<bool> done{false};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&, i] {
      for (std::uint64_t n = i; !done; n += 7) {
        auto view = disk_->view();  // as a long read does, it pins what it reads
        row_query page;
        page.newest_first = n % 2 == 0;
        EXPECT_TRUE(store_->read_rows(room(n % rooms), page));
      }
    });
  }
  engine_state most;
  std::uint64_t last_tables = 0;
  std::vector<std::uint64_t> at(rooms);
  for (std::uint64_t n = 0; n < commits; ++n) {
    auto& seq = at[n % rooms];
    commit(filled(room(n % rooms), seq++, 64U << 10U));
    auto now = disk_->state();
    ASSERT_TRUE(now);
    most.cache_bytes = std::max(most.cache_bytes, now->cache_bytes);
    most.memtable_bytes = std::max(most.memtable_bytes, now->memtable_bytes);
    most.table_readers_bytes = std::max(most.table_readers_bytes, now->table_readers_bytes);
    last_tables = 0;
    for (const auto& f : now->families) last_tables += f.bytes;
  }
  done = true;
  readers.clear();
  EXPECT_GT(last_tables, 4 * options_.memory_bytes) << "the test has to write more than fits";
  // The cache may be over by what was pinned at once or charged in one step.
  EXPECT_LE(most.cache_bytes, options_.memory_bytes + 2 * mib);
  EXPECT_GT(most.cache_bytes, options_.memory_bytes / 2) << "memory that is given is used";
  EXPECT_LE(most.memtable_bytes, options_.memory_bytes / 2 + 2 * mib);
  EXPECT_LE(most.table_readers_bytes, options_.memory_bytes / 4);
}

TEST_F(bounds, background_threads_are_few) {
  std::size_t threads = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream in(task.path() / "comm");
    std::string name;
    std::getline(in, name);
    threads += name.starts_with("rocksdb") ? 1 : 0;
  }
  EXPECT_GE(threads, 1U);
  EXPECT_LE(threads, 4U) << "flushes, compactions, and what RocksDB keeps for itself";
}

/// Data blocks that this thread has asked for since.
class data_blocks {
 public:
  data_blocks() {
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
    rocksdb::get_perf_context()->Reset();
  }
  ~data_blocks() { rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable); }
  data_blocks(const data_blocks&) = delete;
  data_blocks& operator=(const data_blocks&) = delete;
  [[nodiscard]] static std::uint64_t count() {
    const auto& seen = *rocksdb::get_perf_context();
    return seen.block_cache_hit_count - seen.block_cache_index_hit_count - seen.block_cache_filter_hit_count +
           seen.block_read_count - seen.index_block_read_count - seen.filter_block_read_count;
  }
};

TEST_F(bounds, a_log_that_is_not_there_costs_no_data_block) {
  constexpr std::uint64_t rooms = 2'000;
  for (std::uint64_t n = 0; n < rooms; n += 2) {
    open_log(room(n));
    auto r = filled(room(n), 0, 1024);
    r.history_floor = "0";
    commit(r);
    r = filled(room(n), 1, 1024);
    r.snapshot = "state";
    commit(r);
  }
  close();
  start(false);  // what the log held is in tables now
  data_blocks touched;
  for (std::uint64_t n = 0; n < rooms; n += 20) EXPECT_TRUE(store_->read_log(room(n))->snapshot);
  EXPECT_GT(data_blocks::count(), rooms / 20) << "this test must see those that are there";
  data_blocks none;
  for (std::uint64_t n = 1; n < rooms; n += 2) {
    auto c = store_->read_log(room(n));
    ASSERT_TRUE(c && c->last == sequence{});
    ASSERT_TRUE(store_->read_rows(room(n), {})->rows.empty());
  }
  // 1,000 logs in 6 families: a filter is wrong one time in a hundred.
  EXPECT_LT(data_blocks::count(), 200U);
}

TEST_F(bounds, the_oldest_tables_are_compressed_best) {
  open_log();
  auto r = after(0, {"e"});
  for (int n = 0; n < 1000; ++n) r.rows.push_back(history_row(std::to_string(n), std::string(100, 'x')));
  commit(r);
  close();
  auto d = rocks::database::open({data(), false, options_.memory_bytes}, rocks::database::access::read_write,
                                 rocksdb::NewLRUCache(mib), clock_);
  ASSERT_TRUE(d);
  auto* history = (*d)->handle(family::history);
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  ASSERT_TRUE((*d)->db().CompactRange(all, history, nullptr, nullptr).ok());
  rocksdb::TablePropertiesCollection tables;
  ASSERT_TRUE((*d)->db().GetPropertiesOfAllTables(history, &tables).ok());
  ASSERT_FALSE(tables.empty());
  for (const auto& [name, properties] : tables) EXPECT_EQ(properties->compression_name, "ZSTD");
}

TEST_F(bounds, gauges_show_the_engine_and_stay_when_it_is_gone) {
  open_log();
  commit(filled(aurora, 0, 1U << 20U));
  EXPECT_GT(number("lightstick_storage_memtable_bytes"), 1'000'000U);
  EXPECT_GT(number("lightstick_storage_log_bytes"), 1'000'000U);
  EXPECT_GT(number("lightstick_storage_cache_bytes"), 1'000'000U) << "memtables count";
  EXPECT_EQ(number("lightstick_storage_writes_stopped"), 0U);
  EXPECT_EQ(number("lightstick_storage_delayed_write_bytes_per_second"), 0U);
  EXPECT_EQ(table_bytes("history"), 0U);
  close();
  EXPECT_GT(number("lightstick_storage_memtable_bytes"), 1'000'000U);
  start(false);
  EXPECT_GT(table_bytes("history"), 100'000U);
  EXPECT_GT(table_bytes("journal"), 100'000U);
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (number("lightstick_storage_log_bytes") > 100'000 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});  // the old log is removed in the background
  }
  EXPECT_LT(number("lightstick_storage_log_bytes"), 100'000U);
}

}  // namespace
}  // namespace lightstick::storage::test
