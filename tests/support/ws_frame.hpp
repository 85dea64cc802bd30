#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// RFC 6455 from the client's side, on bytes alone.
namespace lightstick::test {

enum class opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct ws_message {
  opcode kind = opcode::text;
  std::string payload;
};

/// One frame from a client, masked as the RFC asks (`masked` false makes an illegal one).
[[nodiscard]] std::string ws_frame(opcode kind, std::string_view payload, bool fin = true, bool masked = true);
/// The header alone, claiming a payload of `length` bytes.
[[nodiscard]] std::string ws_frame_header(opcode kind, std::uint64_t length);
/// The payload of a close frame.
[[nodiscard]] std::string close_payload(std::uint16_t code);

/// Puts a server's bytes together into whole messages. Throws `std::runtime_error` on what a server must not send
/// (masked frames, reserved bits, unknown opcodes, fragments out of order).
class ws_reader {
 public:
  void feed(std::string_view bytes);
  [[nodiscard]] std::optional<ws_message> next();

 private:
  std::string pending_;
  std::size_t used_ = 0;
  std::optional<ws_message> fragments_;
};

/// What a client sends to upgrade. `protocol` empty: no subprotocol is asked for.
[[nodiscard]] std::string upgrade_request(const std::string& host, const std::string& path, const std::string& protocol,
                                          const std::string& more_headers = {});

}  // namespace lightstick::test
