// What the client says, and what the session says to it.
#include <algorithm>

#include "gateway/net/connection_member.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/random.hpp"

namespace lightstick::gateway::net {

namespace session = actors::session;
using session::close_code;

namespace {

constexpr std::chrono::milliseconds busy_retry{1'000};
/// No secret. Short enough for a std::string without memory of its own: a session's name is kept in six places.
constexpr std::size_t session_name_bytes = 6;

std::optional<std::chrono::milliseconds> retry_of(const error& e) {
  const auto hint = session::retry_of(e);
  return !hint && e.is_transient() ? busy_retry : hint;
}

session::identity identity_of(auth::claims c, device_id device) {
  return {std::move(c.user), std::move(device), std::move(c.name), c.as, std::move(c.rooms), c.expires_ms};
}

/// A service's token is for the HTTP API alone: what its scopes do not allow it may not do here.
result<auth::claims> fan_claims(const core& c, std::string_view token) {
  auto claims = c.tokens->verify(token, c.clock.wall());
  if (claims && !claims->scopes.empty())
    return fail(actors::errc::unauthenticated, "token: it has a scope, and is a service's");
  return claims;
}

/// Whether the answer may be as long as `answer_bytes_max`.
template <class Request>
constexpr bool gives_page = std::is_same_v<Request, session::join> || std::is_same_v<Request, session::history>;

}  // namespace

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
  backlog_ = std::move(*frames);
}

void connection::handle_frames() {
  while (next_frame_ < backlog_.size() && listening() && may_go_on(backlog_[next_frame_])) {
    on_frame(std::move(backlog_[next_frame_++]));
  }
  if (next_frame_ == backlog_.size() || !listening()) {
    backlog_ = std::vector<protocol::decoded>();
    next_frame_ = 0;
  }
}

bool connection::may_go_on(const protocol::decoded& next) const {
  if (draining_ || !next.frame) return true;
  if (unanswered_ >= unanswered_max) return false;
  const bool page = std::visit([]<class Request>(const Request& /*r*/) { return gives_page<Request>; }, *next.frame);
  if (!page || !member_) return true;
  const auto pages = member_->pages.size();
  const auto bytes = queue_.bytes() + (pages + 1) * core_.opts.session.answer_bytes_max;
  if (pages == 0) return queue_.empty() || bytes <= core_.opts.outbound_bytes_max;
  return bytes <= core_.opts.outbound_bytes_max / 2;
}

struct connection::frame_visitor {
  connection& c;
  void operator()(protocol::auth& a) { c.on_auth(std::move(a)); }
  void operator()(protocol::refresh& r) { c.on_refresh(std::move(r)); }
  void operator()(protocol::ping& p) { c.on_ping(p); }
  void operator()(session::publish& p) { c.on_publish(std::move(p)); }
  void operator()(session::react& r) { c.on_react(std::move(r)); }
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
  auto claims = fan_claims(core_, a.token);
  if (!claims) return auth_failed(a.id, claims.error());

  member_ = std::make_unique<member>();
  member_->token = claims->named();
  member_->as = claims->as;
  member_->device = a.device;
  member_->session = {session::kind, "s-" + random_hex(secure_random(), session_name_bytes)};
  member_->port = std::make_shared<session_port>(format_, thread_.context(), *this, core_.counts);
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
  member_->pages.push_back(a.id);
  ++unanswered_;
}

void connection::auth_failed(std::optional<session::request_id> id, const error& why) {
  LS_LOG(gateway, info, "auth failed", {"addr", place_.client.to_string()}, {"why", why.detail});
  if (why.is_transient()) {
    refuse(id, {{why.code, "the token cannot be checked yet"}, retry_of(why)});
    return close_after_flush(close_code::rate, "the token cannot be checked yet");
  }
  core_.counts.auth_failures.add();
  const bool expired = why.code == make_error_code(actors::errc::token_expired);
  refuse(id, {{why.code, expired ? "token expired" : "unauthenticated"}, std::nullopt});
  close_after_flush(expired ? close_code::token_expired : close_code::unauthenticated,
                    expired ? "token expired" : "unauthenticated");
}

void connection::on_refresh(protocol::refresh r) {
  auto claims = fan_claims(core_, r.token);
  if (!claims) {
    const auto& why = claims.error();
    if (!why.is_transient()) core_.counts.auth_failures.add();
    count_nuisance();
    return refuse(r.id, {{why.code, "the token was refused"}, retry_of(why)});
  }
  if (claims->user != member_->token.user) {
    count_nuisance();
    return refuse(r.id, {{make_error_code(actors::errc::forbidden), "the token is another user's"}, std::nullopt});
  }
  member_->token = claims->named();
  member_->as = claims->as;
  pass_on(session::refresh{r.id, identity_of(std::move(*claims), member_->device)});
}

void connection::on_ping(const protocol::ping& p) {
  send(protocol::pong(format_, p.id, core_.clock.wall()));
  count_nuisance();
}

/// Each session has its own rate (see session_logic); these are of fans who come with many.
void connection::on_publish(session::publish p) {
  if (member_->as == actors::role::fan) {
    const auto now = core_.clock.now();
    auto wait = core_.address_publish_rates.take(place_.client, now);
    const bool by_address = wait.count() > 0;
    if (!by_address) wait = core_.fan_rates.take(member_->token.user, now);
    if (wait.count() > 0) {
      return refuse(p.id, {{make_error_code(actors::errc::rate_limited),
                            by_address ? "too much is said from this address" : "too many messages of this user"},
                           wait});
    }
  }
  pass_on(std::move(p));
}

void connection::on_react(session::react r) {
  const bool limited = member_->as == actors::role::fan;
  const auto wait =
      limited ? core_.fan_reaction_rates.take(member_->token.user, core_.clock.now()) : std::chrono::milliseconds{0};
  if (wait.count() > 0) {
    return refuse(r.id, {{make_error_code(actors::errc::rate_limited), "too many reactions of this user"}, wait});
  }
  pass_on(std::move(r));
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
    if constexpr (gives_page<Request>) member_->pages.push_back(id);
    ++unanswered_;
    return;
  }
  if constexpr (joins) thread_.subscriptions().join_refused(*this, room);
  refuse(id, {{told.error().code, "the node is busy"}, retry_of(told.error())});
  // Without its session nobody would ever answer.
  if (told.error().is(condition::not_found)) close_after_flush(close_code::drain, "the session has ended");
}

void connection::roll_call(const room_id& room) {
  if (state_ == state::open) (void)core_.sys->tell(member_->session, runtime::make_message(session::roll_call{room}));
}

void connection::refuse(std::optional<session::request_id> id, session::refusal r) {
  core_.counts.refusals(actors::protocol_code(r.why)).add();
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
  go_on();
  flush();
  end_if_drained();
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
  place_.opening = {};  // the answer to `auth` is the first
  auto& pages = member_->pages;
  if (const auto page = std::ranges::find(pages, *e.settles); page != pages.end()) pages.erase(page);
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
  if (joins.empty()) joins = std::vector<member::join>();
  if (pages.empty()) pages = std::vector<session::request_id>();
}

}  // namespace lightstick::gateway::net
