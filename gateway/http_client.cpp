#include "gateway/http_client.hpp"

#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <optional>

namespace lightstick::gateway {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using error_code = boost::system::error_code;

struct target {
  std::string host, port, path;
};

result<target> parse_url(const std::string& url) {
  constexpr std::string_view scheme = "http://";
  const std::string_view text(url);
  if (text.substr(0, scheme.size()) != scheme) {
    return fail(errc::invalid, "'" + url + "' does not begin with http:// (https is not spoken here)");
  }
  const auto rest = text.substr(scheme.size());
  const auto slash = rest.find('/');
  auto authority = rest.substr(0, slash);
  target out;
  out.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  out.port = "80";
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    out.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  if (bracket != std::string_view::npos && authority.size() >= 2) authority = authority.substr(1, authority.size() - 2);
  out.host = authority;
  std::uint16_t port = 0;
  const auto [end, wrong] = std::from_chars(out.port.data(), out.port.data() + out.port.size(), port);
  if (!out.port.empty() && (wrong != std::errc{} || end != out.port.data() + out.port.size() || port == 0)) {
    return fail(errc::invalid, "'" + out.port + "' in '" + url + "' is no port: 1 to 65535");
  }
  if (out.host.empty() || out.port.empty()) return fail(errc::invalid, "'" + url + "' names no host");
  return out;
}

http::request<http::string_body> request_of(const http_call& call, const target& to) {
  http::request<http::string_body> req;
  req.method_string(call.method);
  req.target(to.path);
  req.version(11);
  req.set(http::field::host, to.host + ":" + to.port);
  req.set(http::field::user_agent, "lightstick");
  req.set(http::field::connection, "close");
  if (!call.bearer.empty()) req.set(http::field::authorization, "Bearer " + call.bearer);
  if (!call.body.empty()) req.set(http::field::content_type, "application/json");
  req.body() = call.body;
  req.prepare_payload();
  return req;
}

/// The steps of one call, each started by the completion of the one before.
class exchange {
 public:
  exchange(const http_call& call, target to)
      : to_(std::move(to)), request_(request_of(call, to_)), resolver_(context_), stream_(context_) {
    parser_.body_limit(call.body_bytes_max);
    parser_.skip(call.method == "HEAD");  // its answer announces a body that does not come
    stream_.expires_after(call.limit);
  }

  result<http_reply> run(std::chrono::milliseconds limit) {
    resolver_.async_resolve(to_.host, to_.port, [this](error_code ec, asio::ip::tcp::resolver::results_type found) {
      if (ec) return end(ec);
      stream_.async_connect(found, [this](error_code failed, const asio::ip::tcp::endpoint&) {
        if (failed) return end(failed);
        send();
      });
    });
    context_.run_for(limit);
    if (!ended_) return fail(errc::timed_out, name() + " did not answer in time");
    if (failure_ == boost::beast::error::timeout) return fail(errc::timed_out, name() + " did not answer in time");
    if (failure_) return fail(errc::unavailable, name() + ": " + failure_.message());
    auto& message = parser_.get();
    const auto type = message[http::field::content_type];
    return http_reply{message.result_int(), std::string(type.data(), type.size()), std::move(message.body())};
  }

 private:
  void send() {
    http::async_write(stream_, request_, [this](error_code ec, std::size_t) {
      if (ec) return end(ec);
      http::async_read(stream_, buffer_, parser_, [this](error_code failed, std::size_t) { end(failed); });
    });
  }
  void end(error_code ec) {
    ended_ = true;
    failure_ = ec;
  }
  [[nodiscard]] std::string name() const { return to_.host + ":" + to_.port; }

  const target to_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  boost::beast::flat_buffer buffer_;
  asio::io_context context_{1};
  asio::ip::tcp::resolver resolver_;
  boost::beast::tcp_stream stream_;
  bool ended_ = false;
  error_code failure_;
};

}  // namespace

result<http_reply> call_http(const http_call& call) {
  auto to = parse_url(call.url);
  if (!to) return fail(std::move(to.error()));
  return exchange(call, std::move(*to)).run(call.limit);
}

}  // namespace lightstick::gateway
