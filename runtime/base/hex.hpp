#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lightstick {

/// Two lower-case digits.
inline void append_hex(std::string& out, std::uint8_t byte) {
  constexpr char digits[] = "0123456789abcdef";
  out += digits[byte >> 4U];
  out += digits[byte & 0xFU];
}

/// Two lower-case digits a byte.
[[nodiscard]] inline std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) append_hex(out, static_cast<std::uint8_t>(c));
  return out;
}

/// 16 lower-case digits, the highest first.
[[nodiscard]] inline std::string hex(std::uint64_t n) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) append_hex(out, static_cast<std::uint8_t>(n >> shift));
  return out;
}

}  // namespace lightstick
