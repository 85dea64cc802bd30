#include "gateway/net/acceptor.hpp"

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>

#include "runtime/base/log.hpp"

namespace lightstick::gateway::net {
namespace {

constexpr std::chrono::milliseconds pause_after_failure{200};
constexpr std::string_view full_answer =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\nContent-Length: 67\r\n"
    "Connection: close\r\n\r\n"
    R"({"error":{"code":130,"msg":"too many connections","retry_ms":5000}})";

/// File descriptors that clients do not get: an operator has to get in, and the store to open its files.
bool in_reserve(int descriptor) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  // The kernel gives the lowest that is free: from there on all below it are taken.
  return static_cast<rlim_t>(descriptor) + files_reserved(limit.rlim_cur) >= limit.rlim_cur;
}

/// The client gave up, or its network did, before it was accepted (see accept(2)): the next one may be fine.
bool of_one_client(const error_code& ec) {
  namespace errc = boost::system::errc;
  return ec == errc::connection_aborted || ec == errc::protocol_error || ec == errc::network_down ||
         ec == errc::network_unreachable || ec == errc::host_unreachable || ec == errc::interrupted;
}

}  // namespace

std::uint64_t files_reserved(std::uint64_t limit) noexcept { return std::clamp<std::uint64_t>(limit / 16, 8, 64); }

void acceptor::close() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void acceptor::accept() {
  acceptor_.async_accept([this](error_code ec, tcp_socket socket) {
    if (ec) return failed(ec);
    try {
      accepted(std::move(socket));
    } catch (const std::exception& e) {
      return try_later(e.what());
    }
    next();
  });
}

void acceptor::next() {
  const auto wait = config_.clients ? core_.accepts.take(core_.clock.now()) : std::chrono::milliseconds{0};
  if (wait.count() == 0) return accept();
  core_.counts.accepts_paused.add();
  pause_.expires_after(wait);
  pause_.async_wait([this](error_code cancelled) {
    if (!cancelled && acceptor_.is_open()) next();
  });
}

void acceptor::failed(const error_code& ec) {
  if (!acceptor_.is_open()) return;
  if (of_one_client(ec)) return accept();
  try_later(ec.message());
}

void acceptor::try_later(std::string_view why) {
  core_.counts.accept_failures.add();
  LS_LOG(gateway, error, "cannot accept", {"why", why}, {"open", core_.limits.open()},
         {"remedy", "raise the limit of open files, or lower limits.connections"});
  pause_.expires_after(pause_after_failure);
  pause_.async_wait([this](error_code cancelled) {
    if (!cancelled && acceptor_.is_open()) accept();
  });
}

void acceptor::accepted(tcp_socket socket) {
  error_code ec;
  const auto remote = socket.remote_endpoint(ec);
  if (ec) return;
  socket.set_option(tcp::no_delay(true), ec);
  const auto peer = to_ip_address(remote.address());
  core_.counts.connections_accepted.add();
  place where;
  where.client = peer;
  where.of_node = limits_.admit();
  if (!where.of_node) return turn_away(std::move(socket), peer, refused_for::node_full);
  if (config_.clients && in_reserve(socket.native_handle())) {
    return turn_away(std::move(socket), peer, refused_for::open_files);
  }
  if (config_.clients) {
    where.opening = core_.handshakes.admit();
    if (!where.opening) return turn_away(std::move(socket), peer, refused_for::handshakes);
    const auto& o = core_.opts;
    const bool trusted = o.forwarded != forwarding::none && core_.trusted.contains(peer);
    if (o.forwarded == forwarding::proxy_protocol && !trusted) {
      return turn_away(std::move(socket), peer, refused_for::untrusted_peer);
    }
    // A balancer's connections are counted for the clients behind it, once it has told who they are.
    if (!trusted) {
      where.of_address = limits_.admit(peer);
      if (!where.of_address) return turn_away(std::move(socket), peer, refused_for::address_full);
    }
  }
  serve(thread_, std::move(socket), std::move(where), config_);
}

void acceptor::turn_away(tcp_socket socket, const ip_address& peer, refused_for why) {
  core_.counts.refused_because(why).add();
  LS_LOG(gateway, info, "connection refused", {"addr", peer.to_string()}, {"reason", to_string(why)});
  if (config_.tls == nullptr && why != refused_for::untrusted_peer) {
    // Into the empty buffer of a new socket: cannot block; lost if the peer is gone.
    (void)::send(socket.native_handle(), full_answer.data(), full_answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  error_code ignored;
  socket.shutdown(tcp_socket::shutdown_send, ignored);
}

}  // namespace lightstick::gateway::net
