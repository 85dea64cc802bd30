// Data folders that earlier versions wrote: tests/fixtures.
#include <cstdlib>
#include <fstream>

#include "fixture.hpp"
#include "storage/backup.hpp"
#include "storage/bytes.hpp"
#include "storage/data_folder.hpp"
#include "storage/identity.hpp"
#include "storage/rocks/open.hpp"

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

  std::uint64_t label_format() {
    std::ifstream label(data() / "LIGHTSTICK");
    std::string line;
    std::getline(label, line);
    std::uint64_t format = 0;
    label >> line >> format;
    return format;
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

TEST_P(format_1, is_another_format_afterwards_with_room_for_reminders) {
  EXPECT_EQ(label_format(), folder_format);
  auto c = open_log(aurora_);
  auto r = after(c.last.value(), {""}, aurora_);
  r.owner_epoch = c.owner_epoch;
  r.reminders = {{"close", std::nullopt, 1000, "now"}};
  r.history_floor = std::string(7, '\0') + '\x0b';
  commit(r);
  reopen();
  EXPECT_EQ(open_log(aurora_).reminders.size(), 1U);
  EXPECT_EQ(store_->due_reminders(aurora_.partition, 1000, {}, 10)->entries.size(), 1U);
  EXPECT_EQ(get_big_endian<std::uint64_t>(store_->read_rows(aurora_, {})->rows.front().key), 11U);
}

TEST_P(format_1, is_backed_up_as_it_is_and_restored_as_it_was) {
  close();
  std::filesystem::remove_all(data());
  unpack(GetParam().archive);
  backup_order order;
  order.to = folder_.path() / "backups";
  for (int i = 0; i < 2; ++i) {
    auto made = back_up_folder(data(), order, clock_, {});
    ASSERT_TRUE(made) << made.error().to_string();
    EXPECT_EQ(made->made.label.format, 1U);
    EXPECT_EQ(label_format(), 1U) << "the older version can go on";
  }
  std::filesystem::remove_all(data());
  auto done = restore_backup(order.to, {}, data(), {});
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(label_format(), 1U);
  open();
  EXPECT_EQ(label_format(), folder_format);
  expect_messages(aurora_, GetParam().aurora);
}

TEST_P(format_1, an_upgrade_that_was_cut_short_is_finished) {
  auto begin_again = [&] {
    close();
    std::filesystem::remove_all(data());
    unpack(GetParam().archive);
  };
  rocks::open_options how{data() / "rocks", false, options_.memory_bytes};
  // After each step: the label; the families; the format.
  for (int steps = 1; steps <= 3; ++steps) {
    begin_again();
    EXPECT_EQ(label_format(), 1U);
    {
      auto folder = data_folder::open(data(), false);
      ASSERT_TRUE(folder && folder->finish(*folder->store_id()));
    }
    if (steps > 1) {
      how.families = rocks::families::make_missing;
      auto disk = rocks::open(how, clock_);
      ASSERT_TRUE(disk) << disk.error().to_string();
      if (steps > 2) {
        ASSERT_TRUE(write_format(**disk));
      }
    }
    open();
    EXPECT_EQ(open_log(aurora_).last, sequence{GetParam().aurora + 1}) << steps;
    close();
    how.families = rocks::families::all;
    auto disk = rocks::open(how, clock_);
    ASSERT_TRUE(disk) << disk.error().to_string();
    EXPECT_EQ((*read_identity(**disk))->format, folder_format) << steps;
  }
}

TEST_P(format_1, a_damaged_folder_stays_as_it_was) {
  close();
  std::filesystem::remove_all(data());
  unpack(GetParam().archive);
  for (const auto& item : std::filesystem::directory_iterator(data() / "rocks")) {
    if (item.path().extension() == ".sst") {
      std::filesystem::remove(item.path());
      break;
    }
  }
  EXPECT_TRUE(is(try_open(), condition::corrupt));
  EXPECT_EQ(label_format(), 1U);
}

TEST_F(store_test, a_database_without_a_family_of_its_format_is_refused) {
  close();
  std::filesystem::remove_all(data());
  auto command =
      "tar -xzf '" LIGHTSTICK_SOURCE_DIR "/tests/fixtures/data-v1/ended.tar.gz' -C '" + folder_.path().string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  {
    auto disk =
        rocks::open({data() / "rocks", false, options_.memory_bytes, nullptr, rocks::families::those_there}, clock_);
    ASSERT_TRUE(disk) << disk.error().to_string();
    ASSERT_TRUE(write_format(**disk));
  }
  auto opened = try_open();
  EXPECT_TRUE(is(opened, condition::corrupt));
  EXPECT_NE(opened.error().to_string().find("no family 'reminders'"), std::string::npos) << opened.error().to_string();
}

INSTANTIATE_TEST_SUITE_P(folder, format_1,
                         testing::Values(expectation{"ended.tar.gz", 340, 0, 4, 4, epoch{2}},
                                         expectation{"killed.tar.gz", 350, 5, 5, 6, epoch{3}}),
                         [](const auto& of) { return of.param.archive.substr(0, of.param.archive.find('.')); });

}  // namespace
}  // namespace lightstick::storage::test
