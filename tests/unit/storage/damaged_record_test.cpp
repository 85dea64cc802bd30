#include "fixture.hpp"
#include "storage/engine.hpp"
#include "storage/record.hpp"
#include "storage/rocks/open.hpp"

namespace lightstick::storage::test {
namespace {

/// A store whose engine the test keeps a hand on, to change stored bytes behind its back.
class damaged_record : public store_test {
 protected:
  void SetUp() override {
    auto opened = rocks::open({data(), true, options_.memory_bytes}, clock_);
    ASSERT_TRUE(opened) << opened.error().to_string();
    disk_ = opened->get();
    numbers_ = std::make_unique<metrics>();
    store_ = store::over(std::move(*opened), options_, *numbers_, clock_).value();
    open_log();
    auto r = after(0, {"state"});
    r.snapshot = "a snapshot";
    commit(std::move(r));
    r = after(1, {"an event"});
    r.rows = {history_row("row-1", "a row"), mark("mark-1", "a mark", clock_.wall().value + 1000)};
    r.reminders = {{"reminder-1", std::nullopt, 1000, "a reminder"}, {"reminder-2", std::nullopt, 2000, "another"}};
    r.history_floor = "row";
    commit(std::move(r));
  }

  void put(family f, const std::string& key, const std::string& value) {
    std::vector<write_op> ops{{write_op::kind::put, f, key, value}};
    ASSERT_TRUE(disk_->write({&ops, 1}, false));
  }

  /// Flips every bit of every byte of the record, one at a time, and expects `read` to name it each time.
  template <class Read>
  void expect_named(family f, const std::string& key, Read read) {
    auto whole = disk_->get(f, key).value().value();
    ASSERT_TRUE(read());
    for (std::size_t at = 0; at < whole.size(); ++at) {
      auto damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1U << (at % 8)));
      put(f, key, damaged);
      auto outcome = read();
      ASSERT_FALSE(outcome) << "byte " << at << " of " << describe(f, key);
      EXPECT_TRUE(outcome.error().is(condition::corrupt));
      EXPECT_NE(outcome.error().to_string().find(describe(f, key)), std::string::npos) << outcome.error().to_string();
    }
    EXPECT_EQ(number("lightstick_storage_corrupt_records_total"), whole.size());
    put(f, key, whole);
    EXPECT_TRUE(read());
  }

  const std::string prefix_ = log_prefix(aurora);
  engine* disk_ = nullptr;
};

TEST_F(damaged_record, of_an_event_is_named_and_the_log_not_opened) {
  expect_named(family::journal, journal_key(prefix_, sequence{2}), [&] { return store_->open_log(aurora); });
}
TEST_F(damaged_record, of_a_snapshot_is_named) {
  expect_named(family::snapshots, prefix_, [&] { return store_->open_log(aurora); });
}
TEST_F(damaged_record, of_a_mark_is_named) {
  expect_named(family::marks, row_key(prefix_, "mark-1"), [&] { return store_->read_log(aurora); });
}
TEST_F(damaged_record, of_history_is_named_and_costs_only_its_page) {
  expect_named(family::history, row_key(prefix_, "row-1"), [&] { return store_->read_rows(aurora, {}); });
  put(family::history, row_key(prefix_, "row-2"), "nonsense");
  row_query first;
  first.rows_max = 1;
  EXPECT_TRUE(store_->read_rows(aurora, first)) << "the page ends before the damage";
  auto whole = store_->read_rows(aurora, {});
  ASSERT_TRUE(whole) << "what is not damaged is served";
  EXPECT_EQ(whole->rows.size(), 1U);
  EXPECT_TRUE(whole->more);
  row_query next;
  next.after = "row-1";
  auto refused = store_->read_rows(aurora, next);
  ASSERT_FALSE(refused) << "the page that begins with it is not";
  EXPECT_NE(refused.error().detail.find("row-2"), std::string::npos) << refused.error().detail;
  EXPECT_TRUE(store_->open_log(aurora)) << "history is not part of recovery";
}

TEST_F(damaged_record, of_a_reminder_is_named) {
  expect_named(family::reminders, row_key(prefix_, "reminder-1"), [&] { return store_->open_log(aurora); });
}
TEST_F(damaged_record, of_a_floor_is_named_and_nothing_below_it_shown) {
  expect_named(family::floors, prefix_, [&] { return store_->read_rows(aurora, {}); });
}
TEST_F(damaged_record, of_a_due_reminder_is_named_and_the_others_fall_due) {
  due_entry first{aurora.partition, 1000, aurora.name, "reminder-1"};
  auto expect_left_out = [&](family f, const std::string& key) {
    auto whole = disk_->get(f, key).value().value();
    put(f, key, "nonsense");
    auto before = number("lightstick_storage_corrupt_records_total");
    auto page = store_->due_reminders(aurora.partition, 5000, {}, 10);
    ASSERT_TRUE(page) << page.error().to_string();
    ASSERT_EQ(page->entries.size(), 1U);
    EXPECT_EQ(page->entries[0].name, "reminder-2");
    ASSERT_EQ(page->damaged.size(), 1U);
    EXPECT_NE(page->damaged[0].to_string().find(describe(f, key)), std::string::npos) << page->damaged[0].to_string();
    EXPECT_EQ(number("lightstick_storage_corrupt_records_total"), before + 1);
    put(f, key, whole);
    EXPECT_EQ(store_->due_reminders(aurora.partition, 5000, {}, 10)->entries.size(), 2U);
  };
  expect_left_out(family::due, due_key(first));
  expect_left_out(family::reminders, row_key(prefix_, "reminder-1"));
}

TEST_F(damaged_record, of_one_log_costs_no_other) {
  log_id other{aurora.partition, "room/other"};
  open_log(other);
  commit(after(0, {"fine"}, other));
  put(family::journal, journal_key(prefix_, sequence{2}), "nonsense");
  EXPECT_FALSE(store_->open_log(aurora));
  EXPECT_EQ(open_log(other).events.size(), 1U);
  EXPECT_EQ(code_of(store_->append(after(2, {"x"}), {})), errc::not_open);
}

TEST_F(damaged_record, a_missing_event_is_a_damage) {
  commit(after(2, {"third"}));
  commit(after(3, {"fourth"}));
  std::vector<write_op> ops{{write_op::kind::erase, family::journal, journal_key(prefix_, sequence{3}), {}}};
  ASSERT_TRUE(disk_->write({&ops, 1}, false));
  auto outcome = store_->open_log(aurora);
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(condition::corrupt));
  EXPECT_NE(outcome.error().to_string().find("sequence 4: follows sequence 2"), std::string::npos)
      << outcome.error().to_string();
}

TEST_F(damaged_record, an_event_of_an_older_epoch_behind_a_newer_one_is_a_damage) {
  auto key = journal_key(prefix_, sequence{3});
  put(family::journal, key, encode_event(key, {epoch{5}, "e"}));
  EXPECT_TRUE(store_->read_log(aurora));
  key = journal_key(prefix_, sequence{4});
  put(family::journal, key, encode_event(key, {epoch{4}, "e"}));
  EXPECT_TRUE(is(store_->read_log(aurora), condition::corrupt));
}

}  // namespace
}  // namespace lightstick::storage::test
