#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

/// Texts that say when they were due, and how they are found again in the bytes of a push without decoding it. Pure.
namespace lightstick::tools::bench::ws {

/// "~~" and 16 hexadecimal digits.
inline constexpr std::size_t stamp_bytes = 18;

/// A text of `bytes` (at least stamp_bytes) that begins with the stamp of `due_ns`.
[[nodiscard]] std::string stamped_text(std::uint64_t due_ns, std::size_t bytes);

/// The time of a stamp that begins at `at`, or none. REQUIRES: stamp_bytes can be read there.
[[nodiscard]] inline std::optional<std::uint64_t> read_stamp(const char* at) noexcept {
  if (at[0] != '~' || at[1] != '~') return {};
  std::uint64_t n = 0;
  for (std::size_t i = 2; i < stamp_bytes; ++i) {
    const auto c = static_cast<unsigned char>(at[i]);
    const auto digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
    if (digit == 16) return {};
    n = n << 4U | static_cast<std::uint64_t>(digit);
  }
  return n;
}

/// The number after the last `"off":` before `text`, or 0. A message's map has `off` first and no map before its text.
[[nodiscard]] inline std::uint64_t json_offset_before(const char* begin, const char* text) noexcept {
  static constexpr std::string_view key = "{\"off\":";
  const auto* open = static_cast<const char*>(::memrchr(begin, '{', static_cast<std::size_t>(text - begin)));
  if (open == nullptr || text - open < 8 || std::memcmp(open, key.data(), key.size()) != 0) return 0;
  std::uint64_t n = 0;
  for (const auto* c = open + key.size(); *c >= '0' && *c <= '9'; ++c) n = n * 10 + static_cast<unsigned>(*c - '0');
  return n;
}

/// The same of msgpack: the number after the last string `off`.
[[nodiscard]] std::uint64_t msgpack_offset_before(const char* begin, const char* text) noexcept;

/// Calls `found(offset, due_ns)` for each stamped message of a push, in order. What has a stamp and no offset is given
/// offset 0.
template <class Found>
void each_stamped(std::string_view push, bool json, Found&& found) {
  const auto* message = push.data();  ///< begins at or after it
  const auto* from = message;
  const auto* const end = push.data() + push.size();
  while (end - from >= static_cast<std::ptrdiff_t>(stamp_bytes)) {
    const auto* at = static_cast<const char*>(std::memchr(from, '~', static_cast<std::size_t>(end - from)));
    if (at == nullptr || end - at < static_cast<std::ptrdiff_t>(stamp_bytes)) return;
    const auto due = read_stamp(at);
    if (!due) {
      from = at + 1;
      continue;
    }
    found(json ? json_offset_before(message, at) : msgpack_offset_before(message, at), *due);
    message = from = at + stamp_bytes;
  }
}

}  // namespace lightstick::tools::bench::ws
