#pragma once

#include "gateway/net/http_session.hpp"

namespace lightstick::gateway::net {

/// Of `limit` file descriptors, so many are not for clients.
[[nodiscard]] std::uint64_t files_reserved(std::uint64_t limit) noexcept;

/// Accepts on one thread and hands each connection that may come in to `serve`. Thread: that I/O thread.
/// Bounds: the node's and the address's limits; what is beyond is answered 503 (when not TLS) and closed; so are clients that would take the last file descriptors, and
/// those beyond the handshakes under way. Beyond the rate of accepting, clients wait in the kernel's queue. When
/// accepting fails (out of file descriptors or memory, say) it waits a moment and goes on.
class acceptor {
 public:
  /// REQUIRES: `config` outlives the thread.
  acceptor(io_thread& thread, tcp_acceptor opened, const http_config& config, connection_limits& limits)
      : thread_(thread),
        core_(thread.shared()),
        limits_(limits),
        config_(config),
        acceptor_(std::move(opened)),
        pause_(thread.context()) {}

  void start() { accept(); }
  void close();

 private:
  void accept();
  /// Accepts when the node's rate lets one more in.
  void next();
  void accepted(tcp_socket socket);
  void failed(const error_code& ec);
  void try_later(std::string_view why);
  void turn_away(tcp_socket socket, const ip_address& peer, refused_for why);

  io_thread& thread_;
  core& core_;
  connection_limits& limits_;
  const http_config& config_;
  tcp_acceptor acceptor_;
  timer pause_;
};

}  // namespace lightstick::gateway::net
