#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The least of RFC 6455 that a client of its own server needs. Pure.
namespace lightstick::tools::bench::ws {

enum class opcode : unsigned char { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct frame {
  opcode kind = opcode::text;
  bool last = true;           ///< of its message
  std::string_view payload;   ///< within the bytes it was taken from
};

enum class cut : unsigned char {
  whole,    ///< a frame was taken
  partial,  ///< more bytes are needed
  broken,   ///< no frame of a server: masked, or larger than a client of the bench takes
};

inline constexpr std::uint64_t frame_bytes_max = std::uint64_t{4} << 20U;

/// Takes the first frame off `bytes`.
[[nodiscard]] inline cut take_frame(std::string_view& bytes, frame& into) noexcept {
  if (bytes.size() < 2) return cut::partial;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if ((byte(1) & 0x80U) != 0) return cut::broken;
  std::uint64_t size = byte(1);
  std::size_t head = 2;
  if (size >= 126) {
    const std::size_t more = size == 126 ? 2 : 8;
    head += more;
    if (bytes.size() < head) return cut::partial;
    size = 0;
    for (std::size_t i = 2; i < head; ++i) size = size << 8U | byte(i);
    if (size > frame_bytes_max) return cut::broken;
  }
  if (bytes.size() - head < size) return cut::partial;
  into = {static_cast<opcode>(byte(0) & 0x0fU), (byte(0) & 0x80U) != 0, bytes.substr(head, size)};
  bytes.remove_prefix(head + size);
  return cut::whole;
}

/// Appends a client's frame. Its mask is zero: as good as any between two programs of one machine, and free.
void put_frame(std::string& to, opcode kind, std::string_view payload);

/// An upgrade request; `protocol` may be empty.
[[nodiscard]] std::string upgrade_request(std::string_view host, std::string_view path, std::string_view protocol);

}  // namespace lightstick::tools::bench::ws
