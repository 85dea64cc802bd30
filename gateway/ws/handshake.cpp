#include "gateway/ws/handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace lightstick::gateway::ws {
namespace {

constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t key_bytes = 24;
constexpr std::size_t accept_bytes = 28;

}  // namespace

std::string accept_value(std::string_view key) {
  std::string both(key);
  both += guid;
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(both.data()), both.size(), digest.data());
  std::array<unsigned char, accept_bytes + 1> out{};
  EVP_EncodeBlock(out.data(), digest.data(), SHA_DIGEST_LENGTH);
  return {reinterpret_cast<const char*>(out.data()), accept_bytes};
}

bool valid_key(std::string_view key) noexcept {
  if (key.size() != key_bytes || !key.ends_with("==")) return false;
  return std::ranges::all_of(key.substr(0, key_bytes - 2),
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '/'; });
}

}  // namespace lightstick::gateway::ws
