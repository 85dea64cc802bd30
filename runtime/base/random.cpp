#include "runtime/base/random.hpp"

#include <openssl/rand.h>
#include <cstdio>
#include <cstdlib>

#include "runtime/base/hex.hpp"

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

std::uint64_t split_mix(std::uint64_t state) noexcept {
  state = (state ^ (state >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  state = (state ^ (state >> 27U)) * 0x94D049BB133111EBULL;
  return state ^ (state >> 31U);
}

std::uint64_t seeded_random::next() { return split_mix(state_ += split_mix_step); }

std::string random_hex(random_source& source, std::size_t bytes) {
  std::string out;
  out.reserve(bytes * 2);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    if (i % 8 == 0) bits = source.next();
    append_hex(out, static_cast<std::uint8_t>(bits));
    bits >>= 8U;
  }
  return out;
}

}  // namespace lightstick
