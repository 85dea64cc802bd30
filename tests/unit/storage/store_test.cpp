#include "fixture.hpp"

namespace lightstick::storage::test {
namespace {

std::string key_of(std::uint8_t n) { return std::string(7, '\0') + static_cast<char>(n); }

std::vector<std::string> keys_of(const row_page& page) {
  std::vector<std::string> out;
  for (const auto& r : page.rows) out.push_back(r.key);
  return out;
}

TEST_F(store_test, a_log_never_written_is_empty) {
  auto c = open_log();
  EXPECT_EQ(c.last, sequence{});
  EXPECT_FALSE(c.snapshot);
  EXPECT_TRUE(c.events.empty());
  EXPECT_TRUE(c.marks.empty());
}

TEST_F(store_test, events_are_read_back_in_order_after_a_restart) {
  open_log();
  commit(after(0, {"one", "two"}));
  commit(after(2, {"three"}));
  reopen();
  auto c = open_log();
  EXPECT_EQ(c.events, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(c.last, sequence{3});
}

TEST_F(store_test, a_snapshot_replaces_the_events_before_it) {
  open_log();
  commit(after(0, {"one", "two"}));
  auto with_snapshot = after(2, {"three"});
  with_snapshot.snapshot = "state of three";
  commit(std::move(with_snapshot));
  commit(after(3, {"four"}));
  reopen();
  auto c = open_log();
  EXPECT_EQ(c.snapshot, "state of three");
  EXPECT_EQ(c.snapshot_at, sequence{3});
  EXPECT_EQ(c.events, (std::vector<std::string>{"four"}));
  EXPECT_EQ(c.last, sequence{4});
}

TEST_F(store_test, an_empty_snapshot_is_a_snapshot) {
  open_log();
  auto r = after(0, {"one"});
  r.snapshot = "";
  commit(std::move(r));
  EXPECT_EQ(open_log().snapshot, "");
}

TEST_F(store_test, logs_do_not_see_each_other) {
  log_id same_name_elsewhere{partition{8}, "room/aurora"};
  log_id longer_name{partition{7}, "room/aurora2"};
  for (const auto& log : {aurora, same_name_elsewhere, longer_name}) {
    open_log(log);
    auto r = after(0, {log.name + std::to_string(log.partition.value)}, log);
    r.rows = {history_row("k", log.name), mark("m", log.name)};
    commit(std::move(r));
  }
  for (const auto& log : {aurora, same_name_elsewhere, longer_name}) {
    auto c = open_log(log);
    EXPECT_EQ(c.events, (std::vector<std::string>{log.name + std::to_string(log.partition.value)}));
    EXPECT_EQ(c.marks, (std::vector<row>{{"m", log.name}}));
    EXPECT_EQ(store_->read_rows(log, {})->rows, (std::vector<row>{{"k", log.name}}));
  }
}

TEST_F(store_test, marks_are_given_until_they_expire) {
  open_log();
  auto now = clock_.wall().value;
  auto r = after(0, {"e"});
  r.rows = {mark("for ever", "1"), mark("a second", "2", now + 1000), mark("a minute", "3", now + 60'000)};
  commit(std::move(r));
  EXPECT_EQ(open_log().marks, (std::vector<row>{{"a minute", "3"}, {"a second", "2"}, {"for ever", "1"}}));
  clock_.advance(std::chrono::seconds{1});
  EXPECT_EQ(open_log().marks, (std::vector<row>{{"a minute", "3"}, {"for ever", "1"}}));
}

TEST_F(store_test, a_row_without_value_is_removed) {
  open_log();
  auto r = after(0, {"e"});
  r.rows = {mark("m", "1"), history_row("k", "1")};
  commit(std::move(r));
  r = after(1, {"e"});
  r.rows = {{row_table::marks, "m", std::nullopt, 0}, {row_table::history, "k", std::nullopt, 0}};
  commit(std::move(r));
  EXPECT_TRUE(open_log().marks.empty());
  EXPECT_TRUE(store_->read_rows(aurora, {})->rows.empty());
}

class history_paging : public store_test {
 protected:
  void SetUp() override {
    store_test::SetUp();
    // Neighbours on both sides, which no page may reach into.
    for (const auto& log : {log_id{partition{6}, "room/aurora"}, aurora, log_id{partition{8}, "room/aurora"}}) {
      open_log(log);
      auto r = after(0, {"e"}, log);
      for (std::uint8_t n = 1; n <= 9; ++n) r.rows.push_back(history_row(key_of(n), std::string(10, 'x')));
      commit(std::move(r));
    }
  }
  row_page page(std::string after, std::string before, bool newest_first, std::uint32_t rows_max = 100,
                std::uint32_t bytes_max = 1000) {
    auto p = store_->read_rows(
        aurora, {row_table::history, std::move(after), std::move(before), newest_first, rows_max, bytes_max});
    EXPECT_TRUE(p) << p.error().to_string();
    return p ? *p : row_page{};
  }
  static std::vector<std::string> keys(std::initializer_list<std::uint8_t> numbers) {
    std::vector<std::string> out;
    for (auto n : numbers) out.push_back(key_of(n));
    return out;
  }
};

TEST_F(history_paging, open_bounds_give_all_of_the_log_and_nothing_else) {
  EXPECT_EQ(keys_of(page("", "", false)), keys({1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(keys_of(page("", "", true)), keys({9, 8, 7, 6, 5, 4, 3, 2, 1}));
  EXPECT_FALSE(page("", "", true).more);
}

TEST_F(history_paging, bounds_are_exclusive) {
  EXPECT_EQ(keys_of(page(key_of(3), key_of(6), false)), keys({4, 5}));
  EXPECT_EQ(keys_of(page(key_of(3), key_of(6), true)), keys({5, 4}));
  EXPECT_TRUE(page(key_of(3), key_of(4), false).rows.empty());
  EXPECT_TRUE(page(key_of(6), key_of(3), true).rows.empty());
}

TEST_F(history_paging, a_limit_of_rows_ends_the_page_and_says_so) {
  auto p = page(key_of(2), "", false, 3);
  EXPECT_EQ(keys_of(p), keys({3, 4, 5}));
  EXPECT_TRUE(p.more);
  p = page("", key_of(4), true, 3);
  EXPECT_EQ(keys_of(p), keys({3, 2, 1}));
  EXPECT_FALSE(p.more) << "the end of the log ended it, not the limit";
}

TEST_F(history_paging, a_limit_of_bytes_ends_the_page_but_leaves_one_row) {
  auto p = page("", "", false, 100, 25);
  EXPECT_EQ(keys_of(p), keys({1, 2}));
  EXPECT_TRUE(p.more);
  p = page("", "", true, 100, 1);
  EXPECT_EQ(keys_of(p), keys({9}));
  EXPECT_TRUE(p.more);
}

TEST_F(history_paging, pages_are_the_same_from_tables_as_from_memory) {
  reopen();  // replays the log into tables
  EXPECT_EQ(keys_of(page(key_of(3), key_of(6), false)), keys({4, 5}));
  EXPECT_EQ(keys_of(page("", key_of(4), true)), keys({3, 2, 1}));
  EXPECT_EQ(keys_of(page("", "", true)), keys({9, 8, 7, 6, 5, 4, 3, 2, 1}));
}

TEST_F(history_paging, pages_reach_from_memory_into_tables) {
  reopen();
  open_log();
  auto r = after(1, {"e"});
  for (std::uint8_t n = 10; n <= 12; ++n) r.rows.push_back(history_row(key_of(n), "new"));
  r.rows.push_back({row_table::history, key_of(9), std::nullopt, 0});
  commit(std::move(r));
  EXPECT_EQ(keys_of(page(key_of(6), key_of(12), true)), keys({11, 10, 8, 7}));
  EXPECT_EQ(keys_of(page(key_of(6), key_of(12), false)), keys({7, 8, 10, 11}));
  EXPECT_EQ(keys_of(page("", key_of(200), true, 4)), keys({12, 11, 10, 8})) << "the bound is no row";
  EXPECT_EQ(keys_of(page("", "", true, 4)), keys({12, 11, 10, 8}));
}

TEST_F(store_test, ids_are_random_and_stay) {
  auto id = store_->id();
  auto history = store_->history();
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(history.str().size(), 16U);
  reopen();
  EXPECT_EQ(store_->id(), id);
  EXPECT_EQ(store_->history(), history);
  temp_folder other;
  metrics numbers;
  options o;
  o.path = other.path();
  EXPECT_NE(store::open(o, numbers, clock_).value()->id(), id);
}

TEST_F(store_test, epochs_rise_and_stay) {
  EXPECT_EQ(store_->epoch_of(partition{7}), epoch{});
  std::pair<partition, epoch> up{partition{7}, epoch{3}};
  ASSERT_TRUE(store_->raise_epochs({&up, 1}));
  reopen();
  EXPECT_EQ(store_->epoch_of(partition{7}), epoch{3});
  EXPECT_EQ(store_->epoch_of(partition{8}), epoch{});
  std::pair<partition, epoch> down{partition{7}, epoch{2}};
  EXPECT_EQ(code_of(store_->raise_epochs({&down, 1})), errc::stale_epoch);
}

TEST_F(store_test, only_what_follows_the_last_append_is_accepted) {
  open_log();
  commit(after(0, {"one"}));
  EXPECT_EQ(code_of(store_->append(after(0, {"again"}), {})), errc::stale_sequence);
  EXPECT_EQ(code_of(store_->append(after(2, {"gap"}), {})), errc::stale_sequence);
  EXPECT_EQ(open_log().events, (std::vector<std::string>{"one"}));
}

TEST_F(store_test, a_log_that_is_not_open_accepts_nothing) {
  EXPECT_EQ(code_of(store_->append(after(0, {"one"}), {})), errc::not_open);
  open_log();
  store_->close_log(aurora);
  EXPECT_EQ(code_of(store_->append(after(0, {"one"}), {})), errc::not_open);
  EXPECT_EQ(number("lightstick_storage_logs_open"), 0U);
}

TEST_F(store_test, an_owner_of_an_older_epoch_is_refused) {
  open_log();
  std::pair<partition, epoch> up{aurora.partition, epoch{1}};
  ASSERT_TRUE(store_->raise_epochs({&up, 1}));
  EXPECT_TRUE(is(store_->append(after(0, {"one"}), {}), condition::not_owner));
  EXPECT_EQ(open_log().owner_epoch, epoch{1});
  auto r = after(0, {"one"});
  r.owner_epoch = epoch{1};
  commit(std::move(r));
}

TEST_F(store_test, a_reader_does_not_take_the_log_from_its_writer) {
  open_log();
  commit(after(0, {"one"}));
  EXPECT_EQ(store_->read_log(aurora)->events, (std::vector<std::string>{"one"}));
  commit(after(1, {"two"}));
}

TEST_F(store_test, what_can_never_work_is_invalid) {
  EXPECT_EQ(code_of(store_->open_log({partition{7}, ""})), errc::invalid);
  EXPECT_EQ(code_of(store_->open_log({partition{7}, std::string(log_name_bytes_max + 1, 'x')})), errc::invalid);
  EXPECT_EQ(code_of(store_->open_log({partition{partition_count}, "x"})), errc::invalid);
  open_log();
  auto r = after(0, {"e"});
  r.rows = {history_row("", "no key")};
  EXPECT_EQ(code_of(store_->append(r, {})), errc::invalid);
  EXPECT_EQ(code_of(store_->append(after(0, {std::string(options_.append_bytes_max + 1, 'x')}), {})), errc::invalid);
}

TEST_F(store_test, closing_commits_what_waits) {
  open_log();
  auto heard = std::make_shared<recorder>();
  for (std::uint64_t n = 0; n < 500; ++n) ASSERT_TRUE(store_->append(after(n, {"event"}), heard));
  close();
  EXPECT_EQ(heard->commits().back(), 500U);
  open();
  EXPECT_EQ(open_log().events.size(), 500U);
}

TEST_F(store_test, a_log_may_have_any_bytes_in_its_name) {
  log_id odd{partition{255}, std::string("\xff\xff\0\xff", 4)};
  open_log(odd);
  auto r = after(0, {"one"}, odd);
  r.rows = {history_row("\xff\xff", "v"), mark("m", "v")};
  commit(std::move(r));
  reopen();
  auto c = open_log(odd);
  EXPECT_EQ(c.events.size(), 1U);
  EXPECT_EQ(c.marks.size(), 1U);
  EXPECT_EQ(store_->read_rows(odd, {})->rows.size(), 1U);
  EXPECT_EQ(store_->read_rows(odd, {row_table::history, "", "", true})->rows.size(), 1U);
}

}  // namespace
}  // namespace lightstick::storage::test
