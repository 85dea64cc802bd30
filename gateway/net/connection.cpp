#include "gateway/net/connection.hpp"

#include <algorithm>
#include <utility>

#include "gateway/net/connection_member.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::gateway::net {

using actors::session::close_code;

namespace {

constexpr std::chrono::milliseconds close_limit{5'000};   // for the peer to answer our close
constexpr std::size_t message_step_bytes = 16 * 1024;
constexpr std::size_t kept_buffers = 4;

}  // namespace

connection::connection(io_thread& thread, place where, protocol::encoding format)
    : thread_(thread),
      core_(thread.shared()),
      place_(std::move(where)),
      format_(format),
      opened_at_(core_.clock.now()),
      heard_at_(opened_at_),
      deadline_(opened_at_ + core_.opts.handshake_timeout),
      nuisances_(core_.opts.session.request_rate, opened_at_),
      queue_(core_.opts.outbound_bytes_max) {
  core_.counts.clients_open.add(1);
  thread_.track(*this);
}

connection::~connection() {
  thread_.subscriptions().leave_all(*this);
  if (member_) member_->port->detach();
  core_.counts.clients_open.add(-1);
}

// ---- opening and ending ----

void connection::opened() {
  if (state_ != state::opening) return;
  state_ = state::unauthenticated;
  deadline_ = core_.clock.now() + core_.opts.handshake_timeout;
  send(protocol::hello(format_, core_.opts.node, core_.opts.ping_after, core_.opts.frame));
  flush();
  if (draining_) return drain(deadline_);
  read_on();
}

void connection::close_after_flush(close_code code, std::string_view reason) {
  if (state_ >= state::closing || close_queued_) return;
  close_queued_ = true;
  close_code_ = static_cast<std::uint16_t>(code);
  close_reason_ = reason;
  const auto limit = core_.clock.now() + close_limit;
  deadline_ = draining_ ? std::max(deadline_, limit) : limit;
  flush();
}

void connection::close_now(close_code code, std::string_view reason) {
  if (state_ >= state::closing) return;
  if (state_ == state::opening) return abort();
  queue_.drop_waiting();
  close_reason_ = reason;
  begin_closing(static_cast<std::uint16_t>(code));
}

void connection::begin_closing(std::uint16_t code) {
  state_ = state::closing;
  close_code_ = code;
  deadline_ = core_.clock.now() + close_limit;
  LS_LOG(gateway, debug, "closing client", {"code", code}, {"reason", close_reason_},
         {"addr", place_.client.to_string()});
  start_close(code, close_reason_);
}

void connection::gone() {
  if (state_ == state::gone) return;
  state_ = state::gone;
  core_.counts.closes(close_code_).add();
  thread_.subscriptions().leave_all(*this);
  if (member_) {
    member_->port->detach();
    thread_.say_goodbye(std::move(member_->session));
    member_.reset();
  }
  queue_.drop_waiting();
  shut();
  // Whoever called this may still look at us: the last reference goes with the thread's next turn.
  thread_.post([last = std::move(alive_)] {});
}

void connection::abort() { gone(); }

void connection::drain(steady_time until) {
  draining_ = true;
  if (state_ != state::unauthenticated && state_ != state::open) return;
  send(protocol::move(format_, {std::chrono::milliseconds{0}, std::chrono::milliseconds{2'000}, ""}));
  deadline_ = close_queued_ ? std::min(deadline_, until) : until;
  go_on();
  flush();
  end_if_drained();
}

/// Answers that are due go out before the end.
void connection::end_if_drained() {
  if (draining_ && unanswered_ == 0 && (state_ == state::open || state_ == state::unauthenticated)) {
    close_after_flush(close_code::drain, "the node drains");
  }
}

void connection::sweep(steady_time now) {
  const auto& o = core_.opts;
  const bool late = now >= deadline_;
  switch (state_) {
    case state::gone: return;
    case state::opening:
    case state::closing:
      if (late) abort();
      return;
    case state::unauthenticated:
    case state::open:
      if (late && close_queued_ && !draining_) return abort();
      if (late && draining_) return close_now(close_code::drain, "the node drains");
      if (late && state_ == state::unauthenticated) return close_now(close_code::unauthenticated, "no auth in time");
      break;
  }
  if (queue_.writing() && stuck(now)) {
    core_.counts.write_timeouts.add();
    return close_now(close_code::too_slow, "write timed out");
  }
  if (paused_) return;  // not listening: silence says nothing
  if (pinged_ && now - ping_at_ >= o.pong_within) return close_now(close_code::no_pong, "no pong");
  if (!pinged_ && !ping_leaving_ && now - heard_at_ >= o.ping_after) {
    pinged_ = true;
    ping_leaving_ = true;
    ping_at_ = now;
    start_ping();
  }
}

/// Progress is what the peer has acknowledged: a write of a large frame may well take longer than the limit.
bool connection::stuck(steady_time now) {
  const auto acknowledged = bytes_acknowledged();
  if (std::exchange(acknowledged_, acknowledged) != acknowledged) write_at_ = now;
  return now - write_at_ >= core_.opts.write_timeout;
}

std::optional<connection_row> connection::describe(steady_time now) const {
  if (state_ == state::gone) return std::nullopt;
  connection_row row;
  if (member_) {
    row.session = member_->session.key;
    row.user = member_->user.str();
    row.device = member_->device.str();
  }
  row.address = place_.client.to_string();
  row.encoding = format_ == protocol::encoding::json ? "json" : "msgpack";
  row.age = std::chrono::duration_cast<std::chrono::milliseconds>(now - opened_at_);
  row.idle = std::chrono::duration_cast<std::chrono::milliseconds>(now - heard_at_);
  row.queued_bytes = queue_.bytes();
  row.frames_in = frames_in_;
  row.frames_out = frames_out_;
  row.rooms = rooms();
  row.unanswered = unanswered_;
  return row;
}

// ---- reading ----

boost::asio::mutable_buffer connection::read_space() {
  if (filled_ == 0) return boost::asio::buffer(part_);
  message_.resize(filled_ + message_step_bytes);
  return boost::asio::buffer(message_.data() + filled_, message_step_bytes);
}

void connection::read_on() {
  if (reading_ || state_ >= state::closing) return;
  if (unanswered_ >= unanswered_max || !backlog_.empty()) {
    if (!std::exchange(paused_, true)) core_.counts.reads_paused.add();
    return;
  }
  if (std::exchange(paused_, false)) heard_at_ = core_.clock.now();
  reading_ = true;
  start_read();
}

void connection::received(std::size_t bytes, bool done, bool text) {
  reading_ = false;
  if (state_ == state::gone) return;
  heard_at_ = core_.clock.now();
  pinged_ = false;
  core_.counts.bytes_in.add(bytes);
  if (state_ == state::closing) {
    // Beast still has to see the peer's close frame; what comes before it is thrown away.
    filled_ = 0;
    message_ = {};
    reading_ = true;
    return start_read();
  }
  const bool in_parts = filled_ > 0;
  if (!in_parts && !done) message_.assign(part_.data(), bytes);
  if (in_parts || !done) filled_ += bytes;
  if (filled_ > core_.opts.frame.frame_bytes) {
    close_now(close_code::bad_frame, "message too long");
  } else if (done) {
    const auto whole = std::exchange(message_, {});
    on_message(in_parts ? std::string_view(whole).substr(0, filled_) : std::string_view(part_.data(), bytes), text);
    filled_ = 0;
  }
  go_on();
  if (state_ == state::closing) {
    reading_ = true;
    return start_read();
  }
  flush();
}

void connection::control_frame(bool is_pong, bool is_close) {
  if (state_ == state::gone) return;
  heard_at_ = core_.clock.now();
  pinged_ = false;
  if (is_close && state_ < state::closing) {
    // Beast answers the close and waits for the end of the stream; not for ever.
    state_ = state::closing;
    deadline_ = heard_at_ + close_limit;
    return;
  }
  if (!is_pong && !is_close) count_nuisance();
}

// ---- writing ----

void connection::send(const protocol::shared_bytes& frame) {
  if (state_ >= state::closing || close_queued_) return;
  if (queue_.push(frame)) return;
  core_.counts.outbound_overflow.add();
  close_now(close_code::too_slow, "too much waits for this socket");
}

void connection::flush() {
  if (state_ == state::opening || state_ >= state::closing || queue_.writing()) return;
  if (queue_.empty()) {
    if (close_queued_) begin_closing(close_code_);
    return;
  }
  const auto frames = queue_.take();
  std::size_t bytes = 0;
  buffers_.clear();
  if (frames.size() == 1) {
    buffers_.push_back(boost::asio::buffer(*frames.front()));
    bytes = frames.front()->size();
  } else {
    around_ = protocol::join_frames(format_, frames.size());
    buffers_.push_back(boost::asio::buffer(around_.prefix));
    for (const auto& frame : frames) {
      if (bytes > 0 && !around_.separator.empty()) buffers_.push_back(boost::asio::buffer(around_.separator));
      buffers_.push_back(boost::asio::buffer(*frame));
      bytes += frame->size();
    }
    if (!around_.suffix.empty()) buffers_.push_back(boost::asio::buffer(around_.suffix));
  }
  frames_out_ += frames.size();
  core_.counts.frames_out.add(frames.size());
  core_.counts.bytes_out.add(bytes);
  core_.counts.writes.add();
  write_at_ = core_.clock.now();
  start_write(buffers_);
}

void connection::written() {
  if (state_ == state::gone) return;
  queue_.written();
  if (buffers_.capacity() > kept_buffers) buffers_ = {};
  if (paused_) go_on();
  flush();
  if (!queue_.writing()) end_if_drained();
}

bool connection::lags() const noexcept { return listening() && queue_.bytes() > core_.opts.outbound_bytes_max / 2; }

void connection::fell_behind(behind why) {
  if (state_ >= state::closing) return;
  switch (why) {
    case behind::held_overflow: core_.counts.held_overflow.add(); break;
    case behind::offset_gap: core_.counts.offset_gaps.add(); break;
    case behind::relay_overflow: break;  // counted once for the thread
  }
  close_now(close_code::too_slow,
            why == behind::offset_gap ? "messages were missed" : "too much waits for this client");
}

}  // namespace lightstick::gateway::net
