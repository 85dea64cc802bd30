#include "runtime/base/random.hpp"

#include <openssl/rand.h>
#include <cstdio>
#include <cstdlib>

namespace lightstick {
namespace {

class openssl_random final : public random_source {
 public:
  [[nodiscard]] std::uint64_t next() override {
    std::uint64_t value = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value) != 1) {
      // Tokens and ids made without entropy would be guessable: there is no safe way on.
      std::fputs("lightstick: the system gives no random bytes\n", stderr);
      std::abort();
    }
    return value;
  }
};

}  // namespace

random_source& secure_random() noexcept {
  static openssl_random source;
  return source;
}

std::uint64_t seeded_random::next() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

std::string random_hex(random_source& source, std::size_t bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes * 2);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    if (i % 8 == 0) bits = source.next();
    out.push_back(digits[(bits >> 4U) & 0xFU]);
    out.push_back(digits[bits & 0xFU]);
    bits >>= 8U;
  }
  return out;
}

}  // namespace lightstick
