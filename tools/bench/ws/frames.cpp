#include "tools/bench/ws/frames.hpp"

namespace lightstick::tools::bench::ws {

void put_frame(std::string& to, opcode kind, std::string_view payload) {
  static constexpr std::string_view mask{"\0\0\0\0", 4};
  to.push_back(static_cast<char>(0x80U | static_cast<unsigned>(kind)));
  const std::uint64_t size = payload.size();
  int length_bytes = 0;
  if (size < 126) {
    to.push_back(static_cast<char>(0x80U | size));
  } else if (size <= 0xffffU) {
    to.push_back(static_cast<char>(0x80U | 126U));
    length_bytes = 2;
  } else {
    to.push_back(static_cast<char>(0x80U | 127U));
    length_bytes = 8;
  }
  for (int i = length_bytes - 1; i >= 0; --i) to.push_back(static_cast<char>(size >> (8 * i) & 0xffU));
  to.append(mask);
  to.append(payload);
}

std::string upgrade_request(std::string_view host, std::string_view path, std::string_view protocol) {
  std::string out = "GET ";
  out.append(path).append(" HTTP/1.1\r\nHost: ").append(host);
  out.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
  out.append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  if (!protocol.empty()) out.append("Sec-WebSocket-Protocol: ").append(protocol).append("\r\n");
  return out.append("\r\n");
}

}  // namespace lightstick::tools::bench::ws
