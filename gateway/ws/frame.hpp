#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// The WebSocket protocol (RFC 6455) as the server speaks it, without sockets and without extensions.
namespace lightstick::gateway::ws {

enum class opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

inline constexpr std::size_t control_bytes_max = 125;  ///< RFC 6455, 5.5
inline constexpr std::size_t head_bytes_max = 10;      ///< of a frame of ours, which has no mask

/// A whole message as it goes over the wire, header and all, in one frame: made once, shared by every socket that it
/// goes to. Empty when default-constructed. Immutable; thread: any.
class prepared {
 public:
  prepared() = default;
  prepared(opcode kind, std::string_view payload);

  [[nodiscard]] explicit operator bool() const noexcept { return bytes_ != nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_->size(); }
  [[nodiscard]] std::string_view bytes() const noexcept { return *bytes_; }
  /// What is said in it.
  [[nodiscard]] std::string_view payload() const noexcept;
  friend bool operator==(const prepared&, const prepared&) = default;

 private:
  std::shared_ptr<const std::string> bytes_;
};

/// A close frame; a reason of more than 123 bytes is cut. `code` 0: without a code (7.1.5).
[[nodiscard]] prepared close_frame(std::uint16_t code, std::string_view reason);

/// Whether a peer may send this code in a close frame (RFC 6455, 7.4).
[[nodiscard]] bool valid_close_code(std::uint16_t code) noexcept;

}  // namespace lightstick::gateway::ws
