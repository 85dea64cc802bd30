#include <boost/beast/websocket/ssl.hpp>

#include "gateway/net/http_session_impl.hpp"

namespace lightstick::gateway::net {

void serve_tls(io_thread& thread, tcp_socket socket, place where, const http_config& config) {
  // OpenSSL keeps what a stream needs of its context, so that a newer one may take its place meanwhile.
  tls_stream stream(std::move(socket), *config.tls->context());
  std::make_shared<http_session<tls_stream>>(thread, std::move(stream), std::move(where), config)->run();
}

}  // namespace lightstick::gateway::net
