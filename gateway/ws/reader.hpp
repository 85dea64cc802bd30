#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/ws/frame.hpp"

namespace lightstick::gateway::ws {

/// What came from a client, taken out of its bytes. The payload is valid until the next call of the reader, and while
/// the bytes that were given are.
struct arrival {
  enum class what : std::uint8_t {
    message,   ///< whole; text is UTF-8
    ping,
    pong,
    close,     ///< nothing that follows counts
    too_long,  ///< a message beyond the bound; nothing that follows can be read
    broken,    ///< against the RFC: `code` says how; nothing that follows can be read
  };
  what kind;
  bool text = false;
  std::uint16_t code = 0;  ///< close: the peer's, 0 without one. broken: 1002 or 1007, to be answered with
  std::string_view payload;
};

/// Takes the frames of a client apart (RFC 6455, 5), masks off, fragments put together.
/// Keeps bytes of its own only of a frame or message that has begun: nothing while the peer is silent.
/// Bound: `message_bytes_max` a message and what its fragments' heads take; a length is not believed, only compared.
/// Thread: its owner's.
class reader {
 public:
  explicit reader(std::size_t message_bytes_max) noexcept : message_bytes_max_(message_bytes_max) {}

  /// Takes what it needs from the front of `bytes` (and unmasks it there); none when all of it was taken and no arrival
  /// is whole. After `close`, `too_long` or `broken` it takes everything and says nothing more.
  [[nodiscard]] std::optional<arrival> next(std::span<char>& bytes);

  /// Memory that is kept of what has begun and is not whole.
  [[nodiscard]] std::size_t kept_bytes() const noexcept { return kept_.capacity() + message_.capacity(); }

 private:
  struct head;
  [[nodiscard]] std::optional<arrival> check(const head& h) const;
  [[nodiscard]] std::optional<arrival> take(const head& h, std::span<char> payload);
  [[nodiscard]] arrival control(const head& h, std::string_view payload);
  [[nodiscard]] arrival whole(bool text, std::string_view payload);
  [[nodiscard]] arrival end(arrival a) noexcept;
  void forget() noexcept;

  std::size_t message_bytes_max_;
  std::string kept_;  ///< the bytes of a frame that is not whole
  std::string message_;  ///< the fragments so far
  bool fragmented_ = false;
  bool text_ = false;  ///< of the fragmented message
  bool given_ = false;  ///< what the last arrival looked at is to be forgotten
  bool ended_ = false;
};

}  // namespace lightstick::gateway::ws
