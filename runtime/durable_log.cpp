#include "runtime/durable_log.hpp"

namespace lightstick::runtime {

std::string big_endian_key(std::uint64_t n) {
  std::string key(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) key[7 - i] = static_cast<char>((n >> (8 * i)) & 0xFFU);
  return key;
}

result<std::uint64_t> parse_big_endian_key(std::string_view key) {
  if (key.size() != 8) return fail(errc::corrupt, "row key is not 8 bytes");
  std::uint64_t n = 0;
  for (char c : key) n = (n << 8U) | static_cast<std::uint8_t>(c);
  return n;
}

}  // namespace lightstick::runtime
