#include "gateway/auth/key_place.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/signing_key.hpp"
#include "tests/support/web_server.hpp"

namespace lightstick::gateway::auth {
namespace {

using namespace std::chrono_literals;

TEST(max_age, is_what_cache_control_says) {
  EXPECT_EQ(max_age_of("max-age=60"), 60s);
  EXPECT_EQ(max_age_of("public, Max-Age=3600 , must-revalidate"), 3600s);
  EXPECT_EQ(max_age_of("no-store"), 0s);
  EXPECT_EQ(max_age_of("max-age=60, No-Cache"), 0s);
  EXPECT_EQ(max_age_of("max-age=99999999999999999999"), std::chrono::seconds{UINT32_MAX});
  for (const auto* other :
       {"", "public", "max-age", "max-age=", "max-age=x", "max-age=-1", "max-age=6x", "s-maxage=60"}) {
    EXPECT_EQ(max_age_of(other), std::nullopt) << other;
  }
}

class key_place_test : public testing::Test {
 protected:
  key_place_test() {
    auto pattern = (std::filesystem::temp_directory_path() / "lightstick-keys-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~key_place_test() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string set(const std::string& kid) const {
    return R"({"keys":[)" + signer_.jwk(R"("kid":")" + kid + R"(",)") + "]}";
  }
  std::string file(const std::string& content, const std::string& name = "keys.json") {
    std::ofstream(folder_ / name) << content;
    return (folder_ / name).string();
  }
  static bool knows(const key_keeper& k, const std::string& kid) {
    return k.ring()->keys()->find(kid, algorithm::eddsa) != nullptr;
  }

  signing_key signer_{algorithm::eddsa};
  std::filesystem::path folder_;
  manual_clock clock;
  metrics registry;
};

TEST_F(key_place_test, a_file_is_read_again_when_it_has_changed) {
  const auto path = file(set("a"));
  const auto keeper = keep_keys({.from = path}, clock, registry);
  ASSERT_TRUE(keeper->turn());
  EXPECT_TRUE(knows(*keeper, "a"));
  const auto first = keeper->ring()->keys();
  clock.advance(1s);
  EXPECT_TRUE(keeper->turn());
  EXPECT_EQ(keeper->ring()->keys(), first) << "it has not changed";
  file(set("bb"));
  clock.advance(1s);
  EXPECT_TRUE(keeper->turn());
  EXPECT_TRUE(knows(*keeper, "bb"));
  // As editors and secret stores do it: another file takes the name.
  std::filesystem::rename(file(set("cc"), "new"), path);
  clock.advance(1s);
  EXPECT_TRUE(keeper->turn());
  EXPECT_TRUE(knows(*keeper, "cc"));
}

TEST_F(key_place_test, a_file_that_is_broken_leaves_the_keys_and_is_named) {
  const auto path = file(set("a"));
  const auto keeper = keep_keys({.from = path}, clock, registry);
  ASSERT_TRUE(keeper->turn());
  for (const auto& content : {std::string("{\"keys\":"), std::string(key_set::bytes_max + 1, ' '), std::string()}) {
    file(content);
    const auto failed = keeper->turn(true);
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().detail.find(path), std::string::npos) << failed.error().detail;
    EXPECT_FALSE(keeper->turn(true)) << "also when it has not changed since";
    EXPECT_TRUE(knows(*keeper, "a"));
  }
  std::filesystem::remove(path);
  EXPECT_FALSE(keeper->turn(true));
  file(set("a"));
  EXPECT_TRUE(keeper->turn(true));
}

TEST_F(key_place_test, keys_come_by_http) {
  test::web_server provider;
  const auto keeper = keep_keys({.from = provider.url()}, clock, registry);
  const auto absent = keeper->turn();
  ASSERT_FALSE(absent);
  EXPECT_NE(absent.error().detail.find("404"), std::string::npos) << absent.error().detail;
  provider.answer_with(set("a"), "200 OK", "Cache-Control: max-age=60\r\n");
  clock.advance(30s);
  ASSERT_TRUE(keeper->turn());
  EXPECT_TRUE(knows(*keeper, "a"));
  clock.advance(60s);
  EXPECT_TRUE(keeper->turn());
  EXPECT_EQ(provider.requests(), 3);
  provider.answer_with(std::string(key_set::bytes_max + 1, ' '));
  EXPECT_FALSE(keeper->turn(true));
  provider.answer_with({}, "302 Found", "Location: " + provider.url() + "\r\n");
  EXPECT_FALSE(keeper->turn(true)) << "nobody is sent elsewhere";
  EXPECT_TRUE(knows(*keeper, "a"));
}

TEST_F(key_place_test, an_https_host_has_to_prove_its_name) {
  const auto right = test::make_certificate("DNS:localhost,IP:127.0.0.1");
  test::web_server provider(right);
  provider.answer_with(set("a"));
  const auto ca = file(right.chain, "ca.pem");
  const auto outcome = [&](const std::string& url, const std::string& vouching) {
    metrics other;
    const auto found = keep_keys({.from = url, .ca_file = vouching}, clock, other)->turn();
    return found ? std::string("ok") : found.error().detail;
  };
  EXPECT_EQ(outcome(provider.url("127.0.0.1"), ca), "ok");
  EXPECT_EQ(outcome(provider.url("localhost"), ca), "ok");
  EXPECT_NE(outcome(provider.url("localhost"), "").find("certificate"), std::string::npos)
      << "the system does not know it";
  const auto stranger = file(test::make_certificate("DNS:localhost,IP:127.0.0.1").chain, "stranger.pem");
  EXPECT_NE(outcome(provider.url("localhost"), stranger).find("certificate"), std::string::npos);
  EXPECT_NE(outcome(provider.url("localhost"), "/nowhere.pem").find("/nowhere.pem"), std::string::npos);

  const auto wrong = test::make_certificate("DNS:elsewhere.example,IP:127.0.0.2");
  test::web_server impostor(wrong);
  impostor.answer_with(set("a"));
  const auto believed = file(wrong.chain, "wrong.pem");
  for (const auto* host : {"127.0.0.1", "localhost"}) {
    EXPECT_NE(outcome(impostor.url(host), believed).find("certificate"), std::string::npos) << host;
  }
  EXPECT_EQ(impostor.requests(), 0);
}

}  // namespace
}  // namespace lightstick::gateway::auth
