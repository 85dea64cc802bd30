#pragma once

#include <utility>  // before awaitable.hpp of Boost 1.74, which needs it and does not say so

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include "gateway/net/ip_address.hpp"

/// The names of Asio that this folder uses. Sockets carry the context's own executor, not a type-erased one: smaller
/// and quicker, and every connection stays on the thread of its context anyway.
namespace lightstick::gateway::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using error_code = boost::system::error_code;

using executor = asio::io_context::executor_type;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, executor>;
using timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, executor>;
using plain_stream = tcp_socket;
using tls_stream = asio::ssl::stream<tcp_socket>;

template <class T>
using awaitable = asio::awaitable<T, executor>;
inline constexpr asio::use_awaitable_t<executor> use_awaitable{};

[[nodiscard]] inline tcp_socket& socket_of(plain_stream& s) noexcept { return s; }
[[nodiscard]] inline tcp_socket& socket_of(tls_stream& s) noexcept { return s.next_layer(); }

[[nodiscard]] ip_address to_ip_address(const asio::ip::address& a) noexcept;

}  // namespace lightstick::gateway::net
