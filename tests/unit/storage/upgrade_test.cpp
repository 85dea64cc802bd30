// Data folders that earlier versions wrote: tests/fixtures.
#include <cstdlib>

#include "fixture.hpp"
#include "storage/bytes.hpp"

namespace lightstick::storage::test {
namespace {

/// What tests/fixtures/data-v1/README.md says is in an archive.
struct expectation {
  std::string archive;
  std::uint64_t aurora;
  std::uint64_t backstage;
  std::uint64_t user_17;  ///< events
  std::uint64_t user_18;
  epoch owned_under;      ///< one more with each start of a node
};

log_id log_of(const std::string& kind, const std::string& key) {
  actor_id actor{kind, key};
  return {partition_of(actor), actor.to_string()};
}

std::ostream& operator<<(std::ostream& out, const expectation& e) { return out << e.archive; }

class format_1 : public store_test, public testing::WithParamInterface<expectation> {
 protected:
  void SetUp() override {
    unpack(GetParam().archive);
    open();
  }
  void unpack(const std::string& archive) {
    auto command = "tar -xzf '" LIGHTSTICK_SOURCE_DIR "/tests/fixtures/data-v1/" + archive + "' -C '" +
                   folder_.path().string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }

  /// All rows of a room: dense offsets from 1, each with its own text.
  void expect_messages(const log_id& room, std::uint64_t count) {
    std::uint64_t seen = 0;
    row_query query;
    for (bool more = true; more;) {
      auto page = store_->read_rows(room, query);
      ASSERT_TRUE(page) << page.error().to_string();
      for (const auto& r : page->rows) {
        ASSERT_EQ(get_big_endian<std::uint64_t>(r.key), ++seen);
        auto text = room.name.substr(5) + " message " + std::to_string(seen) + " \uc548\ub155";
        EXPECT_NE(r.value.find(text), std::string::npos) << seen;
      }
      more = page->more;
      query.after = page->rows.empty() ? "" : page->rows.back().key;
    }
    EXPECT_EQ(seen, count) << room.name;
  }
  void expect_log(const log_id& log, std::uint64_t last, std::uint64_t snapshot_at, std::size_t marks) {
    auto c = open_log(log);
    EXPECT_EQ(c.last, sequence{last}) << log.name;
    EXPECT_EQ(c.snapshot_at, sequence{snapshot_at}) << log.name;
    EXPECT_EQ(c.snapshot.has_value(), snapshot_at > 0) << log.name;
    EXPECT_EQ(c.events.size(), last - snapshot_at) << log.name;
    EXPECT_EQ(c.marks.size(), marks) << log.name;
    EXPECT_EQ(c.owner_epoch, GetParam().owned_under) << log.name;
  }

  const log_id aurora_ = log_of("room", "aurora");
};

TEST_P(format_1, every_message_is_read) {
  auto want = GetParam();
  expect_messages(aurora_, want.aurora);
  expect_messages(log_of("room", "lobby"), 20);
  expect_messages(log_of("room", "backstage"), want.backstage);
}

TEST_P(format_1, events_snapshots_and_marks_are_read) {
  auto want = GetParam();
  expect_log(aurora_, want.aurora + 1, 256, want.aurora / 2);
  expect_log(log_of("room", "lobby"), 21, 0, 10);
  if (want.backstage > 0) expect_log(log_of("room", "backstage"), want.backstage + 1, 0, want.backstage / 2);
  expect_log(log_of("user", "17"), want.user_17, 0, 0);
  expect_log(log_of("user", "18"), want.user_18, 0, 0);
}

TEST_P(format_1, ids_stay) {
  EXPECT_EQ(store_->id(), "4b10bcea43df25d89bfb637159d78f57");
  auto history = store_->history();
  reopen();
  EXPECT_EQ(store_->id(), "4b10bcea43df25d89bfb637159d78f57");
  EXPECT_EQ(store_->history(), history);
}

TEST_P(format_1, appends_go_on_where_it_ended) {
  auto c = open_log(aurora_);
  auto r = after(c.last.value(), {"new"}, aurora_);
  r.owner_epoch = c.owner_epoch;
  commit(r);
  reopen();
  EXPECT_EQ(open_log(aurora_).events.back(), "new");
}

INSTANTIATE_TEST_SUITE_P(folder, format_1,
                         testing::Values(expectation{"ended.tar.gz", 340, 0, 4, 4, epoch{2}},
                                         expectation{"killed.tar.gz", 350, 5, 5, 6, epoch{3}}),
                         [](const auto& of) { return of.param.archive.substr(0, of.param.archive.find('.')); });

}  // namespace
}  // namespace lightstick::storage::test
