#include "gateway/net/http_session_impl.hpp"

namespace lightstick::gateway::net {

void serve_tls(io_thread& thread, tcp_socket socket, place where, const http_config& config);

void serve(io_thread& thread, tcp_socket socket, place where, const http_config& config) {
  if (config.tls != nullptr) return serve_tls(thread, std::move(socket), std::move(where), config);
  std::make_shared<http_session<plain_stream>>(thread, std::move(socket), std::move(where), config)->run();
}

}  // namespace lightstick::gateway::net
