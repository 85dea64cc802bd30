#include "gateway/ws/frame.hpp"

namespace lightstick::gateway::ws {
namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::size_t short_max = 125;
constexpr std::uint8_t two_bytes_follow = 126;
constexpr std::uint8_t eight_bytes_follow = 127;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xFFU);
}

}  // namespace

prepared::prepared(opcode kind, std::string_view payload) {
  std::string frame;
  frame.reserve(payload.size() + head_bytes_max);
  frame += static_cast<char>(final_bit | static_cast<std::uint8_t>(kind));
  if (payload.size() <= short_max) {
    frame += static_cast<char>(payload.size());
  } else if (payload.size() <= 0xFFFF) {
    frame += static_cast<char>(two_bytes_follow);
    append_big_endian(frame, payload.size(), 2);
  } else {
    frame += static_cast<char>(eight_bytes_follow);
    append_big_endian(frame, payload.size(), 8);
  }
  frame += payload;
  bytes_ = std::make_shared<const std::string>(std::move(frame));
}

std::string_view prepared::payload() const noexcept {
  const auto length = static_cast<std::uint8_t>((*bytes_)[1]);
  const std::size_t head = length == eight_bytes_follow ? 10 : length == two_bytes_follow ? 4 : 2;
  return bytes().substr(head);
}

prepared close_frame(std::uint16_t code, std::string_view reason) {
  std::string payload;
  if (code != 0) {
    append_big_endian(payload, code, 2);
    payload += reason.substr(0, control_bytes_max - 2);
  }
  return {opcode::close, payload};
}

bool valid_close_code(std::uint16_t code) noexcept {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

}  // namespace lightstick::gateway::ws
