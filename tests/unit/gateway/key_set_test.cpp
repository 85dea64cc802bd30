#include "gateway/auth/key_set.hpp"

#include <gtest/gtest.h>

#include "tests/support/signing_key.hpp"

namespace lightstick::gateway::auth {
namespace {

std::string set_of(const std::string& keys) { return R"({"keys":[)" + keys + "]}"; }

std::string refusal(const std::string& json) {
  auto read = key_set::read(json);
  return read ? "read" : read.error().detail;
}

const signing_key& rsa() {
  static const signing_key key(algorithm::rs256);
  return key;
}
const signing_key& p256() {
  static const signing_key key(algorithm::es256);
  return key;
}
const signing_key& edwards() {
  static const signing_key key(algorithm::eddsa);
  return key;
}

TEST(key_sets, hold_a_key_of_each_kind_by_name_and_algorithm) {
  auto read =
      key_set::read(set_of(rsa().jwk(R"("kid":"a","use":"sig",)") + "," + p256().jwk(R"("kid":"b","alg":"ES256",)") +
                           "," + edwards().jwk(R"("kid":"c","key_ops":["verify"],)")));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->size(), 3);
  EXPECT_EQ(read->left_out(), 0);
  const std::string text = "what is signed";
  const std::pair<const char*, const signing_key&> signers[] = {{"a", rsa()}, {"b", p256()}, {"c", edwards()}};
  const algorithm kinds[] = {algorithm::rs256, algorithm::es256, algorithm::eddsa};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& [kid, signer] = signers[i];
    for (auto alg : {algorithm::hs256, algorithm::rs256, algorithm::es256, algorithm::eddsa}) {
      EXPECT_EQ(read->find(kid, alg) != nullptr, alg == kinds[i]) << kid << " " << to_string(alg);
    }
    const auto* key = read->find(kid, kinds[i]);
    ASSERT_NE(key, nullptr);
    EXPECT_TRUE(key->verifies(text, signer.signature(text)));
    EXPECT_EQ(read->find("", kinds[i]), key) << "the only one of its kind needs no name";
  }
  EXPECT_EQ(read->find("d", algorithm::rs256), nullptr);
}

TEST(key_sets, several_of_a_kind_have_to_be_named) {
  const signing_key other(algorithm::es256);
  auto read = key_set::read(set_of(p256().jwk(R"("kid":"old",)") + "," + other.jwk(R"("kid":"new",)")));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->find("", algorithm::es256), nullptr);
  EXPECT_NE(read->find("old", algorithm::es256), nullptr);
  EXPECT_NE(read->find("old", algorithm::es256), read->find("new", algorithm::es256));
}

TEST(key_sets, what_is_of_no_use_here_is_left_out) {
  const auto good = edwards().jwk(R"("kid":"good",)");
  const std::string others[] = {
      rsa().jwk(R"("use":"enc",)"),      rsa().jwk(R"("alg":"RS512",)"),
      rsa().jwk(R"("alg":"HS256",)"),    rsa().jwk(R"("key_ops":["encrypt"],)"),
      R"({"kty":"oct","k":"c2VjcmV0"})", R"({"kty":"EC","crv":"P-521","x":"AA","y":"AA"})",
      R"({"kty":"OKP","crv":"X25519"})", R"({"kid":"nothing"})",
      p256().jwk(R"("alg":"EdDSA",)"),   R"({"kty":7})",
  };
  for (const auto& other : others) {
    auto read = key_set::read(set_of(other + "," + good));
    ASSERT_TRUE(read) << other << ": " << read.error().detail;
    EXPECT_EQ(read->size(), 1) << other;
    EXPECT_EQ(read->left_out(), 1) << other;
    EXPECT_EQ(refusal(set_of(other)), "key set: no key for RS256, ES256 or EdDSA (Ed25519) signatures") << other;
  }
}

TEST(key_sets, broken_ones_are_refused_with_the_reason) {
  const auto good = edwards().jwk(R"("kid":"good",)");
  const std::pair<std::string, std::string> cases[] = {
      {"", "no JSON object"},
      {"[]", "no JSON object"},
      {R"({"keys":{}})", "no JSON object"},
      {R"({"kty":"RSA"})", "no JSON object"},
      {set_of(""), "no key for"},
      {set_of("7"), "key 1: no object"},
      {set_of(good + R"(,{"kty":"RSA","e":"AQAB"})"), "key 2: an RSA modulus of fewer"},
      {set_of(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"), "fewer than 2048 bits"},
      {set_of(R"({"kty":"RSA","n":"not base64!","e":"AQAB"})"), "fewer than 2048 bits"},
      {set_of(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})"), "not a point"},
      {set_of(R"({"kty":"OKP","crv":"Ed25519","x":"AA"})"), "32 bytes"},
      {set_of(good + "," + good), "key 2: another has the same kid"},
      {set_of(edwards().jwk(R"("d":"c2VjcmV0",)")), "private part"},
      {set_of(edwards().jwk(R"("kid":7,)")), "kid is no text"},
      {set_of(edwards().jwk(R"("kid":")" + std::string(257, 'k') + R"(",)")), "kid is no text"},
  };
  for (const auto& [json, reason] : cases)
    EXPECT_NE(refusal(json).find(reason), std::string::npos) << json << ": " << refusal(json);
  EXPECT_EQ(refusal(set_of(edwards().jwk(R"("d":"c2VjcmV0",)"))).find("c2Vj"), std::string::npos);
}

TEST(key_sets, are_bounded) {
  std::string keys;
  for (std::size_t i = 0; i < key_set::keys_max; ++i)
    keys += edwards().jwk("\"kid\":\"" + std::to_string(i) + "\",") + ",";
  keys.pop_back();
  auto most = key_set::read(set_of(keys));
  ASSERT_TRUE(most) << most.error().detail;
  EXPECT_EQ(most->size(), key_set::keys_max);
  EXPECT_NE(refusal(set_of(keys + ",{}")).find("more than 64 keys"), std::string::npos);
  EXPECT_NE(refusal(std::string(key_set::bytes_max + 1, ' ')).find("longer than"), std::string::npos);
}

}  // namespace
}  // namespace lightstick::gateway::auth
