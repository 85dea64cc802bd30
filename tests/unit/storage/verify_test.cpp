#include "storage/verify.hpp"

#include <gmock/gmock.h>
#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "fixture.hpp"
#include "runtime/base/random.hpp"
#include "storage/bytes.hpp"
#include "storage/engine.hpp"
#include "storage/identity.hpp"
#include "storage/record.hpp"
#include "storage/rocks/open.hpp"

namespace lightstick::storage::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string offset(std::uint64_t n) {
  std::string key;
  put_big_endian(key, n);
  return key;
}

log_id room(int n) { return {partition{static_cast<std::uint16_t>(n % 8)}, "room/" + std::to_string(n)}; }

std::string told(const verify_report& r) {
  std::string out;
  for (const auto& f : r.damage.kept()) out += f.file + " " + f.actor + " " + f.what + " | " + f.served + "\n";
  return out;
}

/// Forty rooms of thirty messages each, in tables.
class verified : public store_test {
 protected:
  static constexpr int rooms = 40;
  static constexpr std::uint64_t messages = 30;

  void SetUp() override {
    store_test::SetUp();
    seeded_random random(3);
    for (int n = 0; n < rooms; ++n) {
      open_log(room(n));
      auto heard = std::make_shared<recorder>();
      for (std::uint64_t m = 0; m < messages; ++m) {
        auto r = after(m, {random_hex(random, 100)}, room(n));
        r.rows = {history_row(offset(m + 1), random_hex(random, 300)), mark("cid " + std::to_string(m), "1")};
        if (n % 2 == 0 && m == 9) r.snapshot = random_hex(random, 50);
        ASSERT_TRUE(store_->append(r, heard));
      }
      ASSERT_TRUE(heard->wait_committed(messages));
    }
    reopen();  // what the log held is now in tables
    close();
  }

  verify_report verify() {
    auto before = stamps();
    auto report = verify_folder(data(), {});
    EXPECT_TRUE(report) << report.error().to_string();
    EXPECT_EQ(stamps(), before) << "it changes nothing";
    return report ? std::move(*report) : verify_report{};
  }
  [[nodiscard]] std::map<std::string, fs::file_time_type> stamps() const {
    std::map<std::string, fs::file_time_type> out;
    for (const auto& item : fs::recursive_directory_iterator(data())) out[item.path()] = item.last_write_time();
    return out;
  }
  [[nodiscard]] std::vector<fs::path> files(const std::string& begin, const std::string& end) const {
    std::vector<fs::path> out;
    for (const auto& item : fs::directory_iterator(data() / "rocks")) {
      auto name = item.path().filename().string();
      if (name.starts_with(begin) && name.ends_with(end) && item.file_size() > 0) out.push_back(item.path());
    }
    return out;
  }
  [[nodiscard]] fs::path largest_table() const {
    auto tables = files("", ".sst");
    return *std::ranges::max_element(tables, {}, [](const auto& f) { return fs::file_size(f); });
  }
  static void flip(const fs::path& file, std::uint64_t at) {
    std::fstream io(file, std::ios::in | std::ios::out | std::ios::binary);
    io.seekg(static_cast<std::streamoff>(at));
    char c = static_cast<char>(io.get());
    io.seekp(static_cast<std::streamoff>(at));
    io.put(static_cast<char>(c ^ 0x10));
    ASSERT_TRUE(io.good());
  }
  void damage(const std::function<void(engine&)>& change) {
    auto opened = rocks::open({data() / "rocks", false, options_.memory_bytes}, clock_);
    ASSERT_TRUE(opened);
    change(**opened);
  }
  static void put(engine& disk, family f, const std::string& key, const std::string& value) {
    std::vector<write_op> ops{{write_op::kind::put, f, key, value}};
    ASSERT_TRUE(disk.write({&ops, 1}, true));
  }
};

TEST_F(verified, a_whole_folder_has_no_damage) {
  auto report = verify();
  EXPECT_EQ(report.damage.count(), 0U) << told(report);
  EXPECT_THAT(report.notes, IsEmpty());
  EXPECT_TRUE(report.opens);
  EXPECT_EQ(report.actors, static_cast<std::uint64_t>(rooms));
  EXPECT_GT(report.records, rooms * messages * 2);
  EXPECT_GT(report.tables, 2U);
  EXPECT_EQ(report.store_id.size(), 32U);
  EXPECT_EQ(report.history_id.size(), 16U);
}

TEST_F(verified, tells_how_far_it_is_and_can_be_ended) {
  std::uint64_t last = 0;
  std::uint64_t all = 0;
  ASSERT_TRUE(verify_folder(data(), [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, total);
    last = done;
    all = total;
    return true;
  }));
  EXPECT_GT(all, 0U);
  EXPECT_EQ(last, all);
  EXPECT_EQ(code_of(verify_folder(data(), [](auto, auto) { return false; })), errc::stopping);
}

/// What the store itself cannot read is what is named, no more and no less.
TEST_F(verified, a_flipped_bit_in_a_table_names_the_file_and_just_the_actors_it_costs) {
  const auto table = largest_table();
  const auto size = fs::file_size(table);
  for (auto at : {std::uint64_t{40}, size / 3, size / 2, size * 4 / 5}) {
    SCOPED_TRACE(at);
    flip(table, at);
    auto report = verify();
    EXPECT_THAT(report.damage.kept(), Contains(Field(&finding::file, "rocks/" + table.filename().string())));
    EXPECT_TRUE(report.opens);
    EXPECT_EQ(report.actors, static_cast<std::uint64_t>(rooms));
    open();
    std::set<std::string> named;
    for (const auto& f : report.damage.kept()) {
      if (!f.actor.empty()) named.insert(f.actor);
    }
    std::set<std::string> broken;
    row_query all;
    all.rows_max = UINT32_MAX;
    all.bytes_max = UINT32_MAX;
    for (int n = 0; n < rooms; ++n) {
      auto rows = store_->read_rows(room(n), all);
      if (!store_->read_log(room(n)) || !rows || rows->rows.size() != messages) broken.insert(room(n).name);
    }
    close();
    EXPECT_EQ(named, broken) << told(report);
    EXPECT_FALSE(named.empty());
    EXPECT_LT(named.size(), 10U);
    flip(table, at);
    EXPECT_EQ(verify().damage.count(), 0U);
  }
}

TEST_F(verified, a_damaged_stretch_of_history_is_told_by_its_offsets) {
  const auto table = largest_table();  // of history: a room's rows are 18 KiB, a block is 16
  flip(table, fs::file_size(table) / 2);
  auto report = verify();
  bool found = false;
  for (const auto& f : report.damage.kept()) {
    if (f.actor.empty()) continue;
    EXPECT_THAT(f.what, StartsWith("history offset "));
    EXPECT_THAT(f.what, HasSubstr(table.filename().string()));
    EXPECT_THAT(f.served, StartsWith("this actor"));
    EXPECT_THAT(f.remedy, HasSubstr("lightstick restore"));
    found = true;
  }
  EXPECT_TRUE(found) << told(report);
}

TEST_F(verified, damaged_records_are_named_with_their_actor) {
  const auto prefix = log_prefix(room(3));
  damage([&](engine& disk) {
    put(disk, family::journal, journal_key(prefix, sequence{17}), "nonsense, long enough");
    put(disk, family::journal, journal_key(prefix, sequence{18}), "nonsense, long enough");
    put(disk, family::history, row_key(prefix, offset(5)), "nonsense, long enough");
    put(disk, family::marks, row_key(log_prefix(room(5)), "cid 7"), "x");
    put(disk, family::snapshots, log_prefix(room(6)), "x");
  });
  auto report = verify();
  ASSERT_EQ(report.damage.count(), 3U) << told(report);
  std::map<std::string, finding> by_actor;
  for (const auto& f : report.damage.kept()) by_actor[f.actor] = f;
  EXPECT_THAT(by_actor["room/3"].what, AllOf(HasSubstr("journal 17..18: checksum"), HasSubstr("history offset 5: ")));
  EXPECT_THAT(by_actor["room/3"].served, HasSubstr("quarantined"));
  EXPECT_THAT(by_actor["room/5"].what, HasSubstr("marks \"cid 7\": record of 1 bytes"));
  EXPECT_THAT(by_actor["room/6"].what, HasSubstr("snapshots: "));
}

TEST_F(verified, reminders_and_what_falls_due_have_to_match) {
  open();
  open_log(room(3));
  auto r = after(messages, {""}, room(3));
  for (const auto* name : {"whole", "never rings", "lost", "moved"}) r.reminders.push_back({name, {}, 1000, ""});
  commit(r);
  reopen();
  close();
  EXPECT_EQ(verify().damage.count(), 0U);
  damage([&](engine& disk) {
    auto reminder_key = [&](const std::string& name) { return row_key(log_prefix(room(3)), name); };
    std::vector<write_op> ops{
        {write_op::kind::erase, family::due, due_key({room(3).partition, 1000, room(3).name, "never rings"}), {}},
        {write_op::kind::erase, family::reminders, reminder_key("lost"), {}}};
    ASSERT_TRUE(disk.write({&ops, 1}, true));
    put(disk, family::reminders, reminder_key("moved"), encode_reminder(reminder_key("moved"), {2000, ""}));
  });
  auto report = verify();
  ASSERT_EQ(report.damage.count(), 3U) << told(report);
  for (const auto& f : report.damage.kept()) EXPECT_EQ(f.actor, "room/3");
  const auto text = told(report);
  EXPECT_THAT(text, HasSubstr("reminder \"lost\" at 1000: there is no such reminder |"));
  EXPECT_THAT(text, HasSubstr("reminder \"moved\" at 1000: there is no such reminder at that time |"));
  EXPECT_THAT(text, AllOf(HasSubstr("reminders \"moved\": is not among those that fall due"),
                          HasSubstr("reminders \"never rings\": is not among those that fall due")));
  EXPECT_THAT(text, HasSubstr("it is not reminded"));
  EXPECT_TRUE(report.opens);
}

TEST_F(verified, journals_have_to_be_dense_and_their_epochs_in_order) {
  damage([&](engine& disk) {
    auto prefix = log_prefix(room(1));
    std::vector<write_op> ops{{write_op::kind::erase, family::journal, journal_key(prefix, sequence{12}), {}}};
    ASSERT_TRUE(disk.write({&ops, 1}, true));
    prefix = log_prefix(room(2));  // its snapshot is at 10
    ops = {{write_op::kind::erase, family::journal, journal_key(prefix, sequence{11}), {}}};
    ASSERT_TRUE(disk.write({&ops, 1}, true));
    auto key = journal_key(log_prefix(room(3)), sequence{31});
    put(disk, family::journal, key, encode_event(key, {epoch{9}, "from the future"}));
    key = journal_key(log_prefix(room(4)), sequence{31});
    ops = {encode_epoch(room(4).partition, epoch{9})};
    ASSERT_TRUE(disk.write({&ops, 1}, true));
    put(disk, family::journal, key, encode_event(key, {epoch{9}, "e"}));
    key = journal_key(log_prefix(room(4)), sequence{32});
    put(disk, family::journal, key, encode_event(key, {epoch{8}, "e"}));
  });
  auto report = verify();
  ASSERT_EQ(report.damage.count(), 4U) << told(report);
  const auto text = told(report);
  EXPECT_THAT(text, HasSubstr("room/1 journal 12: missing"));
  EXPECT_THAT(text, HasSubstr("room/2 journal 11: missing"));
  EXPECT_THAT(text, HasSubstr("room/3 journal 31: has epoch 9, which its partition never had"));
  EXPECT_THAT(text, HasSubstr("room/4 journal 32: has an older epoch"));
}

TEST_F(verified, a_damaged_label_is_named) {
  std::ofstream(data() / "LIGHTSTICK") << "scribble";
  auto report = verify();
  EXPECT_THAT(report.damage.kept(), Contains(Field(&finding::file, "LIGHTSTICK")));
  EXPECT_FALSE(report.opens);
  EXPECT_EQ(report.actors, static_cast<std::uint64_t>(rooms)) << "all else is looked at as well";
  std::ofstream(data() / "LIGHTSTICK") << "title\nformat 1\nstore 0123456789abcdef0123456789abcdef\n";
  report = verify();
  ASSERT_EQ(report.damage.count(), 1U);
  EXPECT_THAT(report.damage.kept()[0].what, HasSubstr("parts of two folders were mixed"));
  std::ofstream(data() / "LIGHTSTICK") << "title\nformat 99\nstore 0123456789abcdef0123456789abcdef\n";
  EXPECT_EQ(code_of(verify_folder(data(), {})), errc::newer_format);
}

TEST_F(verified, a_damaged_manifest_or_log_is_named_and_its_place) {
  auto manifest = files("MANIFEST", "").at(0);
  flip(manifest, fs::file_size(manifest) / 2);
  auto report = verify();
  EXPECT_THAT(report.damage.kept(),
              Contains(AllOf(Field(&finding::file, "rocks/" + manifest.filename().string()),
                             Field(&finding::what, HasSubstr("at byte ")), Field(&finding::refuses_folder, true))))
      << told(report);
  EXPECT_FALSE(report.opens);
  flip(manifest, fs::file_size(manifest) / 2);

  open();
  open_log();
  for (std::uint64_t n = 0; n < 50; ++n) commit(after(n, {"event " + std::to_string(n)}));
  close();
  auto log = files("", ".log").at(0);
  // Lengths of records among them: one that reaches beyond the end looks torn, but whole ones follow it.
  for (auto at = fs::file_size(log) / 2; at < fs::file_size(log) / 2 + 80; ++at) {
    SCOPED_TRACE(at);
    flip(log, at);
    report = verify();
    ASSERT_THAT(report.damage.kept(), Contains(AllOf(Field(&finding::file, "rocks/" + log.filename().string()),
                                                     Field(&finding::what, HasSubstr("at byte ")))))
        << told(report);
    EXPECT_FALSE(report.opens);
    flip(log, at);
  }
  EXPECT_EQ(verify().damage.count(), 0U);
}

TEST_F(verified, a_torn_end_of_the_log_is_no_damage) {
  open();
  open_log();
  for (std::uint64_t n = 0; n < 50; ++n) commit(after(n, {"event " + std::to_string(n)}));
  close();
  auto log = files("", ".log").at(0);
  fs::resize_file(log, fs::file_size(log) - 3);
  auto report = verify();
  EXPECT_EQ(report.damage.count(), 0U) << told(report);
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_THAT(report.notes[0], AllOf(HasSubstr(log.filename().string()), HasSubstr("next start drops it")));
}

TEST_F(verified, a_missing_table_or_pointer_is_named) {
  auto table = largest_table();
  fs::rename(table, folder_.path() / "aside");
  auto report = verify();
  EXPECT_THAT(told(report), HasSubstr(table.stem().string()));
  EXPECT_FALSE(report.opens);
  fs::rename(folder_.path() / "aside", table);
  fs::remove(data() / "rocks" / "CURRENT");
  report = verify();
  EXPECT_THAT(report.damage.kept(), Contains(Field(&finding::file, "rocks/CURRENT")));
}

TEST_F(verified, a_folder_in_use_or_of_something_else_is_refused) {
  open();
  auto refused = verify_folder(data(), {});
  ASSERT_EQ(code_of(refused), errc::locked);
  EXPECT_THAT(refused.error().detail, HasSubstr("stop that process"));
  close();
  EXPECT_EQ(code_of(verify_folder(folder_.path(), {})), errc::not_a_store);
  EXPECT_EQ(code_of(verify_folder(folder_.path() / "nowhere", {})), errc::missing);
  fs::create_directory(folder_.path() / "half");
  std::ofstream(folder_.path() / "half" / "LIGHTSTICK.restoring") << "title\n";
  auto half = verify_folder(folder_.path() / "half", {});
  ASSERT_EQ(code_of(half), errc::not_a_store);
  EXPECT_THAT(half.error().detail, HasSubstr("run the same `lightstick restore` again"));
}

}  // namespace
}  // namespace lightstick::storage::test
