#include "faulty_disk.hpp"
#include "fixture.hpp"
#include "storage/engine.hpp"
#include "storage/rocks/open.hpp"

namespace lightstick::storage::test {
namespace {

std::uint64_t nothing(std::uint64_t /*unsynced*/) { return 0; }
std::uint64_t half(std::uint64_t unsynced) { return unsynced / 2; }

/// A store on a disk that fails when told to.
class durability_test : public store_test {
 protected:
  void SetUp() override { start(); }

  void start() {
    auto opened = try_start();
    ASSERT_TRUE(opened) << opened.error().to_string();
    store_ = std::move(*opened);
  }
  result<std::unique_ptr<store>> try_start() {
    bool fresh = !std::filesystem::exists(data() / "CURRENT");
    auto engine = rocks::open({data(), fresh, options_.memory_bytes, faulty_disk::env_of(disk_)}, clock_);
    if (!engine) return fail(std::move(engine.error()));
    numbers_ = std::make_unique<metrics>();
    return store::over(std::move(*engine), options_, *numbers_, clock_);
  }
  /// The machine loses its power now and starts again.
  void crash(std::uint64_t (*kept_of)(std::uint64_t) = nothing) {
    disk_->cut_power();
    close();
    disk_->lose_unsynced(kept_of);
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

TEST_F(durability_test, committed_events_survive_a_power_cut) {
  open_log();
  for (std::uint64_t n = 0; n < 20; ++n) commit(after(n, {"event " + std::to_string(n)}));
  crash();
  start();
  auto c = open_log();
  ASSERT_EQ(c.events.size(), 20U);
  EXPECT_EQ(c.events[19], "event 19");
}

TEST_F(durability_test, a_power_cut_in_the_middle_of_a_write_costs_only_that_write) {
  open_log();
  commit(after(0, {"kept"}));
  disk_->lie_about_syncs(true);  // so that what follows is there, but not synced
  commit(after(1, {std::string(50'000, 'x')}));
  crash(half);
  start();
  EXPECT_EQ(open_log().events, (std::vector<std::string>{"kept"}));
}

TEST_F(durability_test, these_tests_notice_when_syncs_are_skipped) {
  open_log();
  disk_->lie_about_syncs(true);
  commit(after(0, {"lost"}));
  crash();
  start();
  EXPECT_TRUE(open_log().events.empty());
}

TEST_F(durability_test, with_durability_os_a_power_cut_may_cost_what_was_committed_last) {
  close();
  options_.durability = durability::os;
  start();
  open_log();
  commit(after(0, {"lost"}));
  auto before = disk_->syncs();
  commit(after(1, {"lost too"}));
  EXPECT_EQ(disk_->syncs(), before);
  crash();
  start();
  EXPECT_TRUE(open_log().events.empty());
}

TEST_F(durability_test, with_durability_os_a_clean_end_costs_nothing) {
  close();
  options_.durability = durability::os;
  start();
  open_log();
  commit(after(0, {"kept"}));
  close();
  disk_->lose_unsynced(nothing);
  start();
  EXPECT_EQ(open_log().events.size(), 1U);
}

TEST_F(durability_test, raised_epochs_survive_a_power_cut) {
  std::pair<partition, epoch> up{partition{7}, epoch{5}};
  ASSERT_TRUE(store_->raise_epochs({&up, 1}));
  crash();
  start();
  EXPECT_EQ(store_->epoch_of(partition{7}), epoch{5});
}

TEST_F(durability_test, a_full_disk_refuses_appends_serves_reads_and_recovers_by_itself) {
  open_log();
  commit(after(0, {"before"}));
  disk_->fill_up(10'000);
  auto [end, why] = append_until_failure(1, std::string(1000, 'x'));
  EXPECT_EQ(why.code, errc::disk_full) << why.to_string();
  EXPECT_TRUE(why.is(condition::retryable));
  EXPECT_GT(end, 1U);

  EXPECT_EQ(open_log().events.size(), end) << "exactly what was committed can be read";
  auto refused = store_->append(after(end, {"x"}), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::disk_full);
  EXPECT_EQ(number("lightstick_storage_writable"), 0U);
  EXPECT_FALSE(store_->writable());

  disk_->make_room();
  ASSERT_TRUE(wait_writable());
  EXPECT_EQ(number("lightstick_storage_writable"), 1U);
  EXPECT_EQ(open_log().events.size(), end);
  commit(after(end, {"after"}));
  crash();
  start();
  auto c = open_log();
  ASSERT_EQ(c.events.size(), end + 1);
  EXPECT_EQ(c.events.back(), "after");
}

TEST_F(durability_test, a_disk_without_room_is_told_before_the_database_is_opened) {
  open_log();
  commit(after(0, {"before"}));
  close();
  disk_->fill_up(100'000);
  auto refused = try_start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::disk_full) << refused.error().to_string();
  EXPECT_NE(refused.error().detail.find("bytes free"), std::string::npos) << refused.error().to_string();
  disk_->make_room();
  start();
  EXPECT_EQ(open_log().events.size(), 1U);
}

TEST_F(durability_test, a_power_cut_while_the_disk_is_full_costs_nothing) {
  open_log();
  disk_->fill_up(10'000);
  auto [end, why] = append_until_failure(0, std::string(1000, 'x'));
  crash();
  start();
  EXPECT_EQ(open_log().events.size(), end);
  commit(after(end, {"after"}));
}

TEST_F(durability_test, after_a_failed_sync_every_writer_has_to_look_again) {
  open_log();
  commit(after(0, {"before"}));
  disk_->break_syncs(true);
  auto [end, why] = append_until_failure(1, "unknown");
  EXPECT_EQ(end, 1U);
  EXPECT_EQ(why.code, errc::io_failed) << why.to_string();
  EXPECT_EQ(open_log().events.size(), 1U) << "what failed is not read";
  disk_->break_syncs(false);
  ASSERT_TRUE(wait_writable());
  // The bytes had reached the disk all the same: nobody may go on as if they had not.
  EXPECT_EQ(code_of(store_->append(after(1, {"blind"}), {})), errc::not_open);
  EXPECT_EQ(open_log().events, (std::vector<std::string>{"before", "unknown"}));
  commit(after(2, {"after"}));
  crash();
  start();
  EXPECT_EQ(open_log().events, (std::vector<std::string>{"before", "unknown", "after"}));
}

TEST_F(durability_test, a_disk_that_fails_to_write_and_comes_back_loses_and_doubles_nothing) {
  open_log();
  commit(after(0, {"before"}));
  disk_->break_writes(true);
  auto [end, why] = append_until_failure(1, "failed");
  EXPECT_EQ(end, 1U);
  EXPECT_EQ(open_log().events.size(), 1U);
  EXPECT_EQ(store_->read_rows(aurora, {})->rows.size(), 0U);
  disk_->break_writes(false);
  ASSERT_TRUE(wait_writable());
  open_log();
  commit(after(1, {"after"}));
  crash();
  start();
  EXPECT_EQ(open_log().events, (std::vector<std::string>{"before", "after"}));
}

}  // namespace
}  // namespace lightstick::storage::test
