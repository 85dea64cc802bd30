#include "tests/support/token.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdint>

namespace lightstick::test {
namespace {

value list_of(const std::vector<std::string>& names) {
  value::array items;
  for (const auto& name : names) {
    items.emplace_back(name);
  }
  return items;
}

}  // namespace

std::string base64url(std::string_view bytes) {
  constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string made;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) {
      made.push_back(alphabet[bits >> (held - 6) & 0x3f]);
    }
  }
  if (held > 0) {
    made.push_back(alphabet[bits << (6 - held) & 0x3f]);
  }
  return made;
}

std::string make_token(const std::string& secret, const token_claims& c, const std::string& algorithm) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  value payload = value::map{{"sub", c.user}, {"exp", (now + c.ttl).count()}};
  if (!c.name.empty()) {
    payload.set("name", c.name);
  }
  if (!c.roles.empty()) {
    payload.set("roles", list_of(c.roles));
  }
  if (!c.rooms.empty()) {
    payload.set("rooms", list_of(c.rooms));
  }
  for (const auto& [key, held] : c.more) {
    payload.set(key, held);
  }
  const value header = value::map{{"alg", algorithm}, {"typ", "JWT"}};
  const std::string signed_part =
      base64url(encode(encoding::json, header)) + "." + base64url(encode(encoding::json, payload));
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(signed_part.data()), signed_part.size(), mac, &size);
  return signed_part + "." + base64url({reinterpret_cast<const char*>(mac), size});
}

}  // namespace lightstick::test
