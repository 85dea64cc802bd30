#pragma once

#include <string>
#include <string_view>

namespace lightstick::gateway::auth {

inline constexpr std::size_t hs256_bytes = 32;

/// HMAC with SHA-256 (RFC 2104): `hs256_bytes` raw bytes. Thread-safe.
[[nodiscard]] std::string hs256(std::string_view key, std::string_view message);

/// Compares in a time that depends on the sizes only.
[[nodiscard]] bool same_bytes(std::string_view a, std::string_view b) noexcept;

}  // namespace lightstick::gateway::auth
