#include "tools/bench/ws/stamp.hpp"

#include <array>
#include <cstdio>

namespace lightstick::tools::bench::ws {

std::string stamped_text(std::uint64_t due_ns, std::size_t bytes) {
  std::array<char, stamp_bytes + 1> stamp{};
  std::snprintf(stamp.data(), stamp.size(), "~~%016llx", static_cast<unsigned long long>(due_ns));
  std::string text(stamp.data(), stamp_bytes);
  text.resize(std::max(bytes, stamp_bytes), '.');
  return text;
}

std::uint64_t msgpack_offset_before(const char* begin, const char* text) noexcept {
  static constexpr std::string_view key = "\xa3off";
  const auto at = std::string_view(begin, static_cast<std::size_t>(text - begin)).rfind(key);
  if (at == std::string_view::npos) return 0;
  const auto* c = reinterpret_cast<const unsigned char*>(begin) + at + key.size();
  const auto* const end = reinterpret_cast<const unsigned char*>(text);
  if (c == end) return 0;
  if (*c < 0x80) return *c;
  const auto size = *c >= 0xcc && *c <= 0xcf ? std::ptrdiff_t{1} << (*c - 0xcc) : 0;
  if (size == 0 || end - c <= size) return 0;
  std::uint64_t n = 0;
  for (std::ptrdiff_t i = 1; i <= size; ++i) n = n << 8U | c[i];
  return n;
}

}  // namespace lightstick::tools::bench::ws
