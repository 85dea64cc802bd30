#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

#include "gateway/auth/base64url.hpp"
#include "gateway/auth/public_key.hpp"

namespace lightstick::gateway::auth {

/// What an identity provider has: a private key, made anew by OpenSSL, that signs tokens.
class signing_key {
 public:
  explicit signing_key(algorithm alg, unsigned bits = 2'048) : alg_(alg) {
    EVP_PKEY* made = nullptr;
    if (alg == algorithm::rs256) made = EVP_RSA_gen(bits);
    if (alg == algorithm::es256) made = EVP_EC_gen("P-256");
    if (alg == algorithm::eddsa) made = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    key_.reset(made, [](EVP_PKEY* k) { EVP_PKEY_free(k); });
  }

  /// The members of its public JWK, in braces: `more` before them, as `"kid":"a",`.
  [[nodiscard]] std::string jwk(const std::string& more = {}) const {
    auto text = "{" + more;
    if (alg_ == algorithm::rs256)
      return text + R"("kty":"RSA","n":")" + number("n") + R"(","e":")" + number("e") + "\"}";
    if (alg_ == algorithm::es256) {
      return text + R"("kty":"EC","crv":"P-256","x":")" + number("qx", 32) + R"(","y":")" + number("qy", 32) + "\"}";
    }
    return text + R"("kty":"OKP","crv":"Ed25519","x":")" + raw() + "\"}";
  }

  [[nodiscard]] std::string signature(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> signing(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const auto* hash = alg_ == algorithm::eddsa ? nullptr : EVP_sha256();
    EVP_DigestSignInit(signing.get(), nullptr, hash, nullptr, key_.get());
    const auto* octets = reinterpret_cast<const unsigned char*>(text.data());
    std::string out(1'024, '\0');
    auto size = out.size();
    EVP_DigestSign(signing.get(), reinterpret_cast<unsigned char*>(out.data()), &size, octets, text.size());
    out.resize(size);
    return alg_ == algorithm::es256 ? raw_of(out) : out;
  }

  /// A token of this header and payload.
  [[nodiscard]] std::string token(const std::string& header, const std::string& payload) const {
    const auto text = base64url(header) + "." + base64url(payload);
    return text + "." + base64url(signature(text));
  }

 private:
  [[nodiscard]] std::string number(const char* name, int width = 0) const {
    BIGNUM* n = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &n);
    std::string bytes(static_cast<std::size_t>(std::max(width, BN_num_bytes(n))), '\0');
    BN_bn2binpad(n, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    BN_free(n);
    return base64url(bytes);
  }
  [[nodiscard]] std::string raw() const {
    std::string bytes(32, '\0');
    auto size = bytes.size();
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
    return base64url(bytes);
  }
  /// ECDSA's DER as r and s of 32 bytes each.
  static std::string raw_of(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    std::string out(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), reinterpret_cast<unsigned char*>(out.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), reinterpret_cast<unsigned char*>(out.data()) + 32, 32);
    ECDSA_SIG_free(pair);
    return out;
  }

  algorithm alg_;
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace lightstick::gateway::auth
