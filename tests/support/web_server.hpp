#pragma once

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "tests/support/certificate.hpp"

namespace lightstick::test {

/// A web server of the outside world, on a port of 127.0.0.1: it answers every request with the same, and counts them.
/// One connection at a time on a thread of its own; a client that is silent for long holds the others up.
class web_server {
 public:
  /// `tls`: what it shows to clients; without it, plain.
  explicit web_server(const std::optional<certificate>& tls = std::nullopt)
      : acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    if (tls) {
      tls_.emplace(boost::asio::ssl::context::tls_server);
      tls_->use_certificate_chain(boost::asio::buffer(tls->chain));
      tls_->use_private_key(boost::asio::buffer(tls->key), boost::asio::ssl::context::pem);
    }
    thread_ = std::thread([this] { run(); });
  }
  ~web_server() {
    ends_ = true;
    boost::system::error_code ignored;
    boost::asio::ip::tcp::socket last(context_);
    last.connect(acceptor_.local_endpoint(), ignored);  // what `accept` waits for
    thread_.join();
  }
  web_server(const web_server&) = delete;
  web_server& operator=(const web_server&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    return (tls_ ? "https://" : "http://") + host + ":" + std::to_string(port()) + "/keys";
  }
  /// `headers`: whole lines, each with its "\r\n".
  void answer_with(std::string body, std::string status = "200 OK", std::string headers = {}) {
    const std::lock_guard lock(mutex_);
    answer_ = "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers +
              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  void run() {
    while (!ends_) {
      boost::system::error_code ec;
      boost::asio::ip::tcp::socket socket(context_);
      acceptor_.accept(socket, ec);
      if (ec || ends_) continue;
      if (!tls_) {
        serve(socket);
        continue;
      }
      boost::asio::ssl::stream<boost::asio::ip::tcp::socket> secure(std::move(socket), *tls_);
      secure.handshake(boost::asio::ssl::stream_base::server, ec);
      if (ec) continue;
      serve(secure);
      secure.shutdown(ec);
    }
  }
  template <class Stream>
  void serve(Stream& stream) {
    boost::system::error_code ec;
    std::string request;
    boost::asio::read_until(stream, boost::asio::dynamic_buffer(request), "\r\n\r\n", ec);
    if (ec) return;
    ++requests_;
    std::string answer;
    {
      const std::lock_guard lock(mutex_);
      answer = answer_;
    }
    boost::asio::write(stream, boost::asio::buffer(answer), ec);
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::optional<boost::asio::ssl::context> tls_;
  std::mutex mutex_;
  std::string answer_ = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  std::atomic<int> requests_{0};
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

}  // namespace lightstick::test
