#pragma once

#include <sys/uio.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/net/io_thread.hpp"
#include "gateway/net/outbound_queue.hpp"
#include "gateway/net/session_port.hpp"
#include "gateway/ws/reader.hpp"

namespace lightstick::gateway::net {

/// A client's WebSocket from the end of the handshake on: what is said, in which order, and when it ends. What moves
/// the bytes is below it, in the class that derives from it (ws_connection.hpp); this one knows no stream.
///
/// Thread: its I/O thread. Owns itself from `begin` until `gone`.
/// States: unauthenticated -> open -> closing -> gone; any may skip to gone.
/// Invariants: (1) at most one read and one write under way; (2) frames leave in the order they were queued, pings and
/// pongs before them; (3) once gone, it holds no subscription, its session was told, and its port is dead.
/// A frame that the socket takes at once leaves from inside `flush`, without a copy or a wait.
/// Bounds: `outbound_bytes_max` waiting (then 4101), `unanswered_max` requests with the session and as many pages as fit
/// half of `outbound_bytes_max` (then its socket is not read), `frame_bytes` a message (then 4007), the session's request
/// rate of refused frames and pings (then 4108).
class connection : public subscriber, public tracked, public port_owner {
 public:
  connection(io_thread& thread, place where, protocol::encoding format);
  ~connection() override;

  // subscriber
  [[nodiscard]] protocol::encoding format() const noexcept override { return format_; }
  void push(const ws::prepared& frame) override { send(frame); }
  void flush() override;
  void fell_behind(behind why) override;
  void roll_call(const room_id& room) override;
  [[nodiscard]] bool lags() const noexcept override;
  // tracked
  void sweep(steady_time now) override;
  void drain(steady_time until) override;
  void abort() override;
  void revoked(const actors::revocations::revocation& what) override;
  [[nodiscard]] std::optional<connection_row> describe(steady_time now) const override;
  // port_owner
  void drain_port() override;

 protected:
  static constexpr std::uint32_t unanswered_max = 64;
  static constexpr std::size_t parts_max = 64;  ///< frames of one write

  // ---- told by the stream ----
  /// The handshake is done; from now on until `gone` the connection keeps itself alive, under way or not.
  void begin(std::shared_ptr<void> self);
  /// What came; unmasked in place.
  void received(std::span<char> bytes);
  /// A `start_write` has ended.
  void wrote();
  /// The connection is over, by whatever reason.
  void gone();

  [[nodiscard]] io_thread& home() noexcept { return thread_; }
  [[nodiscard]] bool is_gone() const noexcept { return state_ == state::gone; }

  // ---- asked of the stream; completions come later, never from inside ----
  virtual void start_read() = 0;
  /// Writes what can be written without waiting, maybe nothing; none: the connection is broken.
  [[nodiscard]] virtual std::optional<std::size_t> write_some(std::span<const iovec> parts) = 0;
  /// Waits until more can be written, or writes a copy of what comes first; returns how many bytes it has taken so.
  /// REQUIRES: `parts` is not empty.
  [[nodiscard]] virtual std::size_t start_write(std::span<const iovec> parts) = 0;
  /// Nothing more will be written, and what still comes is of no interest: ends in order, then `gone`.
  virtual void finish() = 0;
  virtual void shut() = 0;  ///< closes the socket
  /// Bytes that the peer has acknowledged since the connection began.
  [[nodiscard]] virtual std::uint64_t bytes_acknowledged() = 0;

 private:
  enum class state : std::uint8_t { unauthenticated, open, closing, gone };
  struct member;  // who is connected
  struct frame_visitor;

  void on_arrival(const ws::arrival& a);
  void on_message(std::string_view bytes, bool text);
  void on_close(std::uint16_t code);
  /// Frames that wait for answers to earlier ones go on, in order, then what came behind them; then the socket is read
  /// again.
  void go_on(std::span<char> fresh = {});
  void handle_frames();
  /// Another message may be looked at.
  [[nodiscard]] bool may_take() const noexcept { return backlog_.empty() && unanswered_ < unanswered_max; }
  [[nodiscard]] bool may_go_on(const protocol::decoded& next) const;
  [[nodiscard]] bool listening() const noexcept { return state_ < state::closing && !close_queued_; }
  void on_frame(protocol::decoded d);
  void on_auth(protocol::auth a);
  void on_refresh(protocol::refresh r);
  void on_ping(const protocol::ping& p);
  void on_publish(actors::session::publish p);
  void on_react(actors::session::react r);
  template <class Request>
  void pass_on(Request request);
  void apply(port_event e);
  void settle(const port_event& e);
  void read_on();

  void send(const ws::prepared& frame);
  void send(const std::string& frame) { send(ws::prepared(kind_of(format_), frame)); }
  void send_control(ws::opcode kind, std::string_view payload);
  void refuse(std::optional<actors::session::request_id> id, actors::session::refusal r);
  /// Too many of these and the connection ends.
  void count_nuisance();
  void auth_failed(std::optional<actors::session::request_id> id, const error& why);
  /// After what is queued was written, or at once with what waits dropped.
  void close_after_flush(actors::session::close_code code, std::string_view reason);
  void close_now(actors::session::close_code code, std::string_view reason);
  void begin_closing();
  void finish_if_closed();
  void took(std::size_t bytes);
  /// The stream is broken: gone with the thread's next turn.
  void break_off();
  void end_if_drained();
  [[nodiscard]] bool stuck(steady_time now);

  io_thread& thread_;
  core& core_;
  place place_;
  const protocol::encoding format_;
  state state_ = state::unauthenticated;
  bool reading_ = false;
  bool paused_ = false;  ///< not reading until the session has answered
  bool writing_ = false;  ///< `start_write` is under way
  bool close_queued_ = false;  ///< our close frame is the last queued frame, or written
  bool close_heard_ = false;  ///< nothing that the peer says counts any more
  bool finishing_ = false;
  bool draining_ = false;
  bool pinged_ = false;  ///< and nothing heard since
  std::uint16_t close_code_ = 0;
  steady_time opened_at_;
  steady_time heard_at_;
  steady_time ping_at_;
  steady_time write_at_;  ///< begin of the write under way, or its last progress
  std::uint64_t acknowledged_ = 0;  ///< at the last sweep
  steady_time deadline_;  ///< of the auth, the drain, the close: whichever the state waits for
  std::unique_ptr<member> member_;
  std::uint32_t unanswered_ = 0;
  token_bucket nuisances_;
  std::uint64_t frames_in_ = 0;
  std::uint64_t frames_out_ = 0;
  std::vector<protocol::decoded> backlog_;  ///< of the last message, from `next_frame_` on: not looked at yet
  std::uint32_t next_frame_ = 0;
  ws::reader reader_;
  std::string unread_;  ///< came behind the message that `backlog_` is of
  outbound_queue queue_;
  std::shared_ptr<void> alive_;
};

}  // namespace lightstick::gateway::net
