// What a store does on a disk that has no files left, cannot be read, or is slow. A full one and one that cannot be
// written are in durability_test.cpp.
#include <thread>

#include "faulty_disk.hpp"
#include "fixture.hpp"
#include "storage/engine.hpp"
#include "storage/rocks/open.hpp"

namespace lightstick::storage::test {
namespace {

class disk_fault : public store_test {
 protected:
  void SetUp() override {
    options_.memory_bytes = 16U << 20U;
    start();
  }
  result<std::unique_ptr<store>> try_start() {
    bool fresh = !std::filesystem::exists(data() / "CURRENT");
    auto engine = rocks::open({data(), fresh, options_.memory_bytes, faulty_disk::env_of(disk_)}, clock_);
    if (!engine) return fail(std::move(engine.error()));
    numbers_ = std::make_unique<metrics>();
    return store::over(std::move(*engine), options_, *numbers_, clock_);
  }
  void start() {
    auto opened = try_start();
    ASSERT_TRUE(opened) << opened.error().to_string();
    store_ = std::move(*opened);
  }
  void restart() {
    close();
    start();
  }
  bool wait_writable() {
    auto deadline = std::chrono::steady_clock::now() + patience;
    while (!store_->writable() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return store_->writable();
  }
  /// Appends until one is refused; gives how many were committed and the reason of the end.
  std::pair<std::uint64_t, error> append_until_failure(std::uint64_t from, const std::string& event) {
    auto heard = std::make_shared<recorder>();
    for (auto at = from;; ++at) {
      if (auto queued = store_->append(after(at, {event}), heard); !queued) return {at, queued.error()};
      while (heard->failures().empty() && (heard->commits().empty() || heard->commits().back() <= at)) {
        std::this_thread::yield();
      }
      if (!heard->failures().empty()) return {at, heard->failures().front()};
    }
  }

  std::shared_ptr<faulty_disk> disk_ = std::make_shared<faulty_disk>();
};

TEST_F(disk_fault, too_few_open_files_refuse_a_start_and_say_what_to_raise) {
  close();
  disk_->refuse_opens(true);
  auto refused = try_start();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(condition::retryable)) << refused.error().to_string();
  EXPECT_NE(refused.error().to_string().find("ulimit -n"), std::string::npos) << refused.error().to_string();
  disk_->refuse_opens(false);
  start();
}

TEST_F(disk_fault, too_few_open_files_refuse_appends_serve_reads_and_end_by_themselves) {
  open_log();
  commit(after(0, {"before"}));
  disk_->refuse_opens(true);
  // Goes well until a full memtable needs a new file.
  auto [end, why] = append_until_failure(1, std::string(100'000, 'x'));
  EXPECT_GT(end, 1U);
  EXPECT_EQ(why.code, errc::io_failed) << why.to_string();
  EXPECT_TRUE(why.is(condition::retryable));
  EXPECT_EQ(open_log().events.size(), end) << "exactly what was committed can be read";
  EXPECT_EQ(number("lightstick_storage_writable"), 0U);
  disk_->refuse_opens(false);
  ASSERT_TRUE(wait_writable());
  auto there = open_log().events.size();
  EXPECT_TRUE(there == end || there == end + 1) << "the one that failed may have reached the disk";
  commit(after(there, {"after"}));
  restart();
  EXPECT_EQ(open_log().events.size(), there + 1);
}

TEST_F(disk_fault, a_full_disk_is_neither_copied_nor_written_anew_before_there_is_room) {
  open_log();
  commit(after(0, {"before"}));
  disk_->fill_up(10'000);
  const auto end = append_until_failure(1, std::string(1000, 'x')).first;
  ASSERT_FALSE(store_->writable());
  backup_order order;
  order.to = folder_.path() / "backups";
  const std::vector<log_span> spans{{aurora, aurora}};
  auto made = store_->back_up(order, {});
  EXPECT_EQ(code_of(made), errc::io_failed) << "and the process goes on";
  EXPECT_EQ(code_of(store_->rewrite(spans, [] { return true; })), errc::io_failed);
  EXPECT_EQ(open_log().events.size(), end);

  disk_->make_room();
  ASSERT_TRUE(wait_writable());
  made = store_->back_up(order, {});
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_TRUE(store_->rewrite(spans, [] { return true; }));
  ASSERT_TRUE(restore_backup(order.to, {}, folder_.path() / "other", {}));
}

TEST_F(disk_fault, a_disk_that_cannot_be_read_costs_the_reads_that_need_it_while_it_lasts) {
  open_log();
  auto r = after(0, {"kept"});
  r.rows = {history_row("k", std::string(1000, 'x'))};
  commit(r);
  restart();  // into tables
  disk_->break_reads(true);
  auto refused = store_->read_rows(aurora, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::io_failed) << refused.error().to_string();
  EXPECT_TRUE(refused.error().is(condition::retryable)) << "a disk that fails is not data that is damaged";
  EXPECT_EQ(number("lightstick_storage_corrupt_records_total"), 0U);
  disk_->break_reads(false);
  EXPECT_EQ(store_->read_rows(aurora, {})->rows.size(), 1U);
  open_log();
  commit(after(1, {"after"}));
}

TEST_F(disk_fault, a_slow_disk_fills_the_queue_to_its_bound_and_holds_up_no_reader) {
  close();
  options_.queue_requests_max = 16;
  start();
  open_log();
  commit(after(0, {"before"}));
  auto until_counted = [&] {  // an append's end is told before it is counted
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (number("lightstick_storage_queue_requests") > 0 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
  };
  until_counted();
  disk_->hold_syncs(true);
  auto heard = std::make_shared<recorder>();
  std::uint64_t at = 1;
  for (; at < 100; ++at) {
    if (auto queued = store_->append(after(at, {"waits"}), heard); !queued) {
      EXPECT_EQ(queued.error().code, errc::queue_full) << queued.error().to_string();
      EXPECT_TRUE(queued.error().is(condition::overloaded));
      break;
    }
  }
  EXPECT_EQ(at, 1U + 16U);
  EXPECT_EQ(number("lightstick_storage_queue_requests"), 16U);
  EXPECT_GE(number("lightstick_storage_appends_refused_total"), 1U);
  EXPECT_FALSE(store_->accepts());
  EXPECT_EQ(store_->read_log(aurora)->events, (std::vector<std::string>{"before"})) << "reads see what is committed";
  EXPECT_TRUE(heard->commits().empty());
  disk_->hold_syncs(false);
  EXPECT_TRUE(heard->wait_committed(at));
  until_counted();
  commit(after(at, {"after"}));
}

TEST_F(disk_fault, a_commit_that_hangs_can_be_seen_while_it_does) {
  open_log();
  commit(after(0, {"before"}));
  EXPECT_EQ(store_->waits().read, std::chrono::milliseconds{0});
  disk_->hold_syncs(true);
  auto heard = std::make_shared<recorder>();
  ASSERT_TRUE(store_->append(after(1, {"hangs"}), heard));
  const auto deadline = std::chrono::steady_clock::now() + patience;
  auto seen = [&] { return number("lightstick_storage_commit_under_way_seconds") >= 1; };
  while (!seen() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  EXPECT_TRUE(seen());
  EXPECT_GE(store_->waits().commit, std::chrono::seconds{1});
  EXPECT_TRUE(store_->writable()) << "nothing has failed";
  disk_->hold_syncs(false);
  ASSERT_TRUE(heard->wait_committed(2));
  EXPECT_EQ(store_->waits().commit, std::chrono::milliseconds{0});
  EXPECT_EQ(number("lightstick_storage_commit_under_way_seconds"), 0U);
}

TEST_F(disk_fault, a_stale_owner_whose_appends_wait_for_the_disk_writes_nothing_more_once_the_epoch_is_raised) {
  open_log();
  disk_->hold_syncs(true);
  auto before = disk_->syncs();
  auto stale = std::make_shared<recorder>();
  ASSERT_TRUE(store_->append(after(0, {"being written"}), stale));
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (disk_->syncs() == before && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  for (std::uint64_t n = 1; n < 20; ++n) ASSERT_TRUE(store_->append(after(n, {"stale"}), stale));
  std::pair<partition, epoch> up{aurora.partition, epoch{1}};
  std::jthread raising([&] { EXPECT_TRUE(store_->raise_epochs({&up, 1})); });
  while (store_->epoch_of(aurora.partition) != epoch{1} && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(code_of(store_->append(after(20, {"stale"}), stale)), errc::stale_epoch);
  disk_->hold_syncs(false);
  raising.join();
  ASSERT_TRUE(stale->wait_failed());
  EXPECT_EQ(stale->failures()[0].code, errc::stale_epoch);
  EXPECT_EQ(stale->commits(), (std::vector<std::uint64_t>{1})) << "what was being written is the last of it";
  auto c = open_log();
  EXPECT_EQ(c.owner_epoch, epoch{1});
  EXPECT_EQ(c.events, (std::vector<std::string>{"being written"})) << "exactly what the stale owner was told";
  auto r = after(1, {"new owner"});
  r.owner_epoch = epoch{1};
  commit(r);
}

}  // namespace
}  // namespace lightstick::storage::test
