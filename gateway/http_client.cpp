#include "gateway/http_client.hpp"

#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <charconv>
#include <optional>

namespace lightstick::gateway {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using error_code = boost::system::error_code;

struct target {
  bool secure = false;
  std::string host, port, path;
  [[nodiscard]] std::string name() const { return host + ":" + port; }
};

result<target> parse_url(const std::string& url) {
  constexpr std::string_view plain = "http://";
  constexpr std::string_view secure = "https://";
  const std::string_view text(url);
  target out;
  out.secure = text.starts_with(secure);
  if (!out.secure && !text.starts_with(plain)) {
    return fail(errc::invalid, "'" + url + "' does not begin with http:// or https://");
  }
  const auto rest = text.substr(out.secure ? secure.size() : plain.size());
  const auto slash = rest.find('/');
  auto authority = rest.substr(0, slash);
  out.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  out.port = out.secure ? "443" : "80";
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
  const bool fits =
      url.find_first_of(" \t\r\n") == std::string::npos && out.host.find_first_of("@?#") == std::string::npos;
  if (out.host.empty() || out.port.empty() || !fits) return fail(errc::invalid, "'" + url + "' names no host");
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
  for (const auto& [name, value] : call.headers) req.set(name, value);
  req.body() = call.body;
  req.prepare_payload();
  return req;
}

using plain_stream = boost::beast::tcp_stream;
using secure_stream = boost::beast::ssl_stream<plain_stream>;

plain_stream& lowest(plain_stream& s) { return s; }
plain_stream& lowest(secure_stream& s) { return s.next_layer(); }

/// The steps of one call, each started by the completion of the one before.
template <class Stream>
class exchange {
 public:
  /// `more`: what the stream takes beside its event loop.
  template <class... More>
  exchange(const http_call& call, target to, More&... more)
      : to_(std::move(to)), request_(request_of(call, to_)), resolver_(context_), stream_(context_, more...) {
    parser_.body_limit(call.body_bytes_max);
    parser_.skip(call.method == "HEAD");  // its answer announces a body that does not come
    lowest(stream_).expires_after(call.limit);
  }

  /// The name that the host is asked for and has to prove. False when OpenSSL has no memory for it.
  [[nodiscard]] bool expect_host() {
    auto* ssl = stream_.native_handle();
    error_code is_name;
    (void)asio::ip::make_address(to_.host, is_name);
    if (!is_name) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), to_.host.c_str()) == 1;
    return SSL_set_tlsext_host_name(ssl, to_.host.c_str()) == 1 && SSL_set1_host(ssl, to_.host.c_str()) == 1;
  }

  result<http_reply> run(std::chrono::milliseconds limit) {
    resolver_.async_resolve(to_.host, to_.port, [this](error_code ec, asio::ip::tcp::resolver::results_type found) {
      if (ec) return end(ec);
      lowest(stream_).async_connect(found, [this](error_code failed, const asio::ip::tcp::endpoint&) {
        if (failed) return end(failed);
        begin();
      });
    });
    context_.run_for(limit);
    if (!ended_ || failure_ == boost::beast::error::timeout) {
      return fail(errc::timed_out, to_.name() + " did not answer in time");
    }
    if (failure_) return fail(errc::unavailable, to_.name() + ": " + why());
    auto& message = parser_.get();
    const auto text = [&](http::field name) {
      const auto value = message[name];
      return std::string(value.data(), value.size());
    };
    return http_reply{message.result_int(), text(http::field::content_type), text(http::field::cache_control),
                      std::move(message.body())};
  }

 private:
  void begin() {
    if constexpr (std::is_same_v<Stream, secure_stream>) {
      stream_.async_handshake(asio::ssl::stream_base::client, [this](error_code ec) {
        if (ec) return end(ec);
        send();
      });
    } else {
      send();
    }
  }
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
  /// A certificate that was not believed says why.
  [[nodiscard]] std::string why() {
    if constexpr (std::is_same_v<Stream, secure_stream>) {
      const auto verdict = SSL_get_verify_result(stream_.native_handle());
      if (verdict != X509_V_OK) {
        return std::string("its certificate is not to be believed: ") + X509_verify_cert_error_string(verdict);
      }
    }
    return failure_.message();
  }

  const target to_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  boost::beast::flat_buffer buffer_;
  asio::io_context context_{1};
  asio::ip::tcp::resolver resolver_;
  Stream stream_;
  bool ended_ = false;
  error_code failure_;
};

result<http_reply> call_https(const http_call& call, target to) {
  asio::ssl::context tls(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  error_code ec;
  if (call.ca_file.empty()) {
    tls.set_default_verify_paths(ec);
  } else {
    tls.load_verify_file(call.ca_file, ec);
  }
  if (ec) {
    const auto what = call.ca_file.empty() ? std::string("the system's certificates") : "CA file " + call.ca_file;
    return fail(errc::invalid, to.name() + ": " + what + ": " + ec.message());
  }
  tls.set_verify_mode(asio::ssl::verify_peer, ec);
  exchange<secure_stream> one(call, to, tls);
  if (!one.expect_host()) return fail(errc::unavailable, to.name() + ": TLS cannot be set up");
  return one.run(call.limit);
}

}  // namespace

result<void> check_url(const std::string& url) {
  auto to = parse_url(url);
  if (!to) return fail(std::move(to.error()));
  return {};
}

result<http_reply> call_http(const http_call& call) {
  auto to = parse_url(call.url);
  if (!to) return fail(std::move(to.error()));
  if (to->secure) return call_https(call, std::move(*to));
  return exchange<plain_stream>(call, std::move(*to)).run(call.limit);
}

}  // namespace lightstick::gateway
