#include "storage/stats.hpp"

#include <gmock/gmock.h>

#include "fixture.hpp"

namespace lightstick::storage::test {
namespace {

class stats_of_store : public store_test {
 protected:
  void say(const log_id& log, std::size_t messages, std::size_t bytes) {
    open_log(log);
    for (std::uint64_t n = 0; n < messages; ++n) {
      auto r = after(n, {"e"}, log);
      r.rows = {history_row("row " + std::to_string(n), std::string(bytes, 'x'))};
      commit(std::move(r));
    }
  }
  void SetUp() override {
    store_test::SetUp();
    for (int n = 0; n < 20; ++n) say({partition{3}, "room/" + std::to_string(n)}, 2, 100 + 10 * n);
    say({partition{200}, "user/17"}, 1, 5'000);
  }
};

TEST_F(stats_of_store, counts_actors_by_kind_and_names_the_largest) {
  stats_order order;
  order.top = 3;
  auto live = store_->stats(order, {});
  ASSERT_TRUE(live) << live.error().to_string();
  auto check = [&](const store_stats& s) {
    EXPECT_EQ(s.store_id, store_->id());
    EXPECT_EQ(s.history_id, store_->history().str());
    EXPECT_EQ(s.actors, 21U);
    EXPECT_EQ(s.records, 20 * 4 + 2U);
    ASSERT_EQ(s.kinds.size(), 2U);
    EXPECT_EQ(s.kinds[0].kind, "room");
    EXPECT_EQ(s.kinds[0].actors, 20U);
    EXPECT_EQ(s.kinds[1].kind, "user");
    ASSERT_EQ(s.largest.size(), 3U);
    EXPECT_EQ(s.largest[0].actor, "user/17");
    EXPECT_EQ(s.largest[1].actor, "room/19");
    EXPECT_EQ(s.largest[2].actor, "room/18");
    EXPECT_GT(s.largest[0].bytes, 5'000U);
    EXPECT_EQ(s.damaged_stretches, 0U);
  };
  check(*live);
  EXPECT_GT(live->log_bytes, 0U);

  const auto id = store_->id();
  reopen();  // into tables
  EXPECT_EQ(code_of(stats_of_folder(data(), order, {})), errc::locked);
  auto in_tables = store_->stats(order, {});
  ASSERT_TRUE(in_tables);
  close();
  auto still = stats_of_folder(data(), order, {});
  ASSERT_TRUE(still) << still.error().to_string();
  open();
  check(*still);
  for (const auto& f : still->families) {
    if (f.family != family::history) continue;
    EXPECT_GT(f.bytes, 0U);
    EXPECT_EQ(f.entries, 41U);
    EXPECT_GT(f.raw_bytes, f.bytes) << "x's compress";
    EXPECT_FALSE(f.compression.empty());
    ASSERT_FALSE(f.levels.empty());
    EXPECT_EQ(f.levels[0].files, 1U);
  }
}

TEST_F(stats_of_store, can_be_ended_and_held_back) {
  EXPECT_EQ(code_of(store_->stats({}, [](auto, auto) { return false; })), errc::stopping);
  stats_order slow;
  slow.bytes_per_second_max = 1'000'000'000;
  EXPECT_TRUE(store_->stats(slow, {}));
  slow.top = 0;
  EXPECT_TRUE(store_->stats(slow, {})->largest.empty());
}

TEST_F(stats_of_store, of_no_folder_is_refused) {
  EXPECT_EQ(code_of(stats_of_folder(folder_.path() / "nowhere", {}, {})), errc::missing);
  backup_order order;
  order.to = folder_.path() / "backups";
  ASSERT_TRUE(store_->back_up(order, {}));
  auto refused = stats_of_folder(order.to, {}, {});
  EXPECT_EQ(code_of(refused), errc::not_a_store) << "nothing is damaged";
  EXPECT_NE(refused.error().detail.find("is a folder of back-ups"), std::string::npos) << refused.error().detail;
}

}  // namespace
}  // namespace lightstick::storage::test
