#include "gateway/auth/base64url.hpp"

#include <gtest/gtest.h>

namespace lightstick::gateway::auth {
namespace {

using namespace std::string_view_literals;

TEST(base64url, agrees_with_the_vectors_of_rfc_4648) {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF\xBF", "-_-_"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64url(bytes), text);
    EXPECT_EQ(from_base64url(text), bytes);
  }
}

TEST(base64url, refuses_padding_white_space_and_other_alphabets) {
  for (auto text : {"Zg=="sv, "Zm8="sv, "Zm9v\n"sv, " Zm9v"sv, "Zm 9v"sv, "+/+/"sv, "Zm9\0"sv, "Zm9\x80"sv, "Zm.v"sv}) {
    EXPECT_EQ(from_base64url(text), std::nullopt) << text;
  }
}

TEST(base64url, refuses_impossible_lengths) {
  EXPECT_EQ(from_base64url("Z"), std::nullopt);
  EXPECT_EQ(from_base64url("Zm9vZ"), std::nullopt);
}

TEST(base64url, refuses_unused_bits_that_are_not_zero) {
  EXPECT_EQ(from_base64url("Zh"), std::nullopt);
  EXPECT_EQ(from_base64url("Zm9"), std::nullopt);
  EXPECT_EQ(from_base64url("Zw"), "g");
}

}  // namespace
}  // namespace lightstick::gateway::auth
