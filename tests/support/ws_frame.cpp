#include "tests/support/ws_frame.hpp"

#include <stdexcept>
#include <utility>

namespace lightstick::test {
namespace {

constexpr char mask_key[4] = {'\x1d', '\x2c', '\x3b', '\x4a'};

std::string header(std::uint8_t first, std::uint64_t length, bool masked) {
  const auto bit = static_cast<std::uint8_t>(masked ? 0x80 : 0);
  std::string made{static_cast<char>(first)};
  int bytes = 0;
  if (length < 126) {
    made.push_back(static_cast<char>(bit | length));
  } else if (length <= 0xffff) {
    made.push_back(static_cast<char>(bit | 126));
    bytes = 2;
  } else {
    made.push_back(static_cast<char>(bit | 127));
    bytes = 8;
  }
  for (int i = bytes - 1; i >= 0; --i) {
    made.push_back(static_cast<char>(length >> (8 * i)));
  }
  if (masked) {
    made.append(mask_key, sizeof mask_key);
  }
  return made;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t n = 0;
  for (const char c : bytes) {
    n = n << 8 | static_cast<unsigned char>(c);
  }
  return n;
}

}  // namespace

std::string ws_frame(opcode kind, std::string_view payload, bool fin, bool masked) {
  auto made = header(static_cast<std::uint8_t>((fin ? 0x80 : 0) | static_cast<int>(kind)), payload.size(), masked);
  const auto start = made.size();
  made += payload;
  for (std::size_t i = 0; masked && i < payload.size(); ++i) {
    made[start + i] = static_cast<char>(made[start + i] ^ mask_key[i % sizeof mask_key]);
  }
  return made;
}

std::string ws_frame_header(opcode kind, std::uint64_t length) {
  return header(static_cast<std::uint8_t>(0x80 | static_cast<int>(kind)), length, true);
}

std::string close_payload(std::uint16_t code) { return {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)}; }

void ws_reader::feed(std::string_view bytes) {
  if (used_ > 0) {
    pending_.erase(0, used_);
    used_ = 0;
  }
  pending_ += bytes;
}

std::optional<ws_message> ws_reader::next() {
  for (;;) {
    const auto rest = std::string_view(pending_).substr(used_);
    if (rest.size() < 2) {
      return std::nullopt;
    }
    const auto first = static_cast<unsigned char>(rest[0]);
    const auto second = static_cast<unsigned char>(rest[1]);
    if ((first & 0x70) != 0 || (second & 0x80) != 0) {
      throw std::runtime_error("the server sent a frame with reserved bits or a mask");
    }
    const std::size_t wide = second == 127 ? 8 : (second == 126 ? 2 : 0);
    if (rest.size() < 2 + wide) {
      return std::nullopt;
    }
    const std::uint64_t length = wide == 0 ? second : big_endian(rest.substr(2, wide));
    if (rest.size() - 2 - wide < length) {
      return std::nullopt;
    }
    std::string payload(rest.substr(2 + wide, length));
    used_ += 2 + wide + length;
    const bool fin = (first & 0x80) != 0;
    const int code = first & 0x0f;
    if (code >= 8) {
      if (code > 10 || !fin || length > 125) {
        throw std::runtime_error("the server sent a malformed control frame");
      }
      return ws_message{static_cast<opcode>(code), std::move(payload)};
    }
    if (code > 2 || (code == 0) != fragments_.has_value()) {
      throw std::runtime_error("the server sent opcode " + std::to_string(code) + " out of order");
    }
    if (code == 0) {
      fragments_->payload += payload;
    } else {
      fragments_ = ws_message{static_cast<opcode>(code), std::move(payload)};
    }
    if (fin) {
      return std::exchange(fragments_, std::nullopt);
    }
  }
}

std::string upgrade_request(const std::string& host, const std::string& path, const std::string& protocol,
                            const std::string& more_headers) {
  std::string text = "GET " + path + " HTTP/1.1\r\nHost: " + host +
                     "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  if (!protocol.empty()) {
    text += "Sec-WebSocket-Protocol: " + protocol + "\r\n";
  }
  return text + more_headers + "\r\n";
}

}  // namespace lightstick::test
