#include "gateway/net/tcp_progress.hpp"

// The kernel's own header: the C library's tcp_info ends before this counter. The two cannot be included together.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace lightstick::gateway::net {

std::uint64_t bytes_acknowledged(int socket) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_acked;
}

}  // namespace lightstick::gateway::net
