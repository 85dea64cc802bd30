#pragma once

// Included by http_session_impl.hpp only.

#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <optional>
#include <string>

#include "gateway/net/connection.hpp"
#include "gateway/net/tcp_progress.hpp"

namespace lightstick::gateway::net {

/// Moves the bytes of a client connection. Over plain TCP it reads into the thread's buffer when something is there and
/// writes prepared frames where they lie, so that a silent client has no buffer; over TLS there are copies.
template <class Stream>
class ws_connection final : public connection, public std::enable_shared_from_this<ws_connection<Stream>> {
 public:
  ws_connection(io_thread& thread, Stream stream, place where, protocol::encoding format)
      : connection(thread, std::move(where), format), stream_(std::move(stream)) {}

  void begin() { connection::begin(this->shared_from_this()); }

 private:
  static constexpr bool encrypted = std::is_same_v<Stream, tls_stream>;
  static constexpr std::size_t tls_read_bytes = 2'048;
  static constexpr std::size_t tls_write_bytes = 16 * 1'024;  ///< a record
  struct copies {
    std::array<char, tls_read_bytes> in;
    std::string out;  ///< being written
  };
  struct none {};

  void start_read() override {
    if constexpr (encrypted) {
      stream_.async_read_some(asio::buffer(copies_.in),
                              [self = this->shared_from_this()](error_code ec, std::size_t n) {
                                if (ec) return self->gone();
                                self->received(std::span(self->copies_.in).first(n));
                              });
    } else {
      stream_.async_wait(tcp_socket::wait_read, [self = this->shared_from_this()](error_code ec) {
        if (ec) return self->gone();
        self->read_now();
      });
    }
  }

  void read_now() {
    if (this->is_gone()) return;
    const auto space = this->home().read_space();
    const auto got = ::recv(stream_.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
    if (got > 0) return this->received(space.first(static_cast<std::size_t>(got)));
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return start_read();
    this->gone();
  }

  std::optional<std::size_t> write_some([[maybe_unused]] std::span<const iovec> parts) override {
    if constexpr (encrypted) {
      return 0;
    } else {
      msghdr message{};
      message.msg_iov = const_cast<iovec*>(parts.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): only read
      message.msg_iovlen = parts.size();
      while (true) {
        const auto sent = ::sendmsg(stream_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) return static_cast<std::size_t>(sent);
        if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
        if (errno != EINTR) return std::nullopt;
      }
    }
  }

  std::size_t start_write([[maybe_unused]] std::span<const iovec> parts) override {
    if constexpr (encrypted) {
      auto& out = copies_.out;
      for (const auto& part : parts) {
        out.append(static_cast<const char*>(part.iov_base), std::min(part.iov_len, tls_write_bytes - out.size()));
      }
      asio::async_write(stream_, asio::buffer(out), [self = this->shared_from_this()](error_code ec, std::size_t) {
        std::string().swap(self->copies_.out);
        if (ec) return self->gone();
        self->wrote();
      });
      return out.size();
    } else {
      stream_.async_wait(tcp_socket::wait_write, [self = this->shared_from_this()](error_code ec) {
        if (ec) return self->gone();
        self->wrote();
      });
      return 0;
    }
  }

  /// Says that nothing more comes and waits until the peer says so, too: closing over unread bytes would reset the
  /// connection and could take the close frame with it. The deadline of the close ends it otherwise.
  void finish() override {
    if constexpr (encrypted) {
      stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->gone(); });
    } else {
      error_code ignored;
      stream_.shutdown(tcp_socket::shutdown_send, ignored);
      discard();
    }
  }
  void discard() {
    socket_of(stream_).async_wait(tcp_socket::wait_read, [self = this->shared_from_this()](error_code ec) {
      if (ec || self->is_gone()) return self->gone();
      const auto space = self->home().read_space();
      const auto got = ::recv(socket_of(self->stream_).native_handle(), space.data(), space.size(), MSG_DONTWAIT);
      if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return self->discard();
      self->gone();
    });
  }

  void shut() override {
    error_code ignored;
    socket_of(stream_).close(ignored);
  }
  [[nodiscard]] std::uint64_t bytes_acknowledged() override {
    return net::bytes_acknowledged(socket_of(stream_).native_handle());
  }

  Stream stream_;
  [[no_unique_address]] std::conditional_t<encrypted, copies, none> copies_;
};

}  // namespace lightstick::gateway::net
