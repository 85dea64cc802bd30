#pragma once

#include <string>
#include <string_view>

namespace lightstick::gateway::ws {

/// The value of `Sec-WebSocket-Accept` for a client's key (RFC 6455, 4.2.2). Throws std::bad_alloc.
[[nodiscard]] std::string accept_value(std::string_view key);

/// Whether it is 16 bytes in base64, as a client's key has to be (RFC 6455, 4.1).
[[nodiscard]] bool valid_key(std::string_view key) noexcept;

}  // namespace lightstick::gateway::ws
