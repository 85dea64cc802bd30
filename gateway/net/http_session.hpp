#pragma once

#include "gateway/net/http_message.hpp"
#include "gateway/net/io_thread.hpp"
#include "gateway/net/tls.hpp"

namespace lightstick::gateway::net {

/// What a listener serves.
struct http_config {
  http_service* service = nullptr;
  const tls_source* tls = nullptr;  ///< null: plain
  bool clients = true;                ///< WebSockets and balancers' headers; false: the admin listener
};

/// Serves a connection that was just accepted on `thread` until it ends or becomes a WebSocket. `where.client` is the
/// peer. REQUIRES: on that thread; `config` outlives it.
void serve(io_thread& thread, tcp_socket socket, place where, const http_config& config);

}  // namespace lightstick::gateway::net
