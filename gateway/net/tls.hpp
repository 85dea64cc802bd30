#pragma once

#include <memory>

#include "gateway/gateway.hpp"
#include "gateway/net/asio.hpp"

namespace lightstick::gateway::net {

/// A server context for TLS 1.2 and newer with this certificate chain and key. Null when `files` names none.
/// Errors: invalid (only one file named, unreadable, not PEM, the key is of another certificate), naming the file.
[[nodiscard]] result<std::unique_ptr<asio::ssl::context>> make_tls(const tls_files& files);

}  // namespace lightstick::gateway::net
