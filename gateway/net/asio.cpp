#include "gateway/net/asio.hpp"

namespace lightstick::gateway::net {

ip_address to_ip_address(const asio::ip::address& a) noexcept {
  if (a.is_v4()) return ip_address::v4(a.to_v4().to_bytes());
  ip_address out;
  out.bytes = a.to_v6().to_bytes();
  return out;
}

}  // namespace lightstick::gateway::net
