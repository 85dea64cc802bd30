#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/deadline.hpp"

namespace lightstick::test {

/// How a connection is opened.
struct dial_options {
  std::uint16_t port = 0;
  std::string address = "127.0.0.1";
  std::string preamble{};        ///< sent before anything else, before TLS too (PROXY protocol)
  bool tls = false;              ///< accepts any certificate
  int receive_buffer_bytes = 0;  ///< SO_RCVBUF; 0 = the system's
  std::string from{};            ///< local address to come from; empty = any
};

/// A TCP connection, with or without TLS, that never blocks beyond a deadline. One thread.
/// Errors are `std::system_error`; waiting too long is `timed_out`.
class stream {
 public:
  /// What a read found: bytes (perhaps none within the time), or the end (`reset` when the peer tore it down).
  enum class state : std::uint8_t { open, ended, reset };

  explicit stream(const dial_options& o, deadline until = deadline{});
  ~stream();
  stream(stream&&) noexcept;
  stream& operator=(stream&&) noexcept;

  void write(std::string_view bytes, deadline until = deadline{});
  /// As much as the socket takes now; 0 when it is full or torn down.
  std::size_t try_write(std::string_view bytes);
  /// Appends what arrives before the deadline; returns at once when something has.
  state read(std::string& into, deadline until = deadline{});
  /// Reads until the peer ends the connection; `timed_out` when it does not.
  std::string read_to_end(deadline until = deadline{});

  void shutdown_write();
  /// Closes so that the peer sees a reset.
  void reset();
  [[nodiscard]] int fd() const noexcept;

 private:
  struct body;
  std::unique_ptr<body> body_;
};

}  // namespace lightstick::test
