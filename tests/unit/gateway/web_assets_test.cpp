#include "gateway/web_assets.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace lightstick::gateway {
namespace {

const std::filesystem::path web_folder = LIGHTSTICK_SOURCE_DIR "/gateway/web";

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool served(const std::filesystem::path& file) {
  const auto extension = file.extension();
  return extension == ".html" || extension == ".js" || extension == ".css" || extension == ".svg";
}

TEST(web_assets, every_file_of_the_page_is_embedded_byte_for_byte) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(web_folder)) {
    if (!entry.is_regular_file() || !served(entry.path())) continue;
    const auto path = "/" + entry.path().lexically_relative(web_folder).generic_string();
    const auto* asset = find_web_asset(path);
    ASSERT_NE(asset, nullptr) << path;
    EXPECT_EQ(asset->path, path);
    EXPECT_EQ(asset->body, bytes_of(entry.path())) << path;
    ++count;
  }
  EXPECT_GT(count, 0U);
}

TEST(web_assets, the_root_is_the_index) {
  ASSERT_NE(find_web_asset("/"), nullptr);
  EXPECT_EQ(find_web_asset("/"), find_web_asset("/index.html"));
}

TEST(web_assets, the_playground_needs_no_extension) {
  ASSERT_NE(find_web_asset("/playground"), nullptr);
  EXPECT_EQ(find_web_asset("/playground"), find_web_asset("/playground.html"));
}

TEST(web_assets, the_type_follows_the_extension_and_text_says_its_charset) {
  ASSERT_NE(find_web_asset("/index.html"), nullptr);
  EXPECT_EQ(find_web_asset("/index.html")->content_type, "text/html; charset=utf-8");
  ASSERT_NE(find_web_asset("/client/lightstick.js"), nullptr);
  EXPECT_EQ(find_web_asset("/client/lightstick.js")->content_type, "text/javascript; charset=utf-8");
}

TEST(web_assets, an_etag_is_quoted_and_differs_with_the_bytes) {
  const auto* page = find_web_asset("/index.html");
  const auto* client = find_web_asset("/client/lightstick.js");
  ASSERT_NE(page, nullptr);
  ASSERT_NE(client, nullptr);
  EXPECT_EQ(page->etag.front(), '"');
  EXPECT_EQ(page->etag.back(), '"');
  EXPECT_NE(page->etag, client->etag);
}

TEST(web_assets, paths_are_compared_as_they_are) {
  for (const auto* path : {"", "index.html", "//index.html", "/index.html/", "/INDEX.HTML", "/client/../index.html",
                           "/index.html?x", "/README.md", "/zzz", "/client"}) {
    EXPECT_EQ(find_web_asset(path), nullptr) << path;
  }
}

}  // namespace
}  // namespace lightstick::gateway
