#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace lightstick::storage {

/// Numbers on disk are big-endian, so that keys sort as numbers and dumps read from left to right.
template <std::unsigned_integral T>
void put_big_endian(std::string& to, T n) {
  for (std::size_t i = sizeof(T); i-- > 0;) {
    to.push_back(static_cast<char>((static_cast<std::uint64_t>(n) >> (8 * i)) & 0xFFU));
  }
}

/// REQUIRES: `from` has at least sizeof(T) bytes.
template <std::unsigned_integral T>
[[nodiscard]] T get_big_endian(std::string_view from) noexcept {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) n = (n << 8U) | static_cast<std::uint8_t>(from[i]);
  return static_cast<T>(n);
}

}  // namespace lightstick::storage
