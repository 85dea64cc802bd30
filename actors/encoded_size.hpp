#pragma once

#include <cstddef>
#include <string_view>

namespace lightstick::actors {

/// Bytes that a text takes in an answer at most, whatever the client's encoding: JSON, the longer one, writes a control
/// character in six bytes and marks quotes and backslashes with one more.
[[nodiscard]] inline std::size_t encoded_size(std::string_view text) noexcept {
  auto size = text.size();
  for (const char c : text) {
    const auto control = static_cast<unsigned char>(c) < 0x20;
    size += control ? 5U : 0U;
    size += c == '"' || c == '\\' ? 1U : 0U;
  }
  return size;
}

/// The same for a message's `data`: no byte of msgpack becomes more than six of JSON (a control character, `false,`).
[[nodiscard]] inline std::size_t encoded_size_of_data(std::string_view msgpack) noexcept { return 6 * msgpack.size(); }

}  // namespace lightstick::actors
