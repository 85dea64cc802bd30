// Tokens of a log-in provider: signed with its private keys, checked by the public ones that it publishes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/node_test.hpp"
#include "tests/support/signing_key.hpp"
#include "tests/support/web_server.hpp"

namespace lightstick::test {
namespace {

using gateway::auth::algorithm;
using gateway::auth::signing_key;
using testing::AllOf;
using testing::Ge;
using testing::Le;

/// One signing key of a provider, under the name that its tokens give.
struct named_key {
  std::string kid;
  algorithm alg;
  signing_key by{alg};

  [[nodiscard]] std::string jwk() const { return by.jwk(R"("kid":")" + kid + R"(",)"); }
  [[nodiscard]] std::string token(const std::string& user, const std::string& audience = "fans") const {
    const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    return by.token(R"({"alg":")" + std::string(to_string(alg)) + R"(","kid":")" + kid + R"("})",
                    R"({"sub":")" + user + R"(","aud":")" + audience + R"(","exp":)" + std::to_string(now + 600) + "}");
  }
};

std::string set_of(const std::vector<const named_key*>& keys) {
  std::string out;
  for (const auto* each : keys) out += (out.empty() ? "" : ",") + each->jwk();
  return R"({"keys":[)" + out + "]}";
}

class key_sets : public node_test {
 protected:
  value answer_to(const std::string& token, std::uint16_t* closed = nullptr) {
    auto client = the_node().dial(encoding::json);
    auto answer = client.answer(client.send({{"op", "auth"}, {"token", token}, {"device", "d1"}}));
    if (closed != nullptr) *closed = client.closed();
    return answer;
  }
  bool lets_in(const std::string& token) { return answer_to(token).has("ok"); }
  std::uint64_t refused_with(const std::string& token, std::uint16_t* closed = nullptr) {
    const auto answer = answer_to(token, closed);
    return answer.has("err") ? answer["err"]["code"].number() : 0;
  }

  const named_key first_{"first", algorithm::rs256};
  const named_key second_{"second", algorithm::es256};
};

TEST_F(key_sets, a_provider_s_tokens_let_in_and_its_new_keys_are_fetched) {
  const auto shown = make_certificate("IP:127.0.0.1");
  web_server provider(shown);
  provider.answer_with(set_of({&first_}));
  const temp_folder files;
  write_file(files / "ca.pem", shown.chain);
  start_node({"--auth-jwks", provider.url(), "--auth-jwks-ca", (files / "ca.pem").string(), "--auth-jwks-interval",
              "1s", "--auth-audience", "fans"});
  EXPECT_EQ(provider.requests(), 1);
  EXPECT_TRUE(lets_in(first_.token("17")));
  EXPECT_TRUE(lets_in(the_node().token_of({.user = "17", .more = {{"aud", "fans"}}}))) << "the secret counts as before";
  EXPECT_EQ(refused_with(first_.token("17", "others")), 101U);

  provider.answer_with(set_of({&first_, &second_}));
  std::uint16_t closed = 0;
  const auto told = answer_to(second_.token("17"), &closed);
  EXPECT_EQ(told["err"]["code"], value(131)) << "its key is not known yet";
  EXPECT_THAT(told["err"]["retry_ms"].number(), AllOf(Ge(1U), Le(2'000U)));
  EXPECT_EQ(closed, 4108) << "come back";
  EXPECT_TRUE(poll_until([&] { return lets_in(second_.token("17")); }));
  EXPECT_TRUE(lets_in(first_.token("17")));

  // One that nobody publishes is refused once that is known.
  const named_key stranger{"stranger", algorithm::eddsa};
  EXPECT_TRUE(poll_until([&] { return refused_with(stranger.token("17"), &closed) == 101; }));
  EXPECT_EQ(closed, 4001);
}

TEST_F(key_sets, a_provider_that_fails_keeps_nobody_out_whose_key_is_known) {
  web_server provider;
  provider.answer_with(set_of({&first_}));
  start_node({"--auth-jwks", provider.url(), "--auth-jwks-interval", "1s", "--auth-jwks-refresh", "1s"});
  provider.answer_with("we are having a little trouble", "503 Service Unavailable");
  EXPECT_TRUE(poll_until([&] { return the_node().metric("lightstick_auth_keys_failing") == 1; }));
  EXPECT_TRUE(lets_in(first_.token("17")));
  EXPECT_EQ(refused_with(second_.token("17")), 131U) << "perhaps it is a good one";
  EXPECT_GE(the_node().metric("lightstick_auth_key_looks_total", "failed"), 1);
  const auto findings = the_node().admin_get("/v1/admin/doctor").body;
  EXPECT_NE(findings.find("auth.jwks"), std::string::npos) << findings;
  EXPECT_NE(the_node().log_tail().find("503"), std::string::npos);
}

TEST_F(key_sets, a_node_starts_without_its_provider) {
  std::string url;
  {
    const web_server gone;
    url = gone.url();
  }
  start_node({"--auth-jwks", url, "--auth-jwks-interval", "1s"});
  EXPECT_TRUE(lets_in(the_node().token("17")));
  EXPECT_EQ(refused_with(first_.token("17")), 131U);
}

TEST_F(key_sets, a_file_is_read_again_when_it_changes_and_on_sighup) {
  const temp_folder files;
  const auto file = files / "keys.json";
  write_file(file, set_of({&first_}));
  start_node({"--auth-jwks", file.string()});
  EXPECT_TRUE(lets_in(first_.token("17")));
  write_file(file, set_of({&second_}));
  EXPECT_TRUE(poll_until([&] { return lets_in(second_.token("17")); }));
  EXPECT_FALSE(lets_in(first_.token("17"))) << "it is not published any more";
  write_file(file, set_of({&first_}));
  the_node().process().signal(SIGHUP);
  EXPECT_TRUE(poll_until([&] { return lets_in(first_.token("17")); }));
  EXPECT_TRUE(the_node().runs());
}

TEST_F(key_sets, the_page_learns_where_people_log_in_and_may_call_nobody_else) {
  web_server provider;
  provider.answer_with(set_of({&first_}));
  start_node({"--auth-jwks", provider.url(), "--auth-audience", "page", "--web-login-issuer",
              "https://login.example/fans", "--web-login-client", "page", "--web-login-origins",
              "https://tokens.example"});
  const auto policy = http_get(the_node().port(), "/").header("content-security-policy");
  EXPECT_NE(policy.find("connect-src 'self' https://login.example https://tokens.example;"), std::string::npos)
      << policy;
  EXPECT_EQ(http_get(the_node().port(), "/v1/login").body,
            R"({"guests":false,"provider":{"issuer":"https://login.example/fans","client_id":"page",)"
            R"("scope":"openid profile"}})");
  start_node({"--guests"});
  EXPECT_NE(http_get(the_node().port(), "/").header("content-security-policy").find("connect-src 'self';"),
            std::string::npos);
  EXPECT_EQ(http_get(the_node().port(), "/v1/login").body, R"({"guests":true})");
}

TEST_F(key_sets, a_file_that_is_none_keeps_the_node_from_starting) {
  const temp_folder files;
  write_file(files / "secret", std::string(40, 's'));
  write_file(files / "keys.json", R"({"keys":[]})");
  for (const auto& name : {files / "keys.json", files / "nowhere.json"}) {
    const auto end = run(lightstick_binary(), {"node", "--data", (files / "data").string(), "--auth-secret-file",
                                               (files / "secret").string(), "--auth-jwks", name.string()});
    EXPECT_EQ(end.exit_code, 2);
    EXPECT_NE(end.err.find(name.string()), std::string::npos) << end.err;
  }
}

}  // namespace
}  // namespace lightstick::test
