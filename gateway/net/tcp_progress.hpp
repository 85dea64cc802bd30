#pragma once

#include <cstdint>

namespace lightstick::gateway::net {

/// Bytes of a TCP connection that its peer has acknowledged; 0 when the system does not tell. Thread: any.
[[nodiscard]] std::uint64_t bytes_acknowledged(int socket) noexcept;

}  // namespace lightstick::gateway::net
