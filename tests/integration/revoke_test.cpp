// Tokens that are taken back while somebody uses them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class revoked_tokens : public encoded_test {
 protected:
  run_result admin(std::vector<std::string> words) {
    write_file(the_node().folder() / "token", the_node().token("operator", "admin") + "\n");
    words.insert(words.begin(),
                 {"admin", "--node", the_node().admin_url(), "--token-file", (the_node().folder() / "token").string()});
    return run(lightstick_binary(), words);
  }
  /// A token of a user that says when it was made, and which one it is.
  std::string issued(const std::string& user, seconds ago, const std::string& jti = {}) {
    const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now().time_since_epoch());
    value::map more{{"iat", (now - ago).count()}};
    if (!jti.empty()) more.push_back({"jti", jti});
    return the_node().token_of({.user = user, .more = std::move(more)});
  }
  ws_client enter_with(const std::string& token, const std::string& device = "d1") {
    auto client = dial();
    client.auth(token, device);
    return client;
  }
  std::uint64_t refused_with(const std::string& token) {
    auto client = dial();
    const auto answer = client.answer(client.send({{"op", "auth"}, {"token", token}, {"device", "d1"}}));
    if (!answer.has("err")) return 0;
    EXPECT_EQ(client.closed(), 4001);
    return answer["err"]["code"].number();
  }
};
LIGHTSTICK_BOTH_ENCODINGS(revoked_tokens);

TEST_P(revoked_tokens, a_user_is_closed_on_every_device_and_comes_back_with_a_new_token_only) {
  const auto old = issued("17", seconds{30});
  auto phone = enter_with(old, "phone");
  auto laptop = enter_with(issued("17", seconds{20}), "laptop");
  auto other = enter_with(issued("18", seconds{30}));
  laptop.join("aurora");
  const auto done = admin({"revoke", "user/17"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("revoke user/17: done"));
  EXPECT_EQ(phone.closed(), 4001);
  EXPECT_EQ(laptop.closed(), 4001);
  other.join("aurora");
  EXPECT_EQ(refused_with(old), 101U);
  EXPECT_EQ(refused_with(the_node().token("17")), 101U) << "it does not say when it was made";
  EXPECT_EQ(http_get(the_node().port(), "/v1/rooms", {{"Authorization", "Bearer " + old}}).status, 401);
  EXPECT_EQ(refused_with(issued("17", seconds{-2})), 0U) << "made after that";
  EXPECT_EQ(the_node().metric("lightstick_gateway_revoked_clients_total"), 2);

  the_node().restart();
  EXPECT_EQ(refused_with(old), 101U) << "it is durable";
  EXPECT_THAT(admin({"revocations"}).out, HasSubstr("17"));
  EXPECT_THAT(admin({"audit"}).out, HasSubstr("user/17"));
}

TEST_P(revoked_tokens, one_token_by_its_name) {
  const auto lost = issued("17", seconds{30}, "t-1");
  auto phone = enter_with(lost, "phone");
  auto laptop = enter_with(issued("17", seconds{30}, "t-2"), "laptop");
  ASSERT_EQ(admin({"revoke", "jti/t-1", "--until", "30d"}).exit_code, 0);
  EXPECT_EQ(phone.closed(), 4001);
  EXPECT_EQ(refused_with(lost), 101U);
  laptop.join("aurora");
  EXPECT_EQ(laptop.err_code({{"op", "refresh"}, {"token", lost}}), 101U);
  laptop.ok({{"op", "refresh"}, {"token", issued("17", seconds{0}, "t-3")}});
  ASSERT_EQ(admin({"revoke", "jti/t-2"}).exit_code, 0) << "which nobody uses any more";
  laptop.ok({{"op", "ping"}});
  ASSERT_EQ(admin({"revoke", "jti/t-3"}).exit_code, 0);
  EXPECT_EQ(laptop.closed(), 4001);
}

TEST_P(revoked_tokens, orders_that_mean_nothing_are_refused) {
  const auto post = [&](const std::string& body) {
    return http({.port = the_node().admin_port()},
                {.method = "POST", .path = "/v1/admin/revoke", .headers = the_node().admin_headers(), .body = body})
        .status;
  };
  for (const auto* body : {"", "{}", R"({"user":7})", R"({"user":"17","jti":"t"})", R"({"user":"17","until_ts":-1})"}) {
    EXPECT_EQ(post(body), 400) << body;
  }
  EXPECT_EQ(post(R"({"user":"a/b"})"), 409);
  EXPECT_EQ(post(R"({"user":"17","until_ts":1})"), 409);
  EXPECT_EQ(http_post(the_node().admin_port(), "/v1/admin/revoke", value::map{{"user", "17"}}).status, 401);
  for (const auto& words : std::vector<std::vector<std::string>>{{"revoke"},
                                                                 {"revoke", "17"},
                                                                 {"revoke", "user/"},
                                                                 {"revoke", "user/17", "--until", "tomorrow"},
                                                                 {"revoke", "user/17", "--until", "2026-02-31"}}) {
    EXPECT_EQ(admin(words).exit_code, 2) << words.back();
  }
  EXPECT_THAT(admin({"revocations"}).out, Not(HasSubstr("17")));
}

}  // namespace
}  // namespace lightstick::test
