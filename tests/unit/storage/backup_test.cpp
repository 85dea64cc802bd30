#include "storage/backup.hpp"

#include <gmock/gmock.h>
#include <fstream>
#include <thread>

#include "fixture.hpp"
#include "runtime/base/random.hpp"

namespace lightstick::storage::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class backup_of_store : public store_test {
 protected:
  void SetUp() override {
    store_test::SetUp();
    open_log();
  }
  /// Sorts as the number does.
  static std::string row_of(std::uint64_t n) { return "row " + std::to_string(100'000 + n); }
  /// Messages `first+1 ... last` in the log, as events and rows that do not compress.
  void say(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t n = first; n < last; ++n) {
      auto r = after(n, {"event " + std::to_string(n + 1)});
      r.rows = {history_row(row_of(n + 1), random_hex(random_, 300))};
      commit(std::move(r));
    }
  }
  [[nodiscard]] fs::path backups() const { return folder_.path() / "backups"; }
  [[nodiscard]] fs::path other() const { return folder_.path() / "other"; }
  backup_made back_up(backup_order order = {}) {
    order.to = backups();
    auto made = store_->back_up(order, {});
    EXPECT_TRUE(made) << made.error().to_string();
    return made ? std::move(*made) : backup_made{};
  }
  /// Opens the folder that a back-up was restored into.
  std::unique_ptr<store> open_other() {
    auto o = options_;
    o.path = other();
    o.create = false;
    auto opened = store::open(o, others_, clock_);
    EXPECT_TRUE(opened) << opened.error().to_string();
    return opened ? std::move(*opened) : nullptr;
  }
  [[nodiscard]] std::vector<fs::path> files_of(const fs::path& folder, const std::string& end) const {
    std::vector<fs::path> out;
    for (const auto& item : fs::recursive_directory_iterator(folder)) {
      if (item.is_regular_file() && item.path().string().ends_with(end)) out.push_back(item.path());
    }
    return out;
  }

  seeded_random random_{7};
  metrics others_;
};

TEST_F(backup_of_store, restored_has_all_that_was_committed_and_nothing_later_under_a_new_identity) {
  ASSERT_TRUE(store_->raise_epochs(std::vector<std::pair<partition, epoch>>{{partition{9}, epoch{4}}}));
  say(0, 50);
  auto made = back_up();
  EXPECT_EQ(made.made.label.store_id, store_->id());
  EXPECT_EQ(made.made.label.made_ms, clock_.wall().value);
  EXPECT_GT(made.new_bytes, 0U);
  EXPECT_FALSE(made.oldest_expires_ms);
  say(50, 60);

  auto done = restore_backup(backups(), {}, other(), {});
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_NE(done->store_id, store_->id());
  EXPECT_NE(done->history, store_->history());
  auto copy = open_other();
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->id(), done->store_id);
  EXPECT_EQ(copy->history(), done->history);
  EXPECT_EQ(copy->epoch_of(partition{9}), epoch{4}) << "nothing else is raised or lowered";
  EXPECT_EQ(copy->read_log(aurora)->events.size(), 50U);
  row_query first;
  first.rows_max = 50;
  EXPECT_TRUE(copy->read_rows(aurora, {})->rows == store_->read_rows(aurora, first)->rows);
}

TEST_F(backup_of_store, the_second_costs_what_is_new) {
  say(0, 400);
  reopen();  // what the log held is now in tables, which back-ups share
  open_log();
  auto first = back_up();
  say(400, 405);
  auto second = back_up();
  EXPECT_GT(first.new_bytes, 100'000U);
  EXPECT_LT(second.new_bytes, first.new_bytes / 4);
  EXPECT_GE(second.made.size_bytes, first.made.size_bytes);
  for (std::uint32_t id : {first.made.id, second.made.id}) {
    auto to = folder_.path() / std::to_string(id);
    ASSERT_TRUE(restore_backup(backups(), id, to, {}));
  }
}

TEST_F(backup_of_store, expires_by_number_and_by_age_but_never_the_newest) {
  say(0, 1);
  backup_order order;
  order.keep = 2;
  auto first = back_up(order);
  EXPECT_EQ(back_up().removed, 0U);
  EXPECT_EQ(back_up().removed, 1U) << "the folder remembers its rule";
  auto left = list_backups(backups()).value();
  ASSERT_EQ(left.backups.size(), 2U);
  EXPECT_NE(left.backups[0].id, first.made.id);

  order.keep.reset();
  order.keep_for = std::chrono::hours{24};
  clock_.advance(std::chrono::hours{1});
  auto third = back_up(order);
  EXPECT_EQ(third.removed, 1U) << "two stay";
  EXPECT_EQ(third.oldest_expires_ms, clock_.wall().value + std::chrono::milliseconds{std::chrono::hours{23}}.count());
  clock_.advance(std::chrono::hours{100});
  EXPECT_EQ(expire_backups(backups(), {}, clock_.wall()).value(), 1U);
  left = list_backups(backups()).value();
  ASSERT_EQ(left.backups.size(), 1U);
  EXPECT_EQ(left.backups[0].id, third.made.id);
  EXPECT_EQ(expire_backups(backups(), {}, clock_.wall()).value(), 0U);

  order.keep = 0;
  EXPECT_EQ(code_of(store_->back_up(order, {})), errc::invalid);
}

TEST_F(backup_of_store, goes_on_beside_appends_and_holds_each_commit_before_it) {
  say(0, 100);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (std::uint64_t n = 100; !stop; ++n) say(n, n + 1);
  });
  for (int i = 0; i < 5; ++i) back_up();
  stop = true;
  writer.join();
  const auto all_made = list_backups(backups()).value();
  for (const auto& b : all_made.backups) {
    fs::remove_all(other());
    auto done = restore_backup(backups(), b.id, other(), {});
    ASSERT_TRUE(done) << done.error().to_string();
    auto copy = open_other();
    ASSERT_TRUE(copy);
    auto log = copy->read_log(aurora);
    ASSERT_TRUE(log) << log.error().to_string();
    EXPECT_GE(log->events.size(), 100U);
    row_query all;
    all.rows_max = UINT32_MAX;
    all.bytes_max = UINT32_MAX;
    EXPECT_EQ(copy->read_rows(aurora, all)->rows.size(), log->events.size()) << "whole commits only";
  }
}

TEST_F(backup_of_store, that_is_ended_leaves_the_earlier_ones_whole) {
  say(0, 50);
  auto first = back_up();
  for (std::uint64_t n = 50; n < 60; ++n) {
    auto r = after(n, {"event"});
    r.rows = {history_row(row_of(n + 1), random_hex(random_, 500'000))};
    commit(std::move(r));
  }
  backup_order order;
  order.to = backups();
  for (std::uint64_t rate : {10'000U, 1U}) {  // a stop is heeded long before the first MiB is through
    order.bytes_per_second_max = rate;
    auto ended = store_->back_up(order, [](auto, auto) { return false; });
    EXPECT_EQ(code_of(ended), errc::stopping);
  }
  auto left = list_backups(backups()).value();
  ASSERT_EQ(left.backups.size(), 1U);
  EXPECT_EQ(left.backups[0].id, first.made.id);
  ASSERT_TRUE(restore_backup(backups(), {}, other(), {}));
  EXPECT_EQ(open_other()->read_log(aurora)->events.size(), 50U);
  EXPECT_GT(back_up().made.id, first.made.id) << "and the next one is made as if nothing had been";
}

TEST_F(backup_of_store, must_not_lie_in_the_data_folder) {
  backup_order order;
  for (const auto& to : {data(), data() / "backups", data() / ".." / "data" / "x"}) {
    order.to = to;
    auto made = store_->back_up(order, {});
    EXPECT_EQ(code_of(made), errc::invalid) << to;
    EXPECT_FALSE(fs::exists(data() / "backups"));
  }
  fs::create_directory_symlink(data(), folder_.path() / "link");
  order.to = folder_.path() / "link" / "backups";
  EXPECT_EQ(code_of(store_->back_up(order, {})), errc::invalid);
}

TEST_F(backup_of_store, goes_into_no_folder_of_somebody_else) {
  fs::create_directory(backups());
  std::ofstream(backups() / "letters") << "x";
  backup_order order;
  order.to = backups();
  auto made = store_->back_up(order, {});
  ASSERT_EQ(code_of(made), errc::not_a_store);
  EXPECT_THAT(made.error().detail, HasSubstr("letters"));
  EXPECT_EQ(code_of(list_backups(backups())), errc::not_a_store);
  EXPECT_EQ(code_of(list_backups(folder_.path() / "nowhere")), errc::missing);
  fs::remove(backups() / "letters");

  say(0, 1);
  back_up();
  ASSERT_TRUE(restore_backup(backups(), {}, other(), {}));
  auto copy = open_other();
  made = copy->back_up(order, {});
  ASSERT_EQ(code_of(made), errc::not_a_store) << "two stores would end each other's back-ups";
  EXPECT_THAT(made.error().detail, HasSubstr(store_->id()));
}

TEST_F(backup_of_store, is_restored_into_a_new_or_empty_folder_only) {
  say(0, 1);
  back_up();
  EXPECT_EQ(code_of(restore_backup(backups(), {}, data(), {})), errc::not_a_store);
  fs::create_directory(other());
  std::ofstream(other() / "letters") << "x";
  EXPECT_EQ(code_of(restore_backup(backups(), {}, other(), {})), errc::not_a_store);
  EXPECT_TRUE(fs::exists(other() / "letters"));
  fs::remove(other() / "letters");
  EXPECT_EQ(code_of(restore_backup(backups(), 99, other(), {})), errc::missing);
  EXPECT_EQ(code_of(restore_backup(backups(), {}, backups() / "x", {})), errc::invalid);
  ASSERT_TRUE(restore_backup(backups(), {}, other(), {}));
  EXPECT_EQ(code_of(restore_backup(backups(), {}, other(), {})), errc::not_a_store);
}

TEST_F(backup_of_store, is_restored_from_where_nothing_can_be_written) {
  say(0, 10);
  back_up();
  auto no_writing = [&](bool no) {
    const auto bits = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
    for (const auto& item : fs::recursive_directory_iterator(backups())) {
      fs::permissions(item.path(), bits, no ? fs::perm_options::remove : fs::perm_options::add);
    }
    fs::permissions(backups(), bits, no ? fs::perm_options::remove : fs::perm_options::add);
  };
  for (bool with_lock : {true, false}) {
    if (!with_lock) fs::remove(backups() / "LOCK");
    no_writing(true);
    {
      const no_override as_anybody;
      ASSERT_TRUE(as_anybody.ok());
      EXPECT_EQ(code_of(expire_backups(backups(), {}, clock_.wall())), errc::not_permitted) << "nothing can be written";
      auto done = restore_backup(backups(), {}, other(), {});
      EXPECT_TRUE(done) << done.error().to_string();
    }
    no_writing(false);
    EXPECT_EQ(open_other()->read_log(aurora)->events.size(), 10U);
    fs::remove_all(other());
  }
}

TEST_F(backup_of_store, restored_half_way_is_no_data_folder_until_it_is_restored_again) {
  say(0, 10);
  reopen();
  open_log();
  back_up();
  auto tables = files_of(backups(), ".sst");
  ASSERT_FALSE(tables.empty());
  auto aside = folder_.path() / "aside";
  fs::copy_file(tables[0], aside);
  {
    std::fstream io(tables[0], std::ios::in | std::ios::out | std::ios::binary);
    io.seekp(30);
    io.put('\x5a');
  }
  auto done = restore_backup(backups(), {}, other(), {});
  ASSERT_FALSE(done) << "its checksums are looked at";
  EXPECT_TRUE(done.error().is(condition::corrupt)) << done.error().to_string();

  auto o = options_;
  o.path = other();
  for (bool create : {false, true}) {
    o.create = create;
    auto opened = store::open(o, others_, clock_);
    ASSERT_EQ(code_of(opened), errc::not_a_store);
    EXPECT_THAT(opened.error().detail, HasSubstr("lightstick restore"));
  }
  fs::copy_file(aside, tables[0], fs::copy_options::overwrite_existing);
  ASSERT_TRUE(restore_backup(backups(), {}, other(), {}));
  EXPECT_EQ(open_other()->read_log(aurora)->events.size(), 10U);
}

TEST_F(backup_of_store, with_a_missing_file_is_named_and_mended_by_the_next_that_shares_it) {
  say(0, 10);
  reopen();
  open_log();
  auto made = back_up();
  for (const auto& table : files_of(backups(), ".sst")) fs::remove(table);
  auto all = list_backups(backups()).value();
  EXPECT_THAT(all.damaged, testing::ElementsAre(made.made.id));
  EXPECT_EQ(code_of(restore_backup(backups(), made.made.id, other(), {})), errc::corrupt);
  auto next = back_up();
  EXPECT_THAT(list_backups(backups())->damaged, testing::IsEmpty());
  ASSERT_TRUE(restore_backup(backups(), next.made.id, other(), {}));
}

TEST_F(backup_of_store, beside_what_cannot_be_looked_into_is_made_and_listed) {
  say(0, 10);
  back_up();
  const auto closed = backups() / "rocks" / "closed";
  fs::create_directory(closed);
  fs::permissions(closed, fs::perms::none);
  {
    const no_override as_anybody;
    ASSERT_TRUE(as_anybody.ok());
    ASSERT_TRUE(fs::exists(closed));
    EXPECT_EQ(back_up().made.id, 2U);
    auto all = list_backups(backups());
    ASSERT_TRUE(all) << all.error().to_string();
    EXPECT_EQ(all->backups.size(), 2U);
  }
  fs::permissions(closed, fs::perms::owner_all);
}

TEST_F(backup_of_store, one_at_a_time) {
  say(0, 1);
  back_up();
  auto held = backup_folder::open(backups(), store_->id());
  ASSERT_TRUE(held);
  backup_order order;
  order.to = backups();
  EXPECT_EQ(code_of(store_->back_up(order, {})), errc::locked);
  EXPECT_EQ(code_of(restore_backup(backups(), {}, other(), {})), errc::locked);
  EXPECT_TRUE(list_backups(backups())) << "looking disturbs nobody";
}

TEST(backup_labels, have_golden_bytes) {
  EXPECT_EQ(encode_label({"5eed", history_id{"h9"}, 1, 1790000000000}),
            "store 5eed\nhistory h9\nformat 1\ntime 1790000000000\n");
  EXPECT_EQ(encode_folder_label({"5eed", {3, 86'400'000}}),
            "Lightstick back-ups. Do not edit, do not remove files.\nformat 1\nstore 5eed\nkeep 3\nkeep_for_ms "
            "86400000\n");
  auto label = decode_label("store 5eed\nhistory h9\nformat 1\ntime 17\n");
  ASSERT_TRUE(label);
  EXPECT_EQ(label->history, history_id{"h9"});
  EXPECT_EQ(label->made_ms, 17);
  for (const auto* bad : {"", "store 5eed\n", "store 5\nhistory h\nformat x\ntime 1\n",
                          "store 5\nhistory h\nformat 1\ntime -1\n", "store 5\nhistory h\nformat 1\ntime 1x\n"}) {
    EXPECT_EQ(code_of(decode_label(bad)), errc::corrupt) << bad;
    EXPECT_EQ(code_of(decode_folder_label(bad)), errc::corrupt) << bad;
  }
  EXPECT_EQ(code_of(decode_folder_label("t\nformat 2\nstore 5\nkeep 0\nkeep_for_ms 0\n")), errc::newer_format);
  EXPECT_EQ(expires_ms({0, 0}, 17), 0);
  EXPECT_EQ(expires_ms({0, 5}, 17), 22);
  EXPECT_EQ(expires_ms({0, INT64_MAX - 17}, 17), INT64_MAX);
  EXPECT_EQ(expires_ms({0, INT64_MAX - 16}, 17), 0) << "longer than time";
}

}  // namespace
}  // namespace lightstick::storage::test
