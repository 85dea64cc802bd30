#include "gateway/auth/public_key.hpp"

#include <gtest/gtest.h>

#include "tests/support/signing_key.hpp"

namespace lightstick::gateway::auth {
namespace {

std::string bytes(std::string_view text) { return from_base64url(text).value(); }

/// A signed text of an RFC: header.payload.signature.
struct example {
  std::string text;
  std::string signature;
  explicit example(const std::string& token)
      : text(token.substr(0, token.rfind('.'))), signature(bytes(token.substr(token.rfind('.') + 1))) {}
};

const std::string joe =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

const std::string rfc_modulus =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4"
    "QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdb"
    "BYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-D"
    "WNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

struct vector {
  std::string name;
  public_key key;
  example of;
};

std::vector<vector> vectors() {
  std::vector<vector> all;
  all.push_back(
      {"RFC 7515 A.2", public_key::rsa(bytes(rfc_modulus), bytes("AQAB")).value(),
       example(
           "eyJhbGciOiJSUzI1NiJ9." + joe +
           ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb"
           "F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383"
           "LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWyw"
           "lVmtVrBp0igcN_IoypGlUPQGe77Rw")});
  all.push_back({"RFC 7515 A.3",
                 public_key::p256(bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                                  bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))
                     .value(),
                 example("eyJhbGciOiJFUzI1NiJ9." + joe +
                         ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")});
  all.push_back(
      {"RFC 8037 A.4", public_key::ed25519(bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")).value(),
       example("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6"
               "dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")});
  return all;
}

TEST(public_keys, agree_with_the_examples_of_the_rfcs) {
  for (const auto& each : vectors()) EXPECT_TRUE(each.key.verifies(each.of.text, each.of.signature)) << each.name;
}

TEST(public_keys, notice_each_changed_bit_of_text_and_signature) {
  for (const auto& each : vectors()) {
    for (std::size_t bit = 0; bit < each.of.text.size() * 8; bit += 5) {
      auto text = each.of.text;
      text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_FALSE(each.key.verifies(text, each.of.signature)) << each.name << " text bit " << bit;
    }
    for (std::size_t bit = 0; bit < each.of.signature.size() * 8; bit += 3) {
      auto signature = each.of.signature;
      signature[bit / 8] = static_cast<char>(signature[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_FALSE(each.key.verifies(each.of.text, signature)) << each.name << " signature bit " << bit;
    }
  }
}

TEST(public_keys, refuse_signatures_of_another_length) {
  for (const auto& each : vectors()) {
    for (const auto& signature : {std::string(), each.of.signature.substr(1), each.of.signature + '\0',
                                  std::string(each.of.signature.size(), '\0'), std::string(10'000, 'x')}) {
      EXPECT_FALSE(each.key.verifies(each.of.text, signature)) << each.name << ", " << signature.size() << " bytes";
    }
  }
}

TEST(public_keys, an_es256_signature_is_raw_and_not_der) {
  const signing_key signer(algorithm::es256);
  const std::string der_of_ones("\x30\x06\x02\x01\x01\x02\x01\x01", 8);
  const auto key = vectors()[1].key;
  EXPECT_FALSE(key.verifies("text", der_of_ones));
}

TEST(public_keys, rsa_bounds) {
  const auto e = std::string("\x01\x00\x01", 3);
  EXPECT_FALSE(public_key::rsa(std::string(128, '\xff'), e)) << "1024 bits";
  EXPECT_FALSE(public_key::rsa(std::string(128, '\0') + std::string(128, '\xff'), e)) << "zeros before 1024 bits";
  EXPECT_FALSE(public_key::rsa(std::string(1'025, '\xff'), e)) << "8200 bits";
  const auto n = bytes(rfc_modulus);
  EXPECT_TRUE(public_key::rsa(n, e));
  EXPECT_FALSE(public_key::rsa(n.substr(0, 255) + '\x02', e)) << "a modulus that is even";
  for (const auto& exponent : {std::string(), std::string("\x01"), std::string("\x02"), std::string(9, '\x01')}) {
    EXPECT_FALSE(public_key::rsa(n, exponent)) << exponent.size();
  }
}

TEST(public_keys, points_off_the_curve_are_refused) {
  EXPECT_FALSE(public_key::p256(std::string(32, '\0'), std::string(32, '\0')));
  EXPECT_FALSE(public_key::p256(std::string(32, '\x01'), std::string(32, '\x01')));
  EXPECT_FALSE(public_key::p256(std::string(31, '\x01'), std::string(32, '\x01')));
  EXPECT_FALSE(public_key::ed25519(std::string(31, '\x01')));
}

TEST(public_keys, names_of_algorithms_are_read_as_they_are_written) {
  for (auto alg : {algorithm::hs256, algorithm::rs256, algorithm::es256, algorithm::eddsa}) {
    EXPECT_EQ(parse_algorithm(to_string(alg)), alg);
  }
  for (const auto* other : {"none", "None", "hs256", "RS512", "ES384", "PS256", ""})
    EXPECT_FALSE(parse_algorithm(other));
}

}  // namespace
}  // namespace lightstick::gateway::auth
