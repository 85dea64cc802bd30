#pragma once

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "tests/support/http.hpp"

namespace lightstick::test {

/// A web server that webhooks call, on a port of 127.0.0.1, with a thread for each call; calls come to `answer`, on any thread,
/// which gives the whole answer, or nothing to hold the connection until the server ends.
class hook_server {
 public:
  struct call {
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
    [[nodiscard]] value json() const { return decode(encoding::json, body); }
  };
  using answerer = std::function<std::string(const call&)>;

  explicit hook_server(answerer answer)
      : answer_(std::move(answer)), acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    thread_ = std::thread([this] { run(); });
  }
  ~hook_server() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
      changed_.notify_all();
    }
    boost::system::error_code ignored;
    boost::asio::ip::tcp::socket last(context_);
    last.connect(acceptor_.local_endpoint(), ignored);  // what `accept` waits for
    thread_.join();
    for (auto& each : serving_) each.join();
  }
  hook_server(const hook_server&) = delete;
  hook_server& operator=(const hook_server&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/hook";
  }
  static std::string ok(const std::string& body, const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  [[nodiscard]] std::vector<call> calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  void run() {
    while (true) {
      boost::system::error_code ec;
      boost::asio::ip::tcp::socket socket(context_);
      acceptor_.accept(socket, ec);
      {
        const std::lock_guard lock(mutex_);
        if (ends_) return;
      }
      if (!ec) serving_.emplace_back([this, s = std::move(socket)]() mutable { serve(s); });
    }
  }
  void serve(boost::asio::ip::tcp::socket& socket) {
    boost::system::error_code ec;
    std::string raw;
    const auto head = boost::asio::read_until(socket, boost::asio::dynamic_buffer(raw), "\r\n\r\n", ec);
    if (ec) return;
    call got;
    // Its fields look the same as an answer's.
    auto lines = raw.substr(0, head - 4);
    got.headers = parse_response_head("HTTP/1.1 200 OK" + lines.substr(lines.find("\r\n"))).headers;
    const auto length = got.headers.contains("content-length") ? std::stoul(got.headers["content-length"]) : 0;
    raw.erase(0, head);
    if (raw.size() < length) {
      boost::asio::read(socket, boost::asio::dynamic_buffer(raw), boost::asio::transfer_exactly(length - raw.size()),
                        ec);
    }
    got.body = raw;
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(got);
    }
    const auto told = answer_(got);
    if (!told.empty()) {
      boost::asio::write(socket, boost::asio::buffer(told), ec);
      return;
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ends_; });
  }

  const answerer answer_;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<call> calls_;
  bool ends_ = false;
  std::list<std::thread> serving_;
  std::thread thread_;
};

}  // namespace lightstick::test
