#include "gateway/net/connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/net/connection_member.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::gateway::net {

using actors::session::close_code;

namespace {

constexpr std::chrono::milliseconds close_limit{5'000};   // for the peer to answer our close

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
      reader_(core_.opts.frame.frame_bytes),
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

void connection::begin(std::shared_ptr<void> self) {
  alive_ = std::move(self);
  send(protocol::hello(format_, core_.opts.node, core_.opts.ping_after, core_.opts.frame));
  flush();
  read_on();
}

void connection::close_after_flush(close_code code, std::string_view reason) {
  if (!listening()) return;
  if (!queue_.push(ws::close_frame(static_cast<std::uint16_t>(code), reason))) return close_now(code, reason);
  close_queued_ = true;
  close_code_ = static_cast<std::uint16_t>(code);
  LS_LOG(gateway, debug, "closing client", {"code", close_code_}, {"reason", reason},
         {"addr", place_.client.to_string()});
  const auto limit = core_.clock.now() + close_limit;
  deadline_ = draining_ ? std::max(deadline_, limit) : limit;
  flush();
}

void connection::close_now(close_code code, std::string_view reason) {
  if (state_ >= state::closing) return;
  close_queued_ = true;
  close_code_ = static_cast<std::uint16_t>(code);
  LS_LOG(gateway, debug, "closing client", {"code", close_code_}, {"reason", reason},
         {"addr", place_.client.to_string()});
  queue_.drop_waiting();
  (void)queue_.push(ws::close_frame(close_code_, reason));
  begin_closing();
  flush();
}

void connection::begin_closing() {
  state_ = state::closing;
  deadline_ = core_.clock.now() + close_limit;
}

/// The peer ends it: it is answered with its own code (RFC 6455, 5.5.1), or with ours when it broke the rules.
void connection::on_close(std::uint16_t code) {
  close_heard_ = true;
  if (!close_queued_) {
    close_queued_ = true;
    queue_.drop_waiting();
    (void)queue_.push(ws::close_frame(code, {}));
  }
  if (state_ < state::closing) begin_closing();
}

void connection::finish_if_closed() {
  if (state_ != state::closing || !close_heard_ || !queue_.empty() || finishing_) return;
  finishing_ = true;
  finish();
}

void connection::break_off() {
  writing_ = true;
  thread_.post([this, self = alive_] { gone(); });
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

void connection::revoked(const actors::revocations::revocation& what) {
  if (!member_ || !auth::concerns(what, member_->token)) return;
  core_.counts.revoked_clients.add();
  close_now(close_code::unauthenticated, "the token was revoked");
}

void connection::drain(steady_time until) {
  draining_ = true;
  if (state_ >= state::closing) return;
  send(protocol::move(format_, {std::chrono::milliseconds{0}, std::chrono::milliseconds{2'000}, ""}));
  deadline_ = close_queued_ ? std::min(deadline_, until) : until;
  go_on();
  flush();
  end_if_drained();
}

/// Answers that are due go out before the end.
void connection::end_if_drained() {
  if (draining_ && unanswered_ == 0 && state_ < state::closing) {
    close_after_flush(close_code::drain, "the node drains");
  }
}

void connection::sweep(steady_time now) {
  const auto& o = core_.opts;
  const bool late = now >= deadline_;
  switch (state_) {
    case state::gone: return;
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
  if (writing_ && stuck(now)) {
    core_.counts.write_timeouts.add();
    return close_now(close_code::too_slow, "write timed out");
  }
  if (paused_) return;  // not listening: silence says nothing
  if (pinged_ && now - ping_at_ >= o.pong_within) return close_now(close_code::no_pong, "no pong");
  if (!pinged_ && now - heard_at_ >= o.ping_after) {
    pinged_ = true;
    ping_at_ = now;
    send_control(ws::opcode::ping, {});
    flush();
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
    row.user = member_->token.user.str();
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

void connection::read_on() {
  if (reading_ || close_heard_ || state_ == state::gone) return;
  if (state_ < state::closing && (!may_take() || !unread_.empty())) {
    if (!std::exchange(paused_, true)) core_.counts.reads_paused.add();
    return;
  }
  if (std::exchange(paused_, false)) heard_at_ = core_.clock.now();
  reading_ = true;
  start_read();
}

void connection::received(std::span<char> bytes) {
  reading_ = false;
  if (state_ == state::gone) return;
  heard_at_ = core_.clock.now();
  pinged_ = false;
  core_.counts.bytes_in.add(bytes.size());
  go_on(bytes);
  flush();
  if (paused_) go_on();  // what waited for the queue to empty
  flush();
}

void connection::go_on(std::span<char> fresh) {
  auto kept = std::exchange(unread_, {});
  if (!kept.empty()) kept.append(fresh.begin(), fresh.end());
  auto bytes = kept.empty() ? fresh : std::span<char>(kept);
  while (state_ != state::gone) {
    handle_frames();
    if (state_ < state::closing && !may_take()) break;
    const auto arrived = reader_.next(bytes);
    if (!arrived) break;
    on_arrival(*arrived);
  }
  if (!bytes.empty()) unread_.assign(bytes.begin(), bytes.end());
  read_on();
}

void connection::on_arrival(const ws::arrival& a) {
  using what = ws::arrival::what;
  switch (a.kind) {
    case what::message:
      if (listening()) on_message(a.payload, a.text);
      return;
    case what::ping:
      if (listening()) send_control(ws::opcode::pong, a.payload);
      return count_nuisance();
    case what::pong: return;
    case what::close: return on_close(a.code);
    case what::too_long:
      close_now(close_code::bad_frame, "message too long");
      close_heard_ = true;
      return;
    case what::broken:
      LS_LOG(gateway, debug, "not a websocket frame", {"addr", place_.client.to_string()}, {"why", a.payload});
      return on_close(a.code);
  }
}

// ---- writing ----

void connection::send(const ws::prepared& frame) {
  if (!listening()) return;
  if (queue_.push(frame)) {
    ++frames_out_;
    core_.counts.frames_out.add();
    return;
  }
  core_.counts.outbound_overflow.add();
  close_now(close_code::too_slow, "too much waits for this socket");
}

void connection::send_control(ws::opcode kind, std::string_view payload) {
  if (queue_.push_next({kind, payload})) return;
  core_.counts.outbound_overflow.add();
  close_now(close_code::too_slow, "too much waits for this socket");
}

void connection::flush() {
  if (writing_ || state_ == state::gone) return;
  std::array<iovec, parts_max> parts;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled as far as it is used
  while (!queue_.empty()) {
    const auto count = queue_.gather(parts);
    std::size_t wanted = 0;
    for (std::size_t i = 0; i < count; ++i) wanted += parts[i].iov_len;
    const auto done = write_some({parts.data(), count});
    if (!done) return break_off();
    took(*done);
    if (*done == wanted) continue;
    writing_ = true;
    write_at_ = core_.clock.now();
    return took(start_write({parts.data(), queue_.gather(parts)}));
  }
  if (close_queued_ && state_ < state::closing) begin_closing();
  finish_if_closed();
}

/// They leave the queue at once: what is dropped or put first while a copy of them is written must not touch them.
void connection::took(std::size_t bytes) {
  if (bytes == 0) return;
  core_.counts.bytes_out.add(bytes);
  core_.counts.writes.add();
  queue_.consume(bytes);
}

void connection::wrote() {
  if (state_ == state::gone) return;
  writing_ = false;
  flush();
  if (paused_) go_on();
  flush();
  end_if_drained();
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
