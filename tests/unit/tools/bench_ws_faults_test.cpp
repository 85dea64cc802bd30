// A server that loses, doubles and refuses: the bench has to say so.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "binary.hpp"

namespace lightstick::tools::bench::ws {
namespace {

using testing::ContainsRegex;

/// Serves one connection: its first publish is pushed twice, the second not at all, the third as it should be, and the
/// fourth is refused.
class faulty_server {
 public:
  faulty_server() : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(listening_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(listening_, 1), 0);
    EXPECT_EQ(::getsockname(listening_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    url_ = "ws://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    thread_ = std::jthread([this] { serve(); });
  }
  ~faulty_server() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
  }
  faulty_server(const faulty_server&) = delete;
  faulty_server& operator=(const faulty_server&) = delete;
  [[nodiscard]] const std::string& url() const noexcept { return url_; }

 private:
  void serve() {
    const int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    std::string in;
    if (take_until(fd, in, "\r\n\r\n")) {
      write(fd, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
      answer(fd, R"({"id":1,"ok":{}})");
      answer(fd, R"({"id":2,"ok":{"off":10}})");
      for (std::uint64_t publish = 1; take_until(fd, in, "\"text\":\""); ++publish) {
        std::string text;
        if (!take_until(fd, in, "\"", &text)) break;
        on_publish(fd, publish, text);
      }
    }
    ::close(fd);
  }

  static void on_publish(int fd, std::uint64_t publish, const std::string& text) {
    const auto id = std::to_string(publish + 2);
    if (publish == 4) return answer(fd, R"({"id":)" + id + R"(,"err":{"code":130,"msg":"overloaded"}})");
    const auto off = std::to_string(publish + 10);
    const auto push = R"({"op":"msgs","room":"r","msgs":[{"off":)" + off + R"(,"text":")" + text + R"("}]})";
    for (std::uint64_t times = publish == 1 ? 2 : publish == 2 ? 0 : 1; times > 0; --times) answer(fd, push);
    answer(fd, R"({"id":)" + id + R"(,"ok":{"off":)" + off + "}}");
  }

  /// Takes bytes off `in`, and more from the socket, until `mark` has passed; what was before it in `before`.
  static bool take_until(int fd, std::string& in, const std::string& mark, std::string* before = nullptr) {
    for (;;) {
      if (const auto at = in.find(mark); at != std::string::npos) {
        if (before != nullptr) *before = in.substr(0, at);
        in.erase(0, at + mark.size());
        return true;
      }
      std::array<char, 4'096> part{};
      const auto n = ::recv(fd, part.data(), part.size(), 0);
      if (n <= 0) return false;
      in.append(part.data(), static_cast<std::size_t>(n));
    }
  }
  static void write(int fd, const std::string& bytes) { (void)::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  static void answer(int fd, const std::string& payload) {
    std::string head = "\x81";
    if (payload.size() < 126) return write(fd, head + static_cast<char>(payload.size()) + payload);
    head += '\x7e';
    head += static_cast<char>(payload.size() >> 8U);
    write(fd, head + static_cast<char>(payload.size() & 0xffU) + payload);
  }

  const int listening_;
  std::string url_;
  std::jthread thread_;
};

TEST(bench_ws_of_binary, tells_what_a_server_loses_doubles_and_refuses) {
  const faulty_server server;
  const auto ran = run_binary({"bench", "ws", "--url", server.url(), "--members", "1", "--rate", "4", "--seconds", "1",
                               "--only", "talk", "--folder", testing::TempDir()});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, ContainsRegex("JSON: lost +1\\.00 .*falls short"));
  EXPECT_THAT(ran.out, ContainsRegex("JSON: doubled +1\\.00 .*falls short"));
  // One was refused, and pushes of another room than the one that was joined are wrong: three, one of them twice.
  EXPECT_THAT(ran.out, ContainsRegex("JSON: refused, closed, wrong +4\\.00 .*falls short"));
}

}  // namespace
}  // namespace lightstick::tools::bench::ws
