#pragma once

#include <optional>
#include <string_view>

#include "gateway/net/ip_address.hpp"

/// What a balancer in front says about the client's address. Pure. The caller has checked that the peer may say so.
namespace lightstick::gateway::net {

/// The longest PROXY header that is read: 107 bytes in version 1; in version 2 the addresses and a few extensions.
inline constexpr std::size_t proxy_header_bytes_max = 1'024;

struct proxy_header {
  std::size_t bytes = 0;             ///< what to drop from the front of the stream
  std::optional<ip_address> client;  ///< none: the balancer speaks for itself (UNKNOWN, LOCAL: a health check)
};

/// Reads a PROXY protocol header (version 1 or 2) from the first bytes of a connection. No value: more bytes are
/// needed. Errors: invalid (no PROXY header, a malformed one, or longer than the bound).
[[nodiscard]] result<std::optional<proxy_header>> parse_proxy_header(std::string_view bytes);

/// The client as the header tells it: the rightmost address that is not itself a trusted proxy. Several headers of the
/// name are joined by commas before. No value: nothing usable, the client is not known.
[[nodiscard]] std::optional<ip_address> client_of_forwarded(std::string_view header, const ip_networks& trusted);
[[nodiscard]] std::optional<ip_address> client_of_x_forwarded_for(std::string_view header, const ip_networks& trusted);

}  // namespace lightstick::gateway::net
