#include "gateway/net/listener.hpp"

#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>
#include <utility>

namespace lightstick::gateway::net {
namespace {

using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int backlog = 4'096;

error open_error(const endpoint& at, std::string_view what, const error_code& ec) {
  const auto name = std::string(what) + " listener " + to_string(at) + ": ";
  const auto port = std::to_string(at.port);
  if (ec == asio::error::address_in_use) {
    return {make_error_code(errc::unavailable),
            name + "the port is taken by another program, perhaps another node (ss -ltnp 'sport = :" + port +
                "' names it); choose another port, or port 0 for a free one"};
  }
  if (ec == asio::error::access_denied) {
    return {make_error_code(errc::denied),
            name + "no right to this port; choose one above 1023, or give the program CAP_NET_BIND_SERVICE"};
  }
  if (ec == boost::system::errc::address_not_available) {
    return {
        make_error_code(errc::invalid),
        name + "this machine does not have that address; 127.0.0.1 is this machine alone, 0.0.0.0 every address of it"};
  }
  return {make_error_code(errc::invalid), name + ec.message()};
}

error_code open_one(tcp_acceptor& acceptor, const tcp::endpoint& at, bool shared) {
  error_code ec;
  const auto also = [&](auto step) {
    if (!ec) step();
  };
  acceptor.open(at.protocol(), ec);
  also([&] { acceptor.set_option(tcp_acceptor::reuse_address(true), ec); });
  also([&] {
    if (at.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(false), ec);  // "[::]" takes IPv4 too
  });
  also([&] {
    if (shared) acceptor.set_option(reuse_port(true), ec);
  });
  also([&] { acceptor.bind(at, ec); });
  also([&] { acceptor.listen(backlog, ec); });
  return ec;
}

}  // namespace

result<std::vector<tcp_acceptor>> open_listeners(endpoint& at, std::string_view what,
                                                 const std::vector<io_thread*>& threads) {
  error_code ec;
  const auto address = asio::ip::make_address(at.address, ec);
  if (ec) return fail(open_error(at, what, ec));
  tcp::endpoint where(address, at.port);
  {
    tcp_acceptor probe(threads.front()->context());
    if (ec = open_one(probe, where, false); ec) return fail(open_error(at, what, ec));
  }
  std::vector<tcp_acceptor> out;
  for (auto* thread : threads) {
    auto& acceptor = out.emplace_back(thread->context());
    if (ec = open_one(acceptor, where, true); ec) return fail(open_error(at, what, ec));
    where = acceptor.local_endpoint();
  }
  at.port = where.port();
  return out;
}

}  // namespace lightstick::gateway::net
