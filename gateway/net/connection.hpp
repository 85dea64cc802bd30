#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/net/io_thread.hpp"
#include "gateway/net/outbound_queue.hpp"
#include "gateway/net/session_port.hpp"

namespace lightstick::gateway::net {

/// A client's WebSocket from the end of the handshake on: what is said, in which order, and when it ends. What moves
/// the bytes is below it, in the class that derives from it (ws_connection.hpp); this one knows no stream.
///
/// Thread: its I/O thread. Owns itself from the handshake until `gone`.
/// States: opening -> unauthenticated -> open -> closing -> gone; any may skip to gone.
/// Invariants: (1) at most one read and one write under way; (2) frames leave in the order they were queued; (3) once
/// gone, it holds no subscription, its session was told, and its port is dead.
/// Bounds: `outbound_bytes_max` waiting (then 4101), `unanswered_max` requests with the session and as many pages as fit
/// half of `outbound_bytes_max` (then its socket is not read), `frame_bytes` a message (then 4007), the session's request
/// rate of refused frames and pings (then 4108).
class connection : public subscriber, public tracked, public port_owner {
 public:
  connection(io_thread& thread, place where, protocol::encoding format);
  ~connection() override;

  // subscriber
  [[nodiscard]] protocol::encoding format() const noexcept override { return format_; }
  void push(const protocol::shared_bytes& frame) override { send(frame); }
  void flush() override;
  void fell_behind(behind why) override;
  void roll_call(const room_id& room) override;
  [[nodiscard]] bool lags() const noexcept override;
  // tracked
  void sweep(steady_time now) override;
  void drain(steady_time until) override;
  void abort() override;
  [[nodiscard]] std::optional<connection_row> describe(steady_time now) const override;
  // port_owner
  void drain_port() override;

 protected:
  static constexpr std::uint32_t unanswered_max = 64;

  // ---- told by the stream ----
  /// The handshake begins; from now on until `gone` the connection keeps itself alive, under way or not.
  void opening(std::shared_ptr<void> self) { alive_ = std::move(self); }
  void opened();
  /// A part of a message is in `read_space`; `done`: it was the last.
  void received(std::size_t bytes, bool done, bool text);
  void written();
  void ping_left() { ping_leaving_ = false; }
  void control_frame(bool is_pong, bool is_close);
  /// The connection is over, by whatever reason.
  void gone();

  /// Where the next read goes; valid until `received`.
  [[nodiscard]] boost::asio::mutable_buffer read_space();
  [[nodiscard]] bool is_gone() const noexcept { return state_ == state::gone; }

  // ---- asked of the stream; completions come later, never from inside ----
  virtual void start_read() = 0;
  virtual void start_write(std::span<const boost::asio::const_buffer> buffers) = 0;
  virtual void start_ping() = 0;
  virtual void start_close(std::uint16_t code, std::string_view reason) = 0;
  virtual void shut() = 0;  ///< closes the socket
  /// Bytes that the peer has acknowledged since the connection began.
  [[nodiscard]] virtual std::uint64_t bytes_acknowledged() = 0;

 private:
  enum class state : std::uint8_t { opening, unauthenticated, open, closing, gone };
  struct member;  // who is connected
  struct frame_visitor;

  void on_message(std::string_view bytes, bool text);
  /// Frames that wait for answers to earlier ones go on, in order; then the socket is read again.
  void go_on();
  [[nodiscard]] bool may_go_on(const protocol::decoded& next) const;
  [[nodiscard]] bool listening() const noexcept { return state_ < state::closing && !close_queued_; }
  void on_frame(protocol::decoded d);
  void on_auth(protocol::auth a);
  void on_refresh(protocol::refresh r);
  void on_ping(const protocol::ping& p);
  template <class Request>
  void pass_on(Request request);
  void apply(port_event e);
  void settle(const port_event& e);
  void read_on();

  void send(const protocol::shared_bytes& frame);
  void send(std::string frame) { send(std::make_shared<const std::string>(std::move(frame))); }
  void refuse(std::optional<actors::session::request_id> id, actors::session::refusal r);
  /// Too many of these and the connection ends.
  void count_nuisance();
  void auth_failed(std::optional<actors::session::request_id> id, const error& why);
  /// After what is queued was written, or at once with what waits dropped.
  void close_after_flush(actors::session::close_code code, std::string_view reason);
  void close_now(actors::session::close_code code, std::string_view reason);
  void begin_closing(std::uint16_t code);
  void end_if_drained();
  [[nodiscard]] bool stuck(steady_time now);

  io_thread& thread_;
  core& core_;
  place place_;
  const protocol::encoding format_;
  state state_ = state::opening;
  bool reading_ = false;
  bool paused_ = false;  ///< not reading until the session has answered
  bool close_queued_ = false;  ///< the close frame follows the last queued frame
  bool draining_ = false;
  bool pinged_ = false;  ///< and nothing heard since
  bool ping_leaving_ = false;  ///< the ping is not written yet
  std::uint16_t close_code_ = 0;
  std::string close_reason_;
  steady_time opened_at_;
  steady_time heard_at_;
  steady_time ping_at_;
  steady_time write_at_;  ///< begin of the write under way, or its last progress
  std::uint64_t acknowledged_ = 0;  ///< at the last sweep
  steady_time deadline_;  ///< of the handshake, the auth, the drain, the close: whichever the state waits for
  std::unique_ptr<member> member_;
  std::uint32_t unanswered_ = 0;
  token_bucket nuisances_;
  std::uint64_t frames_in_ = 0;
  std::uint64_t frames_out_ = 0;
  std::vector<protocol::decoded> backlog_;  ///< of the last message, from `next_frame_` on: not looked at yet
  std::uint32_t next_frame_ = 0;
  outbound_queue queue_;
  protocol::joining around_;
  std::vector<boost::asio::const_buffer> buffers_;
  std::string message_;  ///< what came of a message longer than one part
  std::size_t filled_ = 0;  ///< of `message_`
  std::array<char, 512> part_;
  std::shared_ptr<void> alive_;
};

}  // namespace lightstick::gateway::net
