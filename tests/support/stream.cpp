#include "tests/support/stream.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace lightstick::test {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

sockaddr_in address_of(const std::string& address, std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &at.sin_addr) != 1) {
    throw std::runtime_error("'" + address + "' is no IPv4 address");
  }
  return at;
}

/// Waits for the events; false when the time is over.
bool wait(int fd, short events, const deadline& until) {
  pollfd p{fd, events, 0};
  int ready = 0;
  do {
    ready = poll(&p, 1, until.poll_ms());
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

void require(int fd, short events, const deadline& until, const char* what) {
  if (!wait(fd, events, until)) {
    throw timed_out(what);
  }
}

SSL_CTX* client_context() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
    return made;
  }();
  return context;
}

int open_socket(const dial_options& o, const deadline& until) {
  // A server that has gone must be an error to handle, not the end of the test program.
  static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  static_cast<void>(ignored);

  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    fail("socket");
  }
  try {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (o.receive_buffer_bytes > 0) {
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &o.receive_buffer_bytes, sizeof o.receive_buffer_bytes);
    }
    if (!o.from.empty()) {
      const auto local = address_of(o.from, 0);
      if (bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
        fail("bind");
      }
    }
    const auto peer = address_of(o.address, o.port);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) {
      if (errno != EINPROGRESS) {
        fail("connect");
      }
      require(fd, POLLOUT, until, "connect");
      socklen_t size = sizeof errno;
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &errno, &size);
      if (errno != 0) {
        fail("connect");
      }
    }
  } catch (...) {
    close(fd);
    throw;
  }
  return fd;
}

}  // namespace

struct stream::body {
  int fd = -1;
  SSL* ssl = nullptr;

  ~body() {
    SSL_free(ssl);
    if (fd >= 0) {
      close(fd);
    }
  }

  /// Bytes taken; 0 = would block (`events` says for what), -1 = torn down.
  ssize_t write_some(std::string_view bytes, short& events) const {
    events = POLLOUT;
    if (ssl != nullptr) {
      return ssl_result(SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size())), events);
    }
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return n >= 0 ? n : (errno == EAGAIN || errno == EINTR ? 0 : -1);
  }

  ssize_t ssl_result(int n, short& events) const {
    if (n > 0) {
      return n;
    }
    switch (SSL_get_error(ssl, n)) {
      case SSL_ERROR_WANT_READ: events = POLLIN; return 0;
      case SSL_ERROR_WANT_WRITE: events = POLLOUT; return 0;
      default: ERR_clear_error(); return -1;
    }
  }

  void handshake(const deadline& until) {
    ssl = SSL_new(client_context());
    SSL_set_fd(ssl, fd);
    for (;;) {
      short events = 0;
      const int n = SSL_connect(ssl);
      if (n == 1) {
        return;
      }
      if (ssl_result(n, events) < 0) {
        throw std::runtime_error("the TLS handshake failed");
      }
      require(fd, events, until, "TLS handshake");
    }
  }
};

stream::stream(const dial_options& o, deadline until) : body_(std::make_unique<body>()) {
  body_->fd = open_socket(o, until);
  if (!o.preamble.empty()) {
    write(o.preamble, until);
  }
  if (o.tls) {
    body_->handshake(until);
  }
}

stream::~stream() = default;
stream::stream(stream&&) noexcept = default;
stream& stream::operator=(stream&&) noexcept = default;

void stream::write(std::string_view bytes, deadline until) {
  while (!bytes.empty()) {
    short events = 0;
    const auto n = body_->write_some(bytes, events);
    if (n < 0) {
      fail("send");
    }
    if (n == 0) {
      require(fd(), events, until, "send");
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::size_t stream::try_write(std::string_view bytes) {
  short events = 0;
  const auto n = body_->write_some(bytes, events);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

stream::state stream::read(std::string& into, deadline until) {
  char buffer[65536];
  for (;;) {
    short events = POLLIN;
    ssize_t n = 0;
    if (body_->ssl != nullptr) {
      n = SSL_read(body_->ssl, buffer, sizeof buffer);
      if (n <= 0) {
        const bool told = SSL_get_error(body_->ssl, static_cast<int>(n)) == SSL_ERROR_ZERO_RETURN;
        if (body_->ssl_result(static_cast<int>(n), events) < 0) {
          return told ? state::ended : state::reset;
        }
      }
    } else {
      n = ::recv(fd(), buffer, sizeof buffer, 0);
      if (n == 0) {
        return state::ended;
      }
      if (n < 0 && errno != EAGAIN && errno != EINTR) {
        return state::reset;
      }
    }
    if (n > 0) {
      into.append(buffer, static_cast<std::size_t>(n));
      return state::open;
    }
    if (!wait(fd(), events, until)) {
      return state::open;
    }
  }
}

std::string stream::read_to_end(deadline until) {
  std::string all;
  while (read(all, until) == state::open) {
    if (until.passed()) {
      throw timed_out("the peer did not end the connection; it sent '" + all.substr(0, 200) + "'");
    }
  }
  return all;
}

void stream::shutdown_write() { ::shutdown(fd(), SHUT_WR); }

void stream::reset() {
  const linger now{1, 0};
  setsockopt(fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(body_->fd);
  body_->fd = -1;
}

int stream::fd() const noexcept { return body_->fd; }

}  // namespace lightstick::test
