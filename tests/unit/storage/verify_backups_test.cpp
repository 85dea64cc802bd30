#include "storage/verify_backups.hpp"

#include <gmock/gmock.h>
#include <fstream>
#include <sstream>

#include "fixture.hpp"
#include "runtime/base/random.hpp"
#include "storage/rocks/check_backups.hpp"

namespace lightstick::storage::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Two back-ups that share a table.
class verify_backups_of : public store_test {
 protected:
  void SetUp() override {
    store_test::SetUp();
    open_log();
    seeded_random random(3);
    for (std::uint64_t n = 0; n < 20; ++n) {
      auto r = after(n, {"event"});
      r.rows = {history_row("row " + std::to_string(n), random_hex(random, 300))};
      commit(std::move(r));
    }
    reopen();  // what the log held is now in tables, which back-ups share
    backup_order order;
    order.to = backups();
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(store_->back_up(order, {}));
  }
  [[nodiscard]] fs::path backups() const { return folder_.path() / "backups"; }
  [[nodiscard]] fs::path a_table() const {
    for (const auto& item : fs::directory_iterator(backups() / "rocks" / "shared_checksum")) return item.path();
    return {};
  }
  static void flip(const fs::path& file, std::uint64_t at) {
    std::fstream io(file, std::ios::in | std::ios::out | std::ios::binary);
    io.seekg(static_cast<std::streamoff>(at));
    const char c = static_cast<char>(io.get());
    io.seekp(static_cast<std::streamoff>(at));
    io.put(static_cast<char>(c ^ 4));
    ASSERT_TRUE(io.good());
  }
  [[nodiscard]] backups_report verified() const {
    auto report = verify_backups(backups(), {});
    EXPECT_TRUE(report) << report.error().to_string();
    return report ? std::move(*report) : backups_report{};
  }
};

TEST_F(verify_backups_of, whole_ones_finds_nothing_and_reads_each_file_once) {
  std::uint64_t told = 0;
  auto report = verify_backups(backups(), [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_LE(done, total);
    told = done;
    return true;
  });
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->damage.count(), 0U);
  EXPECT_EQ(report->store_id, store_->id());
  EXPECT_EQ(report->backups, 2U);
  EXPECT_THAT(report->whole, ElementsAre(1, 2));
  EXPECT_EQ(told, report->file_bytes);
  std::uint64_t files = 0;
  for (const auto& item : fs::recursive_directory_iterator(backups() / "rocks")) {
    if (item.is_regular_file() && item.path().parent_path().filename() != "meta") ++files;
  }
  EXPECT_EQ(report->files, files);
  EXPECT_EQ(code_of(verify_backups(backups(), [](auto, auto) { return false; })), errc::stopping);
}

TEST_F(verify_backups_of, one_wrong_bit_in_any_file_is_named_with_its_back_ups) {
  const auto rocks = backups() / "rocks";
  std::vector<fs::path> files{a_table()};
  for (const auto& item : fs::directory_iterator(rocks / "private" / "1")) files.push_back(item.path());
  for (const auto& file : files) {
    if (fs::file_size(file) == 0) continue;
    SCOPED_TRACE(file);
    flip(file, fs::file_size(file) / 2);
    const auto report = verified();
    ASSERT_EQ(report.damage.count(), 1U);
    const auto& found = report.damage.kept()[0];
    EXPECT_EQ(found.file, "rocks/" + fs::relative(file, rocks).string());
    EXPECT_THAT(found.what, HasSubstr("checksum"));
    const bool shared = file == files[0];
    EXPECT_THAT(found.what, HasSubstr(shared ? "back-up 1, 2" : "back-up 1"));
    EXPECT_EQ(report.whole, shared ? std::vector<std::uint32_t>{} : std::vector<std::uint32_t>{2});
    EXPECT_THAT(found.remedy, HasSubstr(shared ? "remove this file" : "--id 2"));
    flip(file, fs::file_size(file) / 2);
  }
  EXPECT_EQ(verified().damage.count(), 0U);
}

TEST_F(verify_backups_of, missing_files_lists_and_labels_are_named) {
  fs::remove(a_table());
  auto report = verified();
  ASSERT_EQ(report.damage.count(), 1U);
  EXPECT_THAT(report.damage.kept()[0].what, HasSubstr("missing"));
  std::ofstream(backups() / "rocks" / "meta" / "1") << "17\nnonsense\n";
  report = verified();
  EXPECT_EQ(report.damage.kept()[0].file, "rocks/meta/1");
  fs::remove(backups() / "LIGHTSTICK-BACKUPS");
  ASSERT_TRUE(holds_backups(backups()));
  EXPECT_EQ(verified().damage.kept()[0].file, "LIGHTSTICK-BACKUPS");
}

TEST_F(verify_backups_of, a_file_that_was_removed_is_copied_again_by_the_next) {
  flip(a_table(), 40);
  fs::remove(a_table());
  backup_order order;
  order.to = backups();
  ASSERT_TRUE(store_->back_up(order, {}));
  EXPECT_EQ(verified().damage.count(), 0U);
}

TEST_F(verify_backups_of, a_restore_that_fails_names_the_file_and_the_way_out) {
  const auto table = a_table();
  flip(table, 40);
  auto done = restore_backup(backups(), {}, folder_.path() / "other", {});
  ASSERT_EQ(code_of(done), errc::corrupt);
  EXPECT_THAT(done.error().detail, AllOf(HasSubstr(table.string()),
                                         HasSubstr("lightstick verify " + backups().string()), HasSubstr("--id")));
}

TEST_F(verify_backups_of, no_back_ups_are_refused) {
  EXPECT_FALSE(holds_backups(data()));
  EXPECT_EQ(code_of(verify_backups(data(), {})), errc::not_a_store);
  EXPECT_EQ(code_of(verify_backups(folder_.path() / "nowhere", {})), errc::missing);
  auto held = backup_folder::open(backups(), store_->id());
  ASSERT_TRUE(held);
  EXPECT_EQ(code_of(verify_backups(backups(), {})), errc::locked);
}

TEST(backup_lists, that_are_none_are_refused) {
  auto read = [](const std::string& text) {
    std::istringstream in(text);
    return rocks::read_backup_list(in);
  };
  auto whole = read("17\n260\nmetadata 61\n2\nprivate/1/CURRENT crc32 7\nshared_checksum/a b.sst crc32 4294967295\n");
  ASSERT_TRUE(whole) << whole.error().to_string();
  ASSERT_EQ(whole->size(), 2U);
  EXPECT_EQ((*whole)[1].name, "shared_checksum/a b.sst");
  EXPECT_EQ((*whole)[1].checksum, UINT32_MAX);
  EXPECT_TRUE(read("17\n260\n0\n")) << "a label is not needed";
  for (const auto* bad :
       {"", "17\n", "17\n260\n", "x\n260\n0\n", "17\n260\nmetadata 61\n", "17\n260\n1\n", "17\n260\n0\na crc32 1\n",
        "17\n260\n1\na\n", "17\n260\n1\na crc32 4294967296\n", "17\n260\n1\na crc32 x\n", "17\n260\n1\n crc32 1\n",
        "17\n260\n1\n/a crc32 1\n", "17\n260\n1\nb/../../a crc32 1\n", "17\n260\n18446744073709551616\n"}) {
    EXPECT_EQ(code_of(read(bad)), errc::corrupt) << bad;
  }
}

TEST_F(verify_backups_of, of_which_there_are_none_yet_nothing_is_damaged) {
  fs::rename(backups() / "rocks", folder_.path() / "aside");
  auto report = verified();
  EXPECT_EQ(report.backups, 0U);
  EXPECT_EQ(report.damage.count(), 0U);
  fs::rename(folder_.path() / "aside", backups() / "rocks");
  fs::remove_all(backups() / "rocks" / "meta");
  EXPECT_EQ(code_of(verify_backups(backups(), {})), errc::io_failed) << "what lists them is gone";
}

}  // namespace
}  // namespace lightstick::storage::test
