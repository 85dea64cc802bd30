#pragma once

// Included by http_session_impl.hpp only.

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "gateway/net/connection.hpp"
#include "gateway/net/tcp_progress.hpp"

namespace lightstick::gateway::net {

/// A client connection over Beast's WebSocket. Everything that costs memory or time for each frame is here, so that
/// another way of writing can take its place without touching what is said.
template <class Stream>
class ws_connection final : public connection, public std::enable_shared_from_this<ws_connection<Stream>> {
 public:
  ws_connection(io_thread& thread, Stream stream, place where, protocol::encoding format)
      : connection(thread, std::move(where), format), ws_(std::move(stream)) {}

  /// Answers the upgrade. `subprotocol`: static storage, or empty.
  void accept(const boost::beast::http::request<boost::beast::http::string_body>& req, std::string_view subprotocol) {
    namespace websocket = boost::beast::websocket;
    // Frames beyond `frame_bytes` are closed with our own code, see connection::received.
    ws_.read_message_max(0);
    ws_.auto_fragment(false);
    ws_.binary(format() == protocol::encoding::msgpack);
    ws_.set_option(websocket::stream_base::decorator([subprotocol](websocket::response_type& res) {
      if (!subprotocol.empty()) {
        res.set(boost::beast::http::field::sec_websocket_protocol,
                boost::beast::string_view(subprotocol.data(), subprotocol.size()));
      }
    }));
    ws_.control_callback([this](websocket::frame_type kind, boost::beast::string_view) {
      control_frame(kind == websocket::frame_type::pong, kind == websocket::frame_type::close);
    });
    opening(this->shared_from_this());
    ws_.async_accept(req, [self = this->shared_from_this()](error_code ec) {
      if (ec) return self->gone();
      self->ws_.set_option(websocket::stream_base::decorator([](websocket::response_type&) {}));
      self->opened();
    });
  }

 private:
  void start_read() override {
    ws_.async_read_some(read_space(), [self = this->shared_from_this()](error_code ec, std::size_t bytes) {
      if (ec) return self->gone();
      self->received(bytes, self->ws_.is_message_done(), self->ws_.got_text());
    });
  }
  void start_write(std::span<const asio::const_buffer> buffers) override {
    ws_.async_write(view{buffers}, [self = this->shared_from_this()](error_code ec, std::size_t) {
      if (ec) return self->gone();
      self->written();
    });
  }
  void start_ping() override {
    ws_.async_ping({}, [self = this->shared_from_this()](error_code ec) {
      self->ping_left();
      if (ec) self->gone();
    });
  }
  void start_close(std::uint16_t code, std::string_view reason) override {
    boost::beast::websocket::close_reason why(static_cast<boost::beast::websocket::close_code>(code));
    why.reason.assign(reason.data(), std::min<std::size_t>(reason.size(), why.reason.max_size()));
    ws_.async_close(why, [self = this->shared_from_this()](error_code) { self->gone(); });
  }
  void shut() override {
    error_code ignored;
    socket_of(ws_.next_layer()).close(ignored);
  }

  [[nodiscard]] std::uint64_t bytes_acknowledged() override {
    return net::bytes_acknowledged(socket_of(ws_.next_layer()).native_handle());
  }

  /// A buffer sequence that is as cheap to copy as a pointer: Beast copies it at every step.
  struct view {
    std::span<const asio::const_buffer> buffers;
    using value_type = asio::const_buffer;
    using const_iterator = const asio::const_buffer*;
    [[nodiscard]] const_iterator begin() const noexcept { return buffers.data(); }
    [[nodiscard]] const_iterator end() const noexcept { return buffers.data() + buffers.size(); }
  };

  boost::beast::websocket::stream<Stream, false> ws_;
};

}  // namespace lightstick::gateway::net
