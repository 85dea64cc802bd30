#include <fstream>

#include "fixture.hpp"
#include "storage/backup.hpp"
#include "storage/stats.hpp"
#include "storage/verify.hpp"

namespace lightstick::storage::test {
namespace {

namespace fs = std::filesystem;

class data_folder_test : public store_test {
 protected:
  void SetUp() override {}

  static std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

  /// Opening fails with the code, and tells a person each of `parts`.
  void expect_refused(errc code, std::initializer_list<std::string> parts) {
    auto opened = try_open();
    ASSERT_FALSE(opened);
    auto text = opened.error().to_string();
    EXPECT_EQ(opened.error().code, code) << text;
    for (const auto& part : parts) EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
  }
};

TEST_F(data_folder_test, a_new_folder_says_what_it_is) {
  open();
  EXPECT_EQ(read(data() / "LIGHTSTICK"),
            "Lightstick data folder. Do not edit, do not remove files.\nformat 2\nstore " + store_->id() + "\n");
  EXPECT_FALSE(fs::exists(data() / "LIGHTSTICK.new"));
}

TEST_F(data_folder_test, an_empty_folder_is_as_good_as_none) {
  fs::create_directory(data());
  fs::create_directory(data() / "lost+found");
  open();
  reopen();
}

TEST_F(data_folder_test, none_is_made_when_none_was_asked_for) {
  options_.create = false;
  expect_refused(errc::missing, {data().string()});
  EXPECT_FALSE(fs::exists(data()));
  fs::create_directory(data());
  expect_refused(errc::missing, {data().string()});
  EXPECT_TRUE(fs::is_empty(data()));
}

TEST_F(data_folder_test, a_folder_of_somebody_else_is_refused_and_left_alone) {
  fs::create_directory(data());
  write(data() / "thesis.txt", "x");
  expect_refused(errc::not_a_store, {"thesis.txt", "LIGHTSTICK"});
  EXPECT_EQ(std::distance(fs::directory_iterator(data()), {}), 1);
}

TEST_F(data_folder_test, a_file_is_refused) {
  write(data(), "x");
  expect_refused(errc::not_a_store, {"is a file"});
}

TEST_F(data_folder_test, a_folder_in_a_folder_that_is_missing_is_refused) {
  options_.path = folder_.path() / "no" / "such";
  metrics numbers;
  auto opened = store::open(options_, numbers, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::missing) << opened.error().to_string();
}

TEST_F(data_folder_test, a_newer_format_is_refused_with_both_numbers_and_a_remedy) {
  open();
  auto label = read(data() / "LIGHTSTICK");
  close();
  label.replace(label.find("format 2"), 8, "format 3");
  write(data() / "LIGHTSTICK", label);
  expect_refused(errc::newer_format, {"format 3", "reads up to 2", "or a newer one"});
}

TEST_F(data_folder_test, a_folder_in_use_names_the_lock_its_holder_and_a_remedy) {
  open();
  expect_refused(errc::locked,
                 {(data() / "LOCK").string(), "process " + std::to_string(::getpid()), "another data folder"});
  close();
  open();
}

TEST_F(data_folder_test, a_making_that_was_cut_short_is_begun_again) {
  fs::create_directories(data() / "rocks");
  write(data() / "LIGHTSTICK.new", "Lightstick");
  write(data() / "rocks" / "CURRENT", "half a database");
  open();
  EXPECT_FALSE(fs::exists(data() / "LIGHTSTICK.new"));
}

TEST_F(data_folder_test, a_lost_database_is_not_replaced_by_an_empty_one) {
  open();
  close();
  fs::remove_all(data() / "rocks");
  expect_refused(errc::corrupt, {"CURRENT", "restore a back-up"});
}

TEST_F(data_folder_test, parts_of_two_folders_are_not_mixed) {
  open();
  auto own = store_->id();
  close();
  auto label = read(data() / "LIGHTSTICK");
  std::string other(32, '0');
  write(data() / "LIGHTSTICK", label.replace(label.find(own), own.size(), other));
  expect_refused(errc::corrupt, {own, other});
}

TEST_F(data_folder_test, an_emptied_label_is_refused) {
  open();
  close();
  write(data() / "LIGHTSTICK", "");
  expect_refused(errc::corrupt, {"LIGHTSTICK", "back-up"});
}

TEST_F(data_folder_test, a_folder_that_may_not_be_written_is_refused_with_a_remedy) {
  // Nobody, root included, may make folders there.
  options_.path = "/sys/lightstick";
  metrics numbers;
  auto opened = store::open(options_, numbers, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::not_permitted) << opened.error().to_string();
  EXPECT_NE(opened.error().to_string().find("right to write"), std::string::npos);
}

TEST_F(data_folder_test, a_folder_of_another_user_is_refused_by_whatever_looks_at_it) {
  open();
  close();
  fs::permissions(data(), fs::perms::none);
  {
    const no_override as_anybody;
    ASSERT_TRUE(as_anybody.ok());
    expect_refused(errc::not_permitted, {data().string(), "right"});
    EXPECT_EQ(code_of(verify_folder(data(), {})), errc::not_permitted);
    EXPECT_EQ(code_of(stats_of_folder(data(), {}, {})), errc::not_permitted);
    EXPECT_EQ(code_of(verify_folder(data() / "in", {})), errc::not_permitted) << "it may be there";
    EXPECT_EQ(code_of(list_backups(data())), errc::not_permitted);
    EXPECT_EQ(code_of(restore_backup(data() / "in", {}, folder_.path() / "new", {})), errc::not_permitted);
  }
  fs::permissions(data(), fs::perms::owner_all);
}

TEST_F(data_folder_test, too_little_memory_is_invalid) {
  options_.memory_bytes = 1U << 20U;
  expect_refused(errc::invalid, {"16 MiB"});
}

}  // namespace
}  // namespace lightstick::storage::test
