#include "tests/sim/trace.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <iomanip>
#include <ostream>

namespace lightstick::sim {

std::uint64_t hash_of(std::string_view bytes) noexcept { return XXH3_64bits(bytes.data(), bytes.size()); }

void trace::mix(std::uint64_t n) noexcept { hash_ = XXH3_64bits_withSeed(&n, sizeof n, hash_); }

std::ostream& trace::begin_line(std::string_view what) {
  auto us = clock_.since_start().count() / 1000;
  return *to_ << std::setw(6) << us / 1'000'000 << '.' << std::setfill('0') << std::setw(6) << us % 1'000'000
              << std::setfill(' ') << "  " << what;
}

void trace::note(std::string_view what, std::uint64_t a, std::uint64_t b) {
  mix(static_cast<std::uint64_t>(clock_.since_start().count()));
  mix(hash_of(what));
  mix(a);
  mix(b);
  if (to_ != nullptr) begin_line(what) << ' ' << a << ' ' << b << '\n';
}

void trace::note(std::string_view what, std::string_view text) {
  mix(static_cast<std::uint64_t>(clock_.since_start().count()));
  mix(hash_of(what));
  mix(hash_of(text));
  if (to_ != nullptr) begin_line(what) << ' ' << text << '\n';
}

}  // namespace lightstick::sim
