#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/net/http_message.hpp"
#include "gateway/protocol/frames.hpp"

/// The checks of a WebSocket upgrade (RFC 6455, 4.2), and ours. Pure.
namespace lightstick::gateway::net {

struct subprotocol {
  protocol::encoding format = protocol::encoding::json;
  std::string_view name;  ///< to be answered; empty: none was offered
};

/// The first offer that we speak; JSON when nothing is offered. `offers`: the values of all Sec-WebSocket-Protocol
/// headers, joined by commas. Errors: invalid when only others are offered: a browser ends a connection whose offer
/// was ignored without a word (RFC 6455 4.1), so it is told why instead.
[[nodiscard]] result<subprotocol> choose_subprotocol(std::string_view offers);

/// What is wrong with the version or the key of a request that wants a WebSocket; none: nothing.
[[nodiscard]] std::optional<http_response> bad_upgrade(std::string_view version, std::string_view key);

/// The answer that makes the connection a WebSocket, as it goes out. `subprotocol`: empty for none.
[[nodiscard]] std::string upgrade_answer(std::string_view key, std::string_view subprotocol);

/// Whether a page of `origin` may open a WebSocket to `host` (the request's Host). No Origin: not a browser, allowed.
/// `allowed`: whole origins ("https://fans.example"), or "*" for any; the same host is always allowed.
[[nodiscard]] bool origin_allowed(std::string_view origin, std::string_view host,
                                  const std::vector<std::string>& allowed);

/// What such a page is told, with the way out.
[[nodiscard]] std::string origin_refusal(std::string_view origin);

}  // namespace lightstick::gateway::net
