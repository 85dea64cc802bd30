#include "gateway/auth/public_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <array>

namespace lightstick::gateway::auth {
namespace {

constexpr std::size_t coordinate_bytes = 32;
constexpr std::size_t ed25519_bytes = 32;
constexpr std::array<std::string_view, 4> names{"HS256", "RS256", "ES256", "EdDSA"};

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
template <class T, auto Free>
using owned = std::unique_ptr<T, freed_by<Free>>;

using number = owned<BIGNUM, BN_free>;
using builder = owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using parameters = owned<OSSL_PARAM, OSSL_PARAM_free>;
using key_context = owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

const unsigned char* octets(std::string_view s) noexcept { return reinterpret_cast<const unsigned char*>(s.data()); }

number number_of(std::string_view bytes) {
  return number(BN_bin2bn(octets(bytes), static_cast<int>(bytes.size()), nullptr));
}

/// Null when OpenSSL does not take it.
EVP_PKEY* key_of(const char* type, OSSL_PARAM_BLD* values) {
  const parameters list(OSSL_PARAM_BLD_to_param(values));
  const key_context making(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!list || !making || EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &key, EVP_PKEY_PUBLIC_KEY, list.get()) != 1) {
    return nullptr;
  }
  return key;
}

/// ECDSA's two numbers as OpenSSL wants them; empty when they are none.
std::string der_of(std::string_view raw) {
  if (raw.size() != 2 * coordinate_bytes) return {};
  const owned<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
  auto r = number_of(raw.substr(0, coordinate_bytes));
  auto s = number_of(raw.substr(coordinate_bytes));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  (void)r.release();
  (void)s.release();
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

}  // namespace

std::string_view to_string(algorithm a) noexcept { return names[static_cast<std::size_t>(a)]; }

std::optional<algorithm> parse_algorithm(std::string_view name) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<algorithm>(i);
  }
  return std::nullopt;
}

result<public_key> public_key::made(algorithm alg, EVP_PKEY* key, const char* otherwise) {
  std::shared_ptr<EVP_PKEY> held(key, [](EVP_PKEY* k) { EVP_PKEY_free(k); });
  const key_context checking(key == nullptr ? nullptr : EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  const bool good = checking && EVP_PKEY_public_check(checking.get()) == 1;
  ERR_clear_error();
  if (!good) return fail(errc::invalid, otherwise);
  return public_key(alg, std::move(held));
}

result<public_key> public_key::rsa(std::string_view modulus, std::string_view exponent) {
  if (modulus.size() > rsa_bits_max / 8) return fail(errc::invalid, "an RSA modulus of more than 8192 bits");
  const auto n = number_of(modulus);
  const auto e = number_of(exponent.substr(0, coordinate_bytes));
  if (!n || static_cast<std::size_t>(BN_num_bits(n.get())) < rsa_bits_min) {
    return fail(errc::invalid, "an RSA modulus of fewer than 2048 bits");
  }
  if (!e || exponent.size() > 8 || BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) != 0) {
    return fail(errc::invalid, "an RSA exponent that is not odd, above 1 and below 2^64");
  }
  const builder values(OSSL_PARAM_BLD_new());
  if (!values || OSSL_PARAM_BLD_push_BN(values.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(values.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return fail(errc::invalid, "not an RSA key");
  }
  return made(algorithm::rs256, key_of("RSA", values.get()), "not an RSA key");
}

result<public_key> public_key::p256(std::string_view x, std::string_view y) {
  constexpr const char* refused = "not a point of the curve P-256";
  if (x.size() != coordinate_bytes || y.size() != coordinate_bytes) return fail(errc::invalid, refused);
  const auto point = std::string("\x04").append(x).append(y);  // SEC 1, 2.3.3: not compressed
  const builder values(OSSL_PARAM_BLD_new());
  if (!values || OSSL_PARAM_BLD_push_utf8_string(values.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(values.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return fail(errc::invalid, refused);
  }
  return made(algorithm::es256, key_of("EC", values.get()), refused);
}

result<public_key> public_key::ed25519(std::string_view x) {
  if (x.size() != ed25519_bytes) return fail(errc::invalid, "an Ed25519 key that is not of 32 bytes");
  return made(algorithm::eddsa, EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(x), x.size()),
              "not an Ed25519 key");
}

bool public_key::verifies(std::string_view text, std::string_view signature) const {
  const auto der = alg_ == algorithm::es256 ? der_of(signature) : std::string();
  const auto given = alg_ == algorithm::es256 ? std::string_view(der) : signature;
  if (given.empty()) return false;
  const owned<EVP_MD_CTX, EVP_MD_CTX_free> checking(EVP_MD_CTX_new());
  const auto* hash = alg_ == algorithm::eddsa ? nullptr : EVP_sha256();
  const bool good = checking && EVP_DigestVerifyInit(checking.get(), nullptr, hash, nullptr, key_.get()) == 1 &&
                    EVP_DigestVerify(checking.get(), octets(given), given.size(), octets(text), text.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace lightstick::gateway::auth
