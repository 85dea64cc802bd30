#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gateway/auth/tokens.hpp"

namespace lightstick::gateway::auth {
namespace {

class secret_file : public testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (std::filesystem::temp_directory_path() / "lightstick-secret-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(std::string_view content) {
    auto path = folder_ / "secret";
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

  std::filesystem::path folder_;
};

TEST_F(secret_file, is_its_raw_bytes_less_one_final_newline) {
  const std::string key = std::string("\0\n\xFF", 3) + std::string(32, 'k');
  EXPECT_EQ(read_secret_file(file(key)).value(), key);
  EXPECT_EQ(read_secret_file(file(key + "\n")).value(), key);
  EXPECT_EQ(read_secret_file(file(key + "\n\n")).value(), key + "\n");
  EXPECT_EQ(read_secret_file(file(key + "\r\n")).value(), key + "\r");
}

TEST_F(secret_file, has_32_bytes_without_the_newline) {
  EXPECT_TRUE(read_secret_file(file(std::string(32, 'k') + "\n")));
  for (const auto& content : {std::string(), std::string("\n"), std::string(31, 'k') + "\n"}) {
    auto secret = read_secret_file(file(content));
    ASSERT_FALSE(secret);
    EXPECT_EQ(secret.error().code, errc::invalid);
    EXPECT_NE(secret.error().detail.find(folder_.string()), std::string::npos);
    EXPECT_NE(secret.error().detail.find("fewer than 32"), std::string::npos);
  }
}

TEST_F(secret_file, is_refused_when_it_is_far_too_long) {
  EXPECT_TRUE(read_secret_file(file(std::string(4'096, 'k'))));
  auto secret = read_secret_file(file(std::string(4'097, 'k')));
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().code, errc::invalid);
}

TEST_F(secret_file, that_does_not_exist_is_not_found_and_named_with_a_way_out) {
  auto secret = read_secret_file((folder_ / "nowhere").string());
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().code, errc::not_found);
  EXPECT_NE(secret.error().detail.find("nowhere"), std::string::npos);
  EXPECT_NE(secret.error().detail.find("/dev/urandom"), std::string::npos);
}

TEST_F(secret_file, below_what_is_no_folder_is_not_found) {
  auto secret = read_secret_file(file(std::string(32, 'k')) + "/secret");
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().code, errc::not_found);
}

TEST_F(secret_file, that_is_a_folder_is_invalid) {
  auto secret = read_secret_file(folder_.string());
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().code, errc::invalid);
}

TEST_F(secret_file, that_may_not_be_read_is_denied) {
  auto path = file(std::string(32, 'k'));
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const auto user = ::geteuid();
  constexpr uid_t nobody = 65'534;
  if (user == 0) {
    ASSERT_EQ(::seteuid(nobody), 0);  // root may read everything
  }
  auto secret = read_secret_file(path);
  ASSERT_EQ(::seteuid(user), 0);
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().code, errc::denied);
}

}  // namespace
}  // namespace lightstick::gateway::auth
