#include "lightstick/gateway/net/connection.hpp"

#include <algorithm>

#include "lightstick/actors/session/session_actor.hpp"
#include "lightstick/runtime/base/log.hpp"
#include "lightstick/runtime/base/random.hpp"

namespace lightstick::gateway::net {

namespace session = actors::session;
using session::close_code;

namespace {

constexpr std::chrono::milliseconds close_limit{5'000};   // for the peer to answer our close
constexpr std::chrono::milliseconds busy_retry{1'000};
constexpr std::size_t message_step_bytes = 16 * 1024;
constexpr std::size_t kept_buffers = 4;

std::optional<std::chrono::milliseconds> retry_of(const error& e) {
  if (e.is(condition::overloaded) || e.is(condition::retryable)) return busy_retry;
  return std::nullopt;
}

session::identity identity_of(auth::claims c, device_id device) {
  return {std::move(c.user), std::move(device), std::move(c.name), c.as, std::move(c.rooms), c.expires_ms};
}

}  // namespace

/// Who is connected, and what is under way for it.
struct connection::member {
  user_id user;
  device_id device;
  actor_id session;
  std::shared_ptr<session_port> port;
  struct join {
    session::request_id id;
    room_id room;
    bool of_auth;
  };
  std::vector<join> joins;
};

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
  deadline_ = core_.clock.now() + close_limit;
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
  deadline_ = until;
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
      if (late && close_queued_) return abort();
      if (late) return close_now(close_code::unauthenticated, "no auth in time");
      break;
    case state::open:
      if (late && close_queued_) return abort();
      if (late && draining_) return close_now(close_code::drain, "the node drains");
      break;
  }
  if (queue_.writing() && now - write_at_ >= o.write_timeout) return close_now(close_code::too_slow, "write timed out");
  if (paused_) return;  // not listening: silence says nothing
  if (pinged_ && now - ping_at_ >= o.pong_within) return close_now(close_code::no_pong, "no pong");
  if (!pinged_ && !ping_leaving_ && now - heard_at_ >= o.ping_after) {
    pinged_ = true;
    ping_leaving_ = true;
    ping_at_ = now;
    start_ping();
  }
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
  if (unanswered_ >= unanswered_max) {
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
  if (state_ == state::closing) {
    reading_ = true;
    return start_read();
  }
  flush();
  read_on();
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
  flush();
  if (!queue_.writing()) end_if_drained();
}

void connection::fell_behind(behind why) {
  switch (why) {
    case behind::held_overflow: core_.counts.held_overflow.add(); break;
    case behind::offset_gap: core_.counts.offset_gaps.add(); break;
    case behind::relay_overflow: break;  // counted once for the thread
  }
  close_now(close_code::too_slow,
            why == behind::offset_gap ? "messages were missed" : "too much waits for this client");
}

void connection::roll_call(const room_id& room) {
  if (state_ == state::open) (void)core_.sys->tell(member_->session, runtime::make_message(session::roll_call{room}));
}

// ---- what the client says ----

void connection::on_message(std::string_view bytes, bool text) {
  if (text != (format_ == protocol::encoding::json)) {
    return close_after_flush(close_code::bad_frame, text ? "text in a binary protocol" : "binary in a text protocol");
  }
  auto frames = protocol::decode(format_, bytes, core_.opts.frame);
  if (!frames) {
    LS_LOG(gateway, debug, "not a frame", {"addr", place_.client.to_string()}, {"why", frames.error().detail});
    return close_after_flush(close_code::bad_frame, "not a frame");
  }
  frames_in_ += frames->size();
  core_.counts.frames_in.add(frames->size());
  for (auto& frame : *frames) {
    if (state_ >= state::closing || close_queued_) return;
    on_frame(std::move(frame));
  }
}

struct connection::frame_visitor {
  connection& c;
  void operator()(protocol::auth& a) { c.on_auth(std::move(a)); }
  void operator()(protocol::refresh& r) { c.on_refresh(std::move(r)); }
  void operator()(protocol::ping& p) { c.on_ping(p); }
  template <class Request>
  void operator()(Request& request) {
    c.pass_on(std::move(request));
  }
};

void connection::on_frame(protocol::decoded d) {
  if (!d.frame) {
    refuse(d.id, {std::move(d.frame.error()), std::nullopt});
    if (state_ == state::unauthenticated) return close_after_flush(close_code::unauthenticated, "auth comes first");
    return count_nuisance();
  }
  if (state_ == state::unauthenticated && !std::holds_alternative<protocol::auth>(*d.frame)) {
    return auth_failed(d.id, {make_error_code(actors::errc::unauthenticated), "auth comes first"});
  }
  if (draining_) return refuse(d.id, {{make_error_code(errc::stopping), "the node drains"}, busy_retry});
  std::visit(frame_visitor{*this}, *d.frame);
}

void connection::on_auth(protocol::auth a) {
  if (state_ == state::open) {
    count_nuisance();
    return refuse(a.id, {{make_error_code(actors::errc::bad_request), "already authenticated"}, std::nullopt});
  }
  auto claims = core_.tokens->verify(a.token, core_.clock.wall());
  if (!claims) return auth_failed(a.id, claims.error());

  member_ = std::make_unique<member>();
  member_->user = claims->user;
  member_->device = a.device;
  member_->session = {session::kind, "s-" + random_hex(secure_random(), 16)};
  member_->port = std::make_shared<session_port>(format_, thread_.context(), *this);
  for (const auto& entry : a.resume) {
    thread_.subscriptions().joining(*this, entry.room);
    member_->joins.push_back({a.id, entry.room, true});
  }
  auto begun = session::start(*core_.sys, session_id{member_->session.key}, identity_of(std::move(*claims), a.device),
                              member_->port, core_.opts.session);
  if (begun) {
    begun = core_.sys->tell(member_->session, runtime::make_message(session::begin{a.id, std::move(a.resume)}));
  }
  if (!begun) {
    core_.counts.refused_because(refused_for::session).add();
    LS_LOG(gateway, warn, "no session", {"why", begun.error()});
    refuse(a.id, {begun.error(), retry_of(begun.error())});
    return close_after_flush(close_code::rate, "the node is busy");
  }
  state_ = state::open;
  deadline_ = steady_time::max();
  ++unanswered_;
}

void connection::auth_failed(std::optional<session::request_id> id, const error& why) {
  core_.counts.auth_failures.add();
  LS_LOG(gateway, info, "auth failed", {"addr", place_.client.to_string()}, {"why", why.detail});
  const bool expired = why.code == make_error_code(actors::errc::token_expired);
  refuse(id, {{why.code, expired ? "token expired" : "unauthenticated"}, std::nullopt});
  close_after_flush(expired ? close_code::token_expired : close_code::unauthenticated,
                    expired ? "token expired" : "unauthenticated");
}

void connection::on_refresh(protocol::refresh r) {
  auto claims = core_.tokens->verify(r.token, core_.clock.wall());
  if (!claims) {
    core_.counts.auth_failures.add();
    count_nuisance();
    return refuse(r.id, {{claims.error().code, "the token was refused"}, std::nullopt});
  }
  if (claims->user != member_->user) {
    count_nuisance();
    return refuse(r.id, {{make_error_code(actors::errc::forbidden), "the token is another user's"}, std::nullopt});
  }
  pass_on(session::refresh{r.id, identity_of(std::move(*claims), member_->device)});
}

void connection::on_ping(const protocol::ping& p) {
  send(protocol::pong(format_, p.id, core_.clock.wall()));
  count_nuisance();
}

template <class Request>
void connection::pass_on(Request request) {
  constexpr bool joins = std::is_same_v<Request, session::join>;
  const auto id = request.id;
  room_id room;
  if constexpr (joins) {
    // Before the session hears of it: from now on nothing that the room says is missed.
    room = request.room;
    thread_.subscriptions().joining(*this, room);
  }
  auto told = core_.sys->tell(member_->session, runtime::make_message(std::move(request)));
  if (told) {
    if constexpr (joins) member_->joins.push_back({id, std::move(room), false});
    ++unanswered_;
    return;
  }
  if constexpr (joins) thread_.subscriptions().join_refused(*this, room);
  refuse(id, {{told.error().code, "the node is busy"}, retry_of(told.error())});
}

void connection::refuse(std::optional<session::request_id> id, session::refusal r) {
  core_.counts.refusals.add();
  send(protocol::refusal(format_, id, r));
}

void connection::count_nuisance() {
  if (nuisances_.take(core_.clock.now()).count() > 0)
    close_after_flush(close_code::rate, "too many pings or bad requests");
}

// ---- what the session says ----

void connection::drain_port() {
  if (!member_) return;
  const auto port = member_->port;
  for (auto& event : port->take()) {
    if (state_ == state::gone) return;
    apply(std::move(event));
  }
  flush();
  end_if_drained();
  read_on();
}

void connection::apply(port_event e) {
  if (e.close) {
    if (*e.close == close_code::too_slow) return close_now(*e.close, e.reason);
    return close_after_flush(*e.close, e.reason);
  }
  send(e.frame);
  if (e.settles) settle(e);
}

void connection::settle(const port_event& e) {
  auto& hub = thread_.subscriptions();
  auto& joins = member_->joins;
  if (unanswered_ > 0) --unanswered_;
  for (const auto& effect : e.joins) {
    const auto it = std::find_if(joins.begin(), joins.end(),
                                 [&](const member::join& j) { return j.id == *e.settles && j.room == effect.room; });
    if (it != joins.end()) joins.erase(it);
    if (effect.joined) {
      hub.joined(*this, effect.room, effect.joined->at, effect.joined->status);
    } else {
      hub.join_failed(*this, effect.room);
    }
  }
  if (e.left) hub.left(*this, *e.left);
  // What the answer did not carry out: a refused join, rooms of an `auth` that were left out.
  for (auto it = joins.begin(); it != joins.end();) {
    const bool settled = it->id == *e.settles && (it->of_auth || e.refused);
    if (!settled) {
      ++it;
      continue;
    }
    const bool whole_auth = it->of_auth;
    hub.join_refused(*this, it->room);
    it = joins.erase(it);
    if (!whole_auth) break;  // one answer refuses one request, should ids repeat
  }
}

}  // namespace lightstick::gateway::net
