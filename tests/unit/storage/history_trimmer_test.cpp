// Retention: rows of history that a floor hides are not written anew.
#include <rocksdb/cache.h>

#include "fixture.hpp"
#include "runtime/base/random.hpp"
#include "storage/bytes.hpp"
#include "storage/rocks/database.hpp"

namespace lightstick::storage::test {
namespace {

std::string key_of(std::uint64_t n) {
  std::string out;
  put_big_endian(out, n);
  return out;
}

/// The machine with another date.
class later final : public rocksdb::EnvWrapper {
 public:
  explicit later(std::int64_t by_s) : EnvWrapper(rocksdb::Env::Default()), by_s_(by_s) {}
  rocksdb::Status GetCurrentTime(std::int64_t* unix_s) override {
    auto s = target()->GetCurrentTime(unix_s);
    *unix_s += by_s_;
    return s;
  }

 private:
  std::int64_t by_s_;
};

class trimming_history : public store_test {
 protected:
  static constexpr std::uint64_t rows = 1000;

  void write_rows(const log_id& log) {
    seeded_random random(1);
    open_log(log);
    auto r = after(0, {"e"}, log);
    for (std::uint64_t n = 1; n <= rows; ++n) r.rows.push_back(history_row(key_of(n), random_hex(random, 100)));
    commit(r);
  }
  void hide_below(const log_id& log, std::uint64_t n) {
    auto c = open_log(log);
    auto r = after(c.last.value(), {""}, log);
    r.history_floor = key_of(n);
    commit(r);
  }
  std::uint64_t shown(const log_id& log) {
    row_query all;
    all.rows_max = UINT32_MAX;
    all.bytes_max = UINT32_MAX;
    auto page = store_->read_rows(log, all);
    EXPECT_TRUE(page) << page.error().to_string();
    return page ? page->rows.size() : 0;
  }
  /// Works on the database without a store.
  template <class Do>
  void beneath(Do what, rocksdb::Env* env = nullptr) {
    close();
    auto db = rocks::database::open({data() / "rocks", false, options_.memory_bytes, env},
                                    rocks::database::access::read_write, rocksdb::NewLRUCache(1U << 20U), clock_);
    ASSERT_TRUE(db) << db.error().to_string();
    what(**db);
    db->reset();
    open();
  }
  static void compact(rocks::database& d) {
    rocksdb::CompactRangeOptions all;
    all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    ASSERT_TRUE(d.db().CompactRange(all, d.handle(family::history), nullptr, nullptr).ok());
  }
  static std::uint64_t stored(rocks::database& d) {
    rocksdb::ReadOptions how;
    how.total_order_seek = true;
    std::unique_ptr<rocksdb::Iterator> it(d.db().NewIterator(how, d.handle(family::history)));
    std::uint64_t count = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++count;
    EXPECT_TRUE(it->status().ok());
    return count;
  }
  /// Rows and tombstones in the tables.
  static std::uint64_t entries(rocks::database& d) {
    rocksdb::TablePropertiesCollection tables;
    EXPECT_TRUE(d.db().GetPropertiesOfAllTables(d.handle(family::history), &tables).ok());
    std::uint64_t sum = 0;
    for (const auto& [name, properties] : tables) sum += properties->num_entries;
    return sum;
  }
};

TEST_F(trimming_history, a_compaction_removes_what_is_hidden_and_leaves_no_tombstones) {
  log_id lobby{partition{7}, "room/lobby"};
  log_id other{partition{200}, "room/other"};
  for (const auto& log : {aurora, lobby, other}) write_rows(log);
  beneath([&](auto& d) {
    compact(d);
    EXPECT_EQ(stored(d), 3 * rows) << "no floor, nothing goes";
  });
  hide_below(aurora, 901);
  hide_below(other, rows + 1);
  beneath([&](auto& d) {
    compact(d);
    EXPECT_EQ(stored(d), 100 + rows);
    EXPECT_EQ(entries(d), 100 + rows);
  });
  EXPECT_EQ(shown(aurora), 100U);
  EXPECT_EQ(shown(lobby), rows);
  EXPECT_EQ(shown(other), 0U);
}

TEST_F(trimming_history, floors_of_many_logs_are_found_whatever_lies_between) {
  write_rows(aurora);
  write_rows({partition{9}, "room/aurora"});
  // More floors between the two than are passed one by one.
  for (int n = 0; n < 50; ++n) {
    log_id quiet{partition{8}, "room/" + std::to_string(n)};
    open_log(quiet);
    hide_below(quiet, 5);
  }
  hide_below(aurora, 11);
  hide_below({partition{9}, "room/aurora"}, 21);
  beneath([&](auto& d) {
    compact(d);
    EXPECT_EQ(stored(d), 2 * rows - 10 - 20);
  });
}

TEST_F(trimming_history, a_damaged_floor_removes_nothing) {
  write_rows(aurora);
  hide_below(aurora, 500);
  beneath([&](auto& d) {
    ASSERT_TRUE(d.db().Put({}, d.handle(family::floors), log_prefix(aurora), "nonsense").ok());
    compact(d);
    EXPECT_EQ(stored(d), rows);
  });
  EXPECT_TRUE(is(store_->read_rows(aurora, {}), condition::corrupt));
}

TEST_F(trimming_history, it_happens_by_itself_after_a_day) {
  write_rows(aurora);
  beneath([](auto& d) { compact(d); });
  hide_below(aurora, 991);
  later two_days(2 * 24 * 60 * 60);
  beneath(
      [&](auto& d) {
        auto deadline = std::chrono::steady_clock::now() + patience;
        while (stored(d) != 10 && std::chrono::steady_clock::now() < deadline) {
          // Ages are looked at whenever tables change.
          ASSERT_TRUE(d.db().Put({}, d.handle(family::history), row_key(log_prefix(aurora), key_of(rows)), "x").ok());
          ASSERT_TRUE(d.db().Flush({}, d.handle(family::history)).ok());
        }
        EXPECT_EQ(stored(d), 10U);
      },
      &two_days);
}

TEST_F(trimming_history, a_database_may_be_closed_in_the_middle_of_a_compaction) {
  for (std::uint16_t p = 0; p < 20; ++p) {
    write_rows({partition{p}, "room/aurora"});
    hide_below({partition{p}, "room/aurora"}, rows / 2);
  }
  for (int i = 0; i < 20; ++i) {
    beneath([&](auto& d) {
      ASSERT_TRUE(d.db().Put({}, d.handle(family::history), row_key(log_prefix(aurora), key_of(1)), "x").ok());
      ASSERT_TRUE(d.db().Flush({}, d.handle(family::history)).ok());
      ASSERT_TRUE(d.db().SuggestCompactRange(d.handle(family::history), nullptr, nullptr).ok());
    });
  }
  EXPECT_EQ(shown({partition{3}, "room/aurora"}), rows / 2 + 1);
}

}  // namespace
}  // namespace lightstick::storage::test
