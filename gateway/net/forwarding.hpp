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

/// The client as the headers tell it: the rightmost address that is not itself a trusted proxy, of `Forwarded`
/// (RFC 7239) or `X-Forwarded-For`, whichever is there. Several headers of one name are joined by commas before.
/// When both are there and disagree, one was written by the client and none is believed.
/// No value: nothing usable; the peer is the client.
[[nodiscard]] std::optional<ip_address> client_of_headers(std::string_view forwarded, std::string_view x_forwarded_for,
                                                          const ip_networks& trusted);

}  // namespace lightstick::gateway::net
