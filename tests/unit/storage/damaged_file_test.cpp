#include <algorithm>
#include <fstream>

#include "fixture.hpp"
#include "runtime/base/random.hpp"

namespace lightstick::storage::test {
namespace {

namespace fs = std::filesystem;

/// Damage of the files themselves.
class damaged_file : public store_test {
 protected:
  void SetUp() override {
    store_test::SetUp();
    open_log();
    seeded_random random(1);  // so that history does not compress and has the largest table
    for (std::uint64_t n = 0; n < 50; ++n) {
      auto r = after(n, {"event " + std::to_string(n)});
      r.rows = {history_row("row " + std::to_string(n), random_hex(random, 500))};
      commit(std::move(r));
    }
  }
  [[nodiscard]] std::vector<fs::path> files(const std::string& begin, const std::string& end) const {
    std::vector<fs::path> out;
    for (const auto& item : fs::directory_iterator(data() / "rocks")) {
      auto name = item.path().filename().string();
      if (name.starts_with(begin) && name.ends_with(end) && item.file_size() > 0) out.push_back(item.path());
    }
    return out;
  }
  static void flip(const fs::path& file, std::uint64_t at, int bits = 0x10) {
    std::fstream io(file, std::ios::in | std::ios::out | std::ios::binary);
    io.seekg(static_cast<std::streamoff>(at));
    char c = static_cast<char>(io.get());
    io.seekp(static_cast<std::streamoff>(at));
    io.put(static_cast<char>(c ^ bits));
    ASSERT_TRUE(io.good());
  }
  /// Where the records of a log or manifest begin.
  static std::vector<std::uint64_t> records_of(const fs::path& file) {
    constexpr std::uint64_t block = 32U << 10U;
    constexpr std::uint64_t header = 7;
    std::ifstream in(file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    std::vector<std::uint64_t> out;
    for (std::uint64_t at = 0; at + header <= bytes.size();) {
      out.push_back(at);
      at += header + (static_cast<std::uint8_t>(bytes[at + 4]) | (static_cast<std::uint8_t>(bytes[at + 5]) << 8U));
      if (block - at % block < header) at += block - at % block;
    }
    return out;
  }
  /// Every bit of the headers of the first, a middle and the last record.
  void expect_no_header_bit_may_change(const fs::path& file) {
    const auto records = records_of(file);
    ASSERT_GE(records.size(), 3U);
    for (auto record : {records.front(), records[records.size() / 2], records.back()}) {
      for (int bit = 0; bit < 7 * 8; ++bit) {
        SCOPED_TRACE("bit " + std::to_string(bit) + " of the record at " + std::to_string(record));
        flip(file, record + static_cast<std::uint64_t>(bit / 8), 1 << (bit % 8));
        expect_refused(file.filename().string());
        flip(file, record + static_cast<std::uint64_t>(bit / 8), 1 << (bit % 8));
      }
    }
  }
  /// Refused as corrupt, with the file and the remedy named.
  void expect_refused(const std::string& file) {
    auto opened = try_open();
    ASSERT_FALSE(opened);
    auto text = opened.error().to_string();
    EXPECT_TRUE(opened.error().is(condition::corrupt)) << text;
    EXPECT_NE(text.find(file), std::string::npos) << "no " << file << " in: " << text;
    EXPECT_NE(text.find("Restore the last back-up"), std::string::npos) << text;
  }
};

TEST_F(damaged_file, a_table_is_named_when_it_is_read_and_the_rest_is_served) {
  reopen();  // what the log held is now in tables
  close();
  auto tables = files("", ".sst");
  ASSERT_FALSE(tables.empty());
  auto history = *std::max_element(tables.begin(), tables.end(),
                                   [](const auto& a, const auto& b) { return fs::file_size(a) < fs::file_size(b); });
  flip(history, 40);  // in its first block
  open();
  EXPECT_EQ(open_log().events.size(), 50U);
  auto rows = store_->read_rows(aurora, {});
  ASSERT_FALSE(rows);
  EXPECT_TRUE(rows.error().is(condition::corrupt));
  EXPECT_NE(rows.error().to_string().find(history.filename().string()), std::string::npos) << rows.error().to_string();
  close();
  flip(history, 40);
  open();
  EXPECT_EQ(store_->read_rows(aurora, {})->rows.size(), 50U);
}

TEST_F(damaged_file, a_log_with_a_damaged_record_is_refused_not_cut) {
  close();
  auto logs = files("", ".log");
  ASSERT_EQ(logs.size(), 1U);
  auto size = fs::file_size(logs[0]);
  for (auto at : {std::uint64_t{20}, size / 2, size - 1}) {
    flip(logs[0], at);
    expect_refused(logs[0].string());
    flip(logs[0], at);
  }
  open();
  EXPECT_EQ(open_log().events.size(), 50U);
}

TEST_F(damaged_file, a_log_with_a_wrong_length_is_refused_not_taken_for_torn) {
  close();
  auto log = files("", ".log").at(0);
  const auto size = fs::file_size(log);
  for (auto at = size / 2; at < size / 2 + 120; ++at) {
    SCOPED_TRACE(at);
    flip(log, at);
    expect_refused(log.string());
    flip(log, at);
  }
  open();
  EXPECT_EQ(open_log().events.size(), 50U);
}

TEST_F(damaged_file, a_log_with_one_wrong_bit_in_any_header_is_refused_at_its_end_too) {
  close();
  expect_no_header_bit_may_change(files("", ".log").at(0));
  open();
  EXPECT_EQ(open_log().events.size(), 50U);
}

TEST_F(damaged_file, a_log_that_ends_in_a_torn_record_loses_that_record_only) {
  close();
  auto logs = files("", ".log");
  ASSERT_EQ(logs.size(), 1U);
  fs::resize_file(logs[0], fs::file_size(logs[0]) - 3);
  open();
  EXPECT_EQ(open_log().events.size(), 49U);
}

TEST_F(damaged_file, a_damaged_manifest_is_refused) {
  close();
  auto manifests = files("MANIFEST", "");
  ASSERT_EQ(manifests.size(), 1U);
  for (auto at : {std::uint64_t{3}, fs::file_size(manifests[0]) / 2, fs::file_size(manifests[0]) - 1}) {
    flip(manifests[0], at);
    expect_refused(manifests[0].string());
    flip(manifests[0], at);
  }
  open();
  EXPECT_EQ(open_log().events.size(), 50U);
  close();
  manifests = files("MANIFEST", "");
  fs::remove(manifests[0]);
  expect_refused(manifests[0].filename().string());
}

TEST_F(damaged_file, a_manifest_with_one_wrong_bit_in_any_header_is_refused_at_its_end_too) {
  close();
  expect_no_header_bit_may_change(files("MANIFEST", "").at(0));
  open();
  EXPECT_EQ(open_log().events.size(), 50U);
}

TEST_F(damaged_file, a_damaged_current_is_refused) {
  close();
  auto current = data() / "rocks" / "CURRENT";
  for (const std::string text : {"MANIFEST-", "nonsense", ""}) {
    std::ofstream(current) << text;
    expect_refused("CURRENT");
  }
  std::ofstream(current) << "MANIFEST-999999\n";
  expect_refused("MANIFEST-999999");
}

TEST_F(damaged_file, a_missing_table_is_refused) {
  reopen();
  close();
  auto tables = files("", ".sst");
  ASSERT_FALSE(tables.empty());
  fs::remove(tables[0]);
  expect_refused(tables[0].stem().string());
}

/// So much that the log has several files.
class damaged_logs : public damaged_file {
 protected:
  void SetUp() override {
    options_.memory_bytes = 16U << 20U;
    damaged_file::SetUp();
    seeded_random random(2);
    for (std::uint64_t n = 50; n < 60; ++n) {
      auto r = after(n, {"event"});
      r.rows = {history_row("row " + std::to_string(n), random_hex(random, 200'000))};
      commit(std::move(r));
    }
    close();
    logs_ = files("", ".log");
    std::sort(logs_.begin(), logs_.end());
    ASSERT_GE(logs_.size(), 2U);
    fs::copy(data(), folder_.path() / "whole", fs::copy_options::recursive);
  }
  void mend() {
    fs::remove_all(data());
    fs::copy(folder_.path() / "whole", data(), fs::copy_options::recursive);
  }
  std::vector<fs::path> logs_;
};

TEST_F(damaged_logs, whatever_is_wrong_with_an_older_one_is_refused_even_at_its_end) {
  auto size = fs::file_size(logs_[0]);
  flip(logs_[0], size - 1);
  expect_refused(logs_[0].string());
  mend();
  // What is behind it is there: this is no torn tail.
  auto number = "log number: " + std::to_string(std::stoul(logs_[0].stem().string()));
  for (auto kept : {size - 3, size / 2, std::uintmax_t{0}}) {
    fs::resize_file(logs_[0], kept);
    expect_refused(number);
    mend();
  }
  fs::remove(logs_[0]);
  expect_refused(number);
  mend();
  open();
  EXPECT_EQ(open_log().events.size(), 60U);
}

TEST_F(damaged_logs, the_last_one_may_be_torn) {
  fs::resize_file(logs_.back(), fs::file_size(logs_.back()) - 3);
  open();
  EXPECT_EQ(open_log().events.size(), 59U);
}

TEST_F(damaged_file, a_table_that_compactions_cannot_read_stops_no_appends) {
  reopen();
  close();
  for (const auto& table : files("", ".sst")) {
    if (fs::file_size(table) > 20'000) flip(table, 40);
  }
  open();
  open_log();
  std::uint64_t at = 50;
  for (int restarts = 0; restarts < 6; ++restarts) {  // each leaves a table, four begin a compaction
    for (int n = 0; n < 5; ++n, ++at) {
      auto r = after(at, {"event"});
      r.rows = {history_row("row " + std::to_string(n), "again")};
      commit(std::move(r));
    }
    reopen();
    open_log();
  }
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (number("lightstick_storage_background_failures") == 0 && std::chrono::steady_clock::now() < deadline) {
    commit(after(at++, {"event"}));
  }
  EXPECT_GE(number("lightstick_storage_background_failures"), 1U);
  for (int n = 0; n < 5; ++n) commit(after(at++, {"event"}));
  EXPECT_EQ(number("lightstick_storage_resumes_total"), 0U) << "appends never failed";
  EXPECT_EQ(open_log().events.size(), at);
}

}  // namespace
}  // namespace lightstick::storage::test
