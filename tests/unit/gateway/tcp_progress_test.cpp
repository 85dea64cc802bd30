#include "gateway/net/tcp_progress.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace lightstick::gateway::net {
namespace {

TEST(tcp_progress, counts_what_the_peer_has_taken) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* address = reinterpret_cast<sockaddr*>(&at);
  ASSERT_EQ(::bind(listener, address, size), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  ASSERT_EQ(::getsockname(listener, address, &size), 0);
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::connect(client, address, size), 0);

  const auto before = bytes_acknowledged(client);
  ASSERT_EQ(::send(client, "hello", 5, 0), 5);
  for (int i = 0; i < 200 && bytes_acknowledged(client) == before; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  EXPECT_EQ(bytes_acknowledged(client), before + 5);
  ::close(client);
  ::close(listener);
  EXPECT_EQ(bytes_acknowledged(-1), 0U);
}

}  // namespace
}  // namespace lightstick::gateway::net
