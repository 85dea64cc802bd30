#include "gateway/auth/hs256.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <new>

namespace lightstick::gateway::auth {
namespace {

const unsigned char* octets(std::string_view s) noexcept { return reinterpret_cast<const unsigned char*>(s.data()); }

}  // namespace

std::string hs256(std::string_view key, std::string_view message) {
  std::string mac(hs256_bytes, '\0');
  unsigned size = 0;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(message), message.size(),
                          reinterpret_cast<unsigned char*>(mac.data()), &size);
  // OpenSSL fails here only when it has no memory.
  if (done == nullptr || size != hs256_bytes) throw std::bad_alloc();
  return mac;
}

bool same_bytes(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace lightstick::gateway::auth
