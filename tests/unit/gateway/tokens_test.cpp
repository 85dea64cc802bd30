#include "gateway/auth/tokens.hpp"

#include <gtest/gtest.h>

#include "gateway/auth/base64url.hpp"
#include "gateway/auth/hs256.hpp"
#include "tests/support/signing_key.hpp"

namespace lightstick::gateway::auth {
namespace {

using actors::role;

constexpr wall_ms now{1'790'000'000'000};
const std::string secret = "a secret of more than 32 bytes, for tests";
const std::string usual_header = R"({"alg":"HS256","typ":"JWT"})";

std::shared_ptr<const token_authority> authority(expectations e = {}, std::string with = secret) {
  return token_authority::make(std::move(with), std::move(e)).value();
}

/// A token of these two texts with a right signature.
std::string signed_token(std::string_view header, std::string_view payload, std::string_view with = secret) {
  auto text = base64url(header) + "." + base64url(payload);
  return text + "." + base64url(hs256(with, text));
}

/// What verifying a payload gives, as a word: "ok", or the error's sentence.
std::string outcome_of(const std::string& token, wall_ms at = now, expectations e = {}) {
  auto found = authority(std::move(e))->verify(token, at);
  return found ? "ok" : found.error().to_string();
}
std::string outcome(std::string_view payload, wall_ms at = now, expectations e = {}) {
  return outcome_of(signed_token(usual_header, payload), at, std::move(e));
}
/// A valid payload with more claims.
std::string with(std::string_view more) {
  return R"({"sub":"17","exp":1790003600)" + (more.empty() ? "" : "," + std::string(more)) + "}";
}
std::string refused(std::string_view why) { return "token: " + std::string(why) + ": unauthenticated"; }

claims accepted(std::string_view payload) {
  auto found = authority()->verify(signed_token(usual_header, payload), now);
  EXPECT_TRUE(found) << (found ? "" : found.error().to_string());
  return found.value_or(claims{});
}

// ---- signing ----

TEST(hs256, agrees_with_rfc_7515_appendix_a_1) {
  const auto key =
      from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow").value();
  ASSERT_EQ(key.size(), 64);
  const std::string header = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9";
  const std::string payload =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const std::string signature = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  EXPECT_EQ(base64url(hs256(key, header + "." + payload)), signature);

  // The signature holds, so what is wrong with it is the next thing: it names no user.
  auto found = authority({}, key)->verify(header + "." + payload + "." + signature, wall_ms{1'300'819'379'000});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().to_string(), refused("sub is missing"));
}

TEST(hs256, agrees_with_rfc_4231_test_case_2) {
  EXPECT_EQ(base64url(hs256("Jefe", "what do ya want for nothing?")), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
}

TEST(tokens, a_secret_has_at_least_32_bytes) {
  EXPECT_TRUE(token_authority::make(std::string(32, 'k')));
  auto shorter = token_authority::make(std::string(31, 'k'));
  ASSERT_FALSE(shorter);
  EXPECT_EQ(shorter.error().code, errc::invalid);
}

TEST(tokens, what_is_signed_is_what_is_verified) {
  claims c{.user = user_id("17"),
           .name = "민아",
           .as = role::moderator,
           .rooms = {"aurora", "lobby"},
           .expires_ms = now.value + 60'000};
  auto a = authority({.audience = "chat", .issuer = "login"});
  auto found = a->verify(a->sign(c, now), now);
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ(found->user, c.user);
  EXPECT_EQ(found->name, c.name);
  EXPECT_EQ(found->as, c.as);
  EXPECT_EQ(found->rooms, c.rooms);
  EXPECT_EQ(found->expires_ms, c.expires_ms);
}

TEST(tokens, signs_the_same_bytes_for_the_same_claims) {
  claims c{.user = user_id("17"), .name = "Mina", .as = role::fan, .rooms = {}, .expires_ms = now.value + 3'600'000};
  EXPECT_EQ(
      authority()->sign(c, now),
      signed_token(usual_header, R"({"sub":"17","name":"Mina","roles":["fan"],"iat":1790000000,"exp":1790003600})"));
}

// ---- forgery ----

TEST(tokens, refuses_a_change_of_any_character) {
  const auto token = signed_token(usual_header, with(R"("roles":["fan"])"));
  ASSERT_EQ(outcome_of(token), "ok");
  auto a = authority();
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\0", 71)) {
      if (token[i] == c) continue;
      auto changed = token;
      changed[i] = c;
      EXPECT_FALSE(a->verify(changed, now)) << i << " " << c;
    }
  }
}

TEST(tokens, refuses_truncation_and_additions) {
  const auto token = signed_token(usual_header, with(""));
  auto a = authority();
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(a->verify(token.substr(0, size), now)) << size;
  }
  for (std::string extra : {"A", "=", ".", " ", ".AAAA", "AAAA"}) {
    EXPECT_FALSE(a->verify(token + extra, now)) << extra;
    EXPECT_FALSE(a->verify(extra + token, now)) << extra;
  }
}

TEST(tokens, refuses_another_secret) {
  EXPECT_EQ(outcome_of(signed_token(usual_header, with(""), secret + "x")), refused("bad signature"));
}

const std::string strange_alg = refused("alg is none of HS256, RS256, ES256, EdDSA");

TEST(tokens, refuses_every_algorithm_but_hs256_without_public_keys) {
  for (auto alg : {"none", "None", "NONE", "", "hs256", "HS384", "HS512", "RS384", "ES512", "HS256 "}) {
    auto header = R"({"alg":")" + std::string(alg) + R"(","typ":"JWT"})";
    EXPECT_EQ(outcome_of(signed_token(header, with(""))), strange_alg) << alg;
  }
  for (auto alg : {"RS256", "ES256", "EdDSA"}) {
    auto header = R"({"alg":")" + std::string(alg) + R"(","typ":"JWT"})";
    EXPECT_EQ(outcome_of(signed_token(header, with(""))), refused("alg is not HS256, and this node has no public keys"))
        << alg;
  }
  for (auto header : {R"({"typ":"JWT"})", R"({"alg":null})", R"({"alg":["HS256"]})", R"({"alg":256})", "{}"}) {
    EXPECT_EQ(outcome_of(signed_token(header, with(""))), strange_alg) << header;
  }
}

TEST(tokens, refuses_an_unsigned_token) {
  auto unsigned_text = base64url(R"({"alg":"none"})") + "." + base64url(with("")) + ".";
  EXPECT_EQ(outcome_of(unsigned_text), strange_alg);
  auto empty_signature = base64url(usual_header) + "." + base64url(with("")) + ".";
  EXPECT_EQ(outcome_of(empty_signature), refused("bad signature"));
}

TEST(tokens, refuses_an_algorithm_named_twice) {
  EXPECT_EQ(outcome_of(signed_token(R"({"alg":"none","alg":"HS256"})", with(""))), refused("header is no JSON object"));
}

TEST(tokens, refuses_critical_extensions_and_ignores_the_rest_of_the_header) {
  EXPECT_EQ(outcome_of(signed_token(R"({"alg":"HS256","crit":["b64"],"b64":false})", with(""))),
            refused("crit asks for an extension"));
  EXPECT_EQ(outcome_of(signed_token(R"({"typ":"at+jwt","kid":"x","alg":"HS256"})", with(""))), "ok");
}

TEST(tokens, refuses_parts_that_are_no_json_objects) {
  EXPECT_EQ(outcome_of(signed_token("[]", with(""))), refused("header is no JSON object"));
  EXPECT_EQ(outcome_of(signed_token("\"HS256\"", with(""))), refused("header is no JSON object"));
  EXPECT_EQ(outcome(""), refused("payload is no JSON object"));
  EXPECT_EQ(outcome("[1]"), refused("payload is no JSON object"));
  EXPECT_EQ(outcome(with("") + "x"), refused("payload is no JSON object"));
  EXPECT_EQ(outcome("{\"sub\":\"\xFF\"}"), refused("payload is no JSON object"));
}

TEST(tokens, refuses_tokens_beyond_the_bounds) {
  std::string filler(token_bytes_max, 'x');
  EXPECT_EQ(outcome(with(R"("x":")" + filler + "\"")), refused("longer than 8192 bytes"));
  EXPECT_EQ(outcome(with(R"("x":[[[[[[[]]]]]]])")), "ok");
  EXPECT_EQ(outcome(with(R"("x":[[[[[[[[]]]]]]]])")), refused("payload is no JSON object"));
}

TEST(tokens, an_error_never_holds_the_token) {
  const auto token = signed_token(usual_header, R"({"sub":"sesame/17","exp":1790003600})");
  auto found = authority()->verify(token, now);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().to_string().find("sesame"), std::string::npos);
  EXPECT_EQ(found.error().to_string().find(token.substr(0, 10)), std::string::npos);
}

// ---- claims ----

TEST(tokens, the_least_token_is_a_fan_for_all_rooms_named_as_the_user) {
  auto c = accepted(with(""));
  EXPECT_EQ(c.user, user_id("17"));
  EXPECT_EQ(c.name, "17");
  EXPECT_EQ(c.as, role::fan);
  EXPECT_TRUE(c.rooms.empty());
  EXPECT_EQ(c.expires_ms, 1'790'003'600'000);
}

TEST(tokens, sub_is_a_valid_name) {
  EXPECT_EQ(outcome(R"({"exp":1790003600})"), refused("sub is missing"));
  EXPECT_EQ(outcome(R"({"sub":17,"exp":1790003600})"), refused("sub is not a string"));
  EXPECT_EQ(outcome(R"({"sub":null,"exp":1790003600})"), refused("sub is not a string"));
  EXPECT_EQ(outcome(R"({"sub":"","exp":1790003600})"), refused("sub is empty"));
  EXPECT_EQ(outcome(R"({"sub":"a/b","exp":1790003600})"), refused("sub has a '/'"));
  EXPECT_EQ(outcome(R"({"sub":")" + std::string(129, 'x') + R"(","exp":1790003600})"),
            refused("sub is longer than 128 bytes"));
}

TEST(tokens, name_is_a_valid_name) {
  EXPECT_EQ(accepted(with(R"("name":"Mina")")).name, "Mina");
  EXPECT_EQ(outcome(with(R"("name":"")")), refused("name is empty"));
  EXPECT_EQ(outcome(with(R"("name":"a\nb")")), refused("name has a control character"));
  EXPECT_EQ(outcome(with(R"("name":["Mina"])")), refused("name is not a string"));
}

TEST(tokens, the_highest_known_role_counts) {
  EXPECT_EQ(accepted(with(R"("roles":[])")).as, role::fan);
  EXPECT_EQ(accepted(with(R"("roles":["artist","admin","fan"])")).as, role::admin);
  EXPECT_EQ(accepted(with(R"("roles":["shop-owner","artist"])")).as, role::artist);
  EXPECT_EQ(accepted(with(R"("roles":["Admin","root"])")).as, role::fan);
  EXPECT_EQ(outcome(with(R"("roles":"admin")")), refused("roles is not an array"));
  EXPECT_EQ(outcome(with(R"("roles":[true])")), refused("roles holds what is not a string"));
  EXPECT_EQ(outcome(with(R"("roles":null)")), refused("roles is not an array"));
}

TEST(tokens, rooms_are_valid_names_and_never_none) {
  EXPECT_EQ(accepted(with(R"("rooms":["aurora","lobby"])")).rooms, (std::vector<std::string>{"aurora", "lobby"}));
  EXPECT_EQ(outcome(with(R"("rooms":[])")), refused("rooms is empty"));
  EXPECT_EQ(outcome(with(R"("rooms":["a/b"])")), refused("room name in rooms has a '/'"));
  EXPECT_EQ(outcome(with(R"("rooms":"aurora")")), refused("rooms is not an array"));
  EXPECT_EQ(outcome(with(R"("rooms":null)")), refused("rooms is not an array"));
}

// ---- times ----

TEST(tokens, exp_is_a_required_number) {
  EXPECT_EQ(outcome(R"({"sub":"17"})"), refused("exp is missing"));
  EXPECT_EQ(outcome(R"({"sub":"17","exp":"1790003600"})"), refused("exp is not a number"));
  EXPECT_EQ(outcome(R"({"sub":"17","exp":null})"), refused("exp is not a number"));
  EXPECT_EQ(accepted(R"({"sub":"17","exp":1790003600.25})").expires_ms, 1'790'003'600'250);
}

TEST(tokens, exp_beyond_all_times_counts_as_the_last) {
  for (auto exp : {"1e300", "18446744073709551615", "9007199254741"}) {
    EXPECT_EQ(accepted(R"({"sub":"17","exp":)" + std::string(exp) + "}").expires_ms, 9'007'199'254'740'991) << exp;
  }
  EXPECT_EQ(outcome(R"({"sub":"17","exp":-1e300})"), "token: exp has passed: token expired");
  EXPECT_EQ(outcome(R"({"sub":"17","exp":-9223372036854775808})"), "token: exp has passed: token expired");
}

TEST(tokens, an_expired_token_holds_for_a_minute_of_skew) {
  const auto payload = R"({"sub":"17","exp":1790000000})";
  EXPECT_EQ(outcome(payload, wall_ms{1'790'000'059'999}), "ok");
  EXPECT_EQ(outcome(payload, wall_ms{1'790'000'060'000}), "token: exp has passed: token expired");
  auto late = authority()->verify(signed_token(usual_header, payload), wall_ms{1'790'000'060'000});
  EXPECT_EQ(late.error().code, actors::errc::token_expired);
}

TEST(tokens, a_token_of_the_future_holds_from_a_minute_before) {
  for (std::string key : {"nbf", "iat"}) {
    const auto payload = with("\"" + key + "\":1790000000");
    EXPECT_EQ(outcome(payload, wall_ms{1'789'999'940'000}), "ok");
    EXPECT_EQ(outcome(payload, wall_ms{1'789'999'939'999}), refused(key + " is in the future"));
    EXPECT_EQ(outcome(with("\"" + key + "\":\"1790000000\"")), refused(key + " is not a number"));
  }
}

TEST(tokens, an_expired_token_with_a_bad_signature_is_unauthenticated) {
  auto token = signed_token(usual_header, R"({"sub":"17","exp":1})", secret + "x");
  EXPECT_EQ(outcome_of(token), refused("bad signature"));
}

// ---- expectations ----

TEST(tokens, aud_is_checked_when_expected) {
  expectations e{.audience = "chat", .issuer = ""};
  EXPECT_EQ(outcome(with(R"("aud":"chat")"), now, e), "ok");
  EXPECT_EQ(outcome(with(R"("aud":["shop","chat"])"), now, e), "ok");
  for (auto aud : {R"("aud":"shop")", R"("aud":["shop"])", R"("aud":[])", R"("aud":["chat",1])", R"("aud":null)", ""}) {
    EXPECT_EQ(outcome(with(aud), now, e), refused("aud is another")) << aud;
  }
  EXPECT_EQ(outcome(with(R"("aud":"shop")")), "ok");
}

TEST(tokens, iss_is_checked_when_expected) {
  expectations e{.audience = "", .issuer = "login"};
  EXPECT_EQ(outcome(with(R"("iss":"login")"), now, e), "ok");
  for (auto iss : {R"("iss":"joe")", R"("iss":["login"])", ""}) {
    EXPECT_EQ(outcome(with(iss), now, e), refused("iss is another")) << iss;
  }
  EXPECT_EQ(outcome(with(R"("iss":"joe")")), "ok");
}

// ---- revocations ----

TEST(tokens, that_were_revoked_are_refused) {
  const auto by = authority();
  const auto says = [&](const std::string& more) {
    const auto found = by->verify(signed_token(usual_header, with(more)), now);
    return found ? std::string("ok") : found.error().to_string();
  };
  const auto iat = [](std::int64_t seconds_ago) {
    return "\"iat\":" + std::to_string(now.value / 1'000 - seconds_ago);
  };
  by->revoked().add({false, "t-1", now, {now.value + 1}}, now);
  EXPECT_EQ(says(R"("jti":"t-1")"), refused("revoked"));
  EXPECT_EQ(says(R"("jti":"t-2")"), "ok");
  by->revoked().add({true, "17", {now.value - 10'000}, {now.value + 1}}, now);
  EXPECT_EQ(says(iat(11)), refused("revoked"));
  EXPECT_EQ(says(iat(9)), "ok");
  EXPECT_EQ(says(""), refused("revoked")) << "nobody knows when it was issued";
}

TEST(tokens, nobody_but_admins_gets_in_before_it_is_known_what_is_revoked) {
  const auto by = authority();
  by->revoked().forget();
  const auto early = by->verify(signed_token(usual_header, with("")), now);
  ASSERT_FALSE(early);
  EXPECT_TRUE(early.error().is_transient());
  EXPECT_GT(early.error().retry_after.count(), 0);
  EXPECT_TRUE(by->verify(signed_token(usual_header, with(R"("roles":["admin"])")), now));
  EXPECT_EQ(by->verify(signed_token(usual_header, with(""), secret + "x"), now).error().code,
            make_error_code(actors::errc::unauthenticated))
      << "a bad token stays a bad one";
  by->revoked().know({});
  EXPECT_TRUE(by->verify(signed_token(usual_header, with("")), now));
}

TEST(tokens, jti_is_a_text_that_can_be_revoked) {
  EXPECT_EQ(outcome(with(R"("jti":7)")), refused("jti is not a string"));
  EXPECT_EQ(outcome(with(R"("jti":")" + std::string(256, 'j') + '"')), "ok");
  EXPECT_EQ(outcome(with(R"("jti":")" + std::string(257, 'j') + '"')), refused("jti is too long to be revoked"));
}

// ---- public keys ----

/// An authority with these public keys beside the secret.
class provider {
 public:
  explicit provider(algorithm alg) : signer(alg), alg_(alg) {}
  [[nodiscard]] std::string set(const std::string& kid) const {
    return R"({"keys":[)" + signer.jwk(R"("kid":")" + kid + R"(",)") + "]}";
  }
  [[nodiscard]] std::string token(const std::string& kid, const std::string& alg = {}) const {
    const auto named = kid.empty() ? std::string() : R"(,"kid":")" + kid + '"';
    return signer.token(R"({"alg":")" + (alg.empty() ? std::string(to_string(alg_)) : alg) + '"' + named + "}",
                        with(""));
  }
  const signing_key signer;

 private:
  algorithm alg_;
};

std::string outcome_with(const std::shared_ptr<const key_ring>& ring, const std::string& token) {
  auto found = token_authority::make(secret, {}, ring).value()->verify(token, now);
  return found ? "ok" : found.error().to_string();
}

TEST(tokens_of_a_provider, are_verified_by_its_public_key) {
  for (auto alg : {algorithm::rs256, algorithm::es256, algorithm::eddsa}) {
    const provider by(alg);
    const auto ring = std::make_shared<const key_ring>(key_set::read(by.set("k1")).value());
    EXPECT_EQ(outcome_with(ring, by.token("k1")), "ok") << to_string(alg);
    EXPECT_EQ(outcome_with(ring, by.token("")), "ok") << "the only key of its kind";
    EXPECT_EQ(outcome_with(ring, by.token("k2")), refused("its kid and alg fit no key"));
    EXPECT_EQ(outcome_with(ring, provider(alg).token("k1")), refused("bad signature")) << "another's key of that name";
    EXPECT_EQ(outcome_with(ring, signed_token(usual_header, with(""))), "ok") << "the secret still counts";
    EXPECT_EQ(outcome_with({}, by.token("k1")), refused("alg is not HS256, and this node has no public keys"));
  }
}

TEST(tokens_of_a_provider, a_key_serves_no_other_algorithm) {
  const provider by(algorithm::rs256);
  const auto ring = std::make_shared<const key_ring>(key_set::read(by.set("k1")).value());
  EXPECT_EQ(outcome_with(ring, by.token("k1", "ES256")), refused("its kid and alg fit no key"));
  // The classic: the public key, which everybody has, taken for the secret of HS256.
  const auto text = base64url(R"({"alg":"HS256","kid":"k1"})") + "." + base64url(with(""));
  for (const auto& key : {by.set("k1"), by.signer.jwk()}) {
    EXPECT_EQ(outcome_with(ring, text + "." + base64url(hs256(key, text))), refused("bad signature"));
  }
  for (const auto* none : {"none", "None", "RS512", ""}) {
    EXPECT_EQ(outcome_with(ring, by.token("k1", none[0] == 0 ? " " : none)), strange_alg);
  }
}

TEST(tokens_of_a_provider, a_key_of_the_token_s_own_is_not_believed) {
  const provider by(algorithm::eddsa);
  const provider stranger(algorithm::eddsa);
  const auto ring = std::make_shared<const key_ring>(key_set::read(by.set("k1")).value());
  const auto header = R"({"alg":"EdDSA","kid":"k1","jwk":)" + stranger.signer.jwk() + R"(,"jku":"http://127.0.0.1/"})";
  EXPECT_EQ(outcome_with(ring, stranger.signer.token(header, with(""))), refused("bad signature"));
}

TEST(tokens_of_a_provider, keys_can_be_replaced_while_it_runs) {
  const provider old_one(algorithm::es256);
  const provider new_one(algorithm::es256);
  const auto ring = std::make_shared<key_ring>(key_set::read(old_one.set("old")).value());
  EXPECT_EQ(outcome_with(ring, old_one.token("old")), "ok");
  EXPECT_EQ(outcome_with(ring, new_one.token("new")), refused("its kid and alg fit no key"));
  std::string asked;
  ring->renew_by([&](std::string_view kid) -> std::optional<std::chrono::milliseconds> {
    asked += std::string(kid) + ";";
    if (kid == "gone") return std::nullopt;
    return std::chrono::milliseconds{700};
  });
  const auto early = token_authority::make(secret, {}, ring).value()->verify(new_one.token("new"), now);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().to_string(), "token: its key is being fetched: unavailable");
  EXPECT_EQ(early.error().retry_after, std::chrono::milliseconds{700});
  EXPECT_EQ(outcome_with(ring, new_one.token("gone")), refused("its kid and alg fit no key")) << "nobody has it";
  EXPECT_EQ(outcome_with(ring, new_one.token("")), refused("bad signature")) << "one key of its kind is the one meant";
  EXPECT_EQ(asked, "new;gone;");
  ring->replace(key_set::read(new_one.set("new")).value());
  EXPECT_EQ(outcome_with(ring, new_one.token("new")), "ok");
  ring->renew_by({});
  EXPECT_EQ(outcome_with(ring, old_one.token("old")), refused("its kid and alg fit no key")) << "it was withdrawn";
}

TEST(scopes, are_words_and_those_of_other_services_are_passed_over) {
  scopes all;
  EXPECT_TRUE(add_scopes("moderate  rooms:read", all));
  EXPECT_EQ(to_string(all), "rooms:read moderate");
  EXPECT_TRUE(all.has(scope::moderate));
  EXPECT_FALSE(all.has(scope::publish));
  scopes some;
  EXPECT_FALSE(add_scopes("openid publish Rooms:Read", some));
  EXPECT_EQ(to_string(some), "publish");
  EXPECT_TRUE(scopes{}.empty());
}

TEST(scopes, stand_in_a_token_as_one_string_or_as_a_list) {
  const auto made = token_authority::make(std::string(32, 'k')).value();
  claims c;
  c.user = user_id{"shop"};
  c.expires_ms = 2'000'000'000'000;
  (void)add_scopes("rooms:read publish", c.scopes);
  const auto back = made->verify(made->sign(c, {1'790'000'000'000}), {1'790'000'000'000});
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back->scopes, c.scopes);
  const auto read = [](wire::value scope) {
    return read_claims(
        {{"sub", wire::value("shop")}, {"exp", wire::value(std::uint64_t{2'000'000'000})}, {"scope", std::move(scope)}},
        {}, {1'790'000'000'000});
  };
  EXPECT_EQ(read(wire::value(wire::array{wire::value("publish"), wire::value("email")}))->scopes.has(scope::publish),
            true);
  EXPECT_TRUE(read(wire::value("openid profile"))->scopes.empty());
  EXPECT_FALSE(read(wire::value(std::uint64_t{7})));
}

}  // namespace
}  // namespace lightstick::gateway::auth
