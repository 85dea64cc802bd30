#include "actors/session/session_logic.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "actors/session/checks.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::actors::session {
namespace {

/// A token is looked at again at least this often: wall clocks are set, and far ends overflow a timer.
constexpr std::chrono::milliseconds token_look{std::chrono::hours{1}};

rate_limit publish_rate(const options& o, role as) { return o.publish_rate[static_cast<std::size_t>(as)]; }

rate_limit react_rate(const options& o, role as) { return o.react_rate[static_cast<std::size_t>(as)]; }

error refusal_of(errc code, std::string why) { return {make_error_code(code), std::move(why)}; }

}  // namespace

session_logic::session_logic(session_id id, identity who, std::shared_ptr<client_port> port, const options& o)
    : id_(std::move(id)),
      who_(std::move(who)),
      port_(std::move(port)),
      how_(o),
      publishes_(publish_rate(o, who_.as), steady_time{}),
      reacts_(react_rate(o, who_.as), steady_time{}),
      typings_(o.typing_rate, steady_time{}),
      requests_(o.request_rate, steady_time{}) {}

session_logic::~session_logic() {
  if (gone_) return;
  try {
    port_->close(close_code::drain, "the session has ended");
  } catch (const std::exception& e) {
    LS_LOG(actors, error, "a connection outlives its session", {"session", id_.str()}, {"error", e.what()});
  }
}

void session_logic::failed(runtime::context& ctx) {
  if (gone_) return;
  port_->close(close_code::drain, "the session has ended");
  // The client comes back to its places.
  on_disconnected(ctx);
}

void session_logic::started(runtime::context& ctx) { watch_token(ctx); }

void session_logic::handle(runtime::message& m, runtime::reply& /*r*/, runtime::context& ctx) {
  if (gone_) return;
  if (auto* p = runtime::body_of<publish>(m)) return on_publish(std::move(*p), ctx);
  if (auto* c = runtime::body_of<react>(m)) return on_react(std::move(*c), ctx);
  if (const auto* t = runtime::body_of<typing>(m)) return on_typing(*t, ctx);
  if (const auto* b = runtime::body_of<board>(m)) return on_board(*b, ctx);
  if (auto* j = runtime::body_of<join>(m)) return on_join(std::move(*j), ctx);
  if (auto* l = runtime::body_of<leave>(m)) return on_leave(*l, ctx);
  if (auto* h = runtime::body_of<history>(m)) return on_history(*h, ctx);
  if (auto* r = runtime::body_of<read>(m)) return on_read(*r, ctx);
  if (auto* p = runtime::body_of<presence>(m)) return on_presence(*p, ctx);
  if (auto* r = runtime::body_of<refresh>(m)) return on_refresh(std::move(*r), ctx);
  if (auto* a = runtime::body_of<moderate>(m)) return on_moderate(std::move(*a), ctx);
  if (auto* b = runtime::body_of<begin>(m)) return on_begin(std::move(*b), ctx);
  if (auto* moved = runtime::body_of<user::cursor_moved>(m)) return port_->push(*moved);
  if (auto* out = runtime::body_of<banned>(m)) return on_banned(out->room);
  if (auto* call = runtime::body_of<roll_call>(m)) return on_roll_call(call->room, ctx);
  if (runtime::body_of<disconnected>(m) != nullptr) return on_disconnected(ctx);
}

bool session_logic::admit(request_id id, token_bucket& limit, runtime::context& ctx) {
  if (expired_) {
    refuse(id, refusal_of(errc::token_expired, "the token has ended"));
    return false;
  }
  auto wait = limit.take(ctx.now());
  if (wait.count() == 0) return true;
  port_->refuse(id, {refusal_of(errc::rate_limited, "too many requests"), wait});
  return false;
}

void session_logic::on_publish(publish p, runtime::context& ctx) {
  auto id = p.id;
  if (!admit(id, publishes_, ctx)) return;
  if (!is_in(p.room)) return refuse(id, refusal_of(errc::forbidden, "join the room first"));
  if (auto fits = check_publish(p, how_); !fits) return refuse(id, std::move(fits.error()));
  const bool member = is_member(who_, p.room);
  room::publish said{id_,        who_.user, who_.device,       who_.name, who_.as, std::move(p.cid), std::move(p.text),
                     p.reply_to, p.vt,      std::move(p.data), member};
  say_or_ask(id, std::move(p.room), std::move(said), ctx);
}

void session_logic::on_history(const history& h, runtime::context& ctx) {
  if (!admit(h.id, requests_, ctx)) return;
  if (auto allowed = check_room(who_, h.room); !allowed) return refuse(h.id, std::move(allowed.error()));
  ask<room::page>(ctx, room::kind, h.room.str(), room::history{h.before, h.after, h.limit, how_.answer_bytes_max},
                  [this, id = h.id, room = h.room](result<room::page> done, runtime::context&) {
                    if (!done) return refuse(id, std::move(done.error()));
                    port_->answer(id, history_page{room, std::move(*done)});
                  });
}

void session_logic::on_read(const read& r, runtime::context& ctx) {
  if (!admit(r.id, requests_, ctx)) return;
  ask<user::room_cursor>(ctx, user::kind, who_.user.str(), user::move_cursor{r.room, r.off, id_},
                         [this, id = r.id](result<user::room_cursor> done, runtime::context&) {
                           if (!done) return refuse(id, std::move(done.error()));
                           port_->answer(id, cursor{std::move(*done)});
                         });
}

void session_logic::on_presence(const presence& p, runtime::context& ctx) {
  if (!admit(p.id, requests_, ctx)) return;
  if (auto allowed = check_room(who_, p.room); !allowed) return refuse(p.id, std::move(allowed.error()));
  if (p.page && p.limit == 0) return refuse(p.id, refusal_of(errc::bad_request, "limit is 1 to 100"));
  ask<room::members>(ctx, room::kind, p.room.str(), room::presence{p.page ? p.limit : 0, p.after},
                     [this, id = p.id, room = p.room, page = p.page](result<room::members> done, runtime::context&) {
                       if (!done) return refuse(id, std::move(done.error()));
                       port_->answer(id, present{room, page, std::move(*done)});
                     });
}

void session_logic::on_moderate(moderate m, runtime::context& ctx) {
  const auto id = m.id;
  if (!admit(id, requests_, ctx)) return;
  if (auto allowed = check_room(who_, m.room); !allowed) return refuse(id, std::move(allowed.error()));
  const auto key = m.room.str();
  auto answered = [this, id, room = m.room](result<room::moderated> done, runtime::context&) {
    if (!done) return refuse(id, std::move(done.error()));
    port_->answer(id, moderated{room, done->off});
  };
  if (m.what == room::act::filter) {
    room::set_filter wish{who_.user, who_.as,      std::move(m.add), std::move(m.remove),
                          m.links,   m.repeats_ms, std::move(m.why)};
    return ask<room::moderated>(ctx, room::kind, key, std::move(wish), std::move(answered));
  }
  room::moderate wish{who_.user, who_.as, m.what, std::move(m.user), m.off, m.ms, m.on, m.devices, std::move(m.why)};
  ask<room::moderated>(ctx, room::kind, key, std::move(wish), std::move(answered));
}

void session_logic::on_react(react c, runtime::context& ctx) {
  const auto id = c.id;
  if (!admit(id, reacts_, ctx)) return;
  if (!is_in(c.room)) return refuse(id, refusal_of(errc::forbidden, "join the room first"));
  room::react wish{id_, who_.user, who_.device, who_.name, who_.as, std::move(c.kind), c.n, c.seq};
  ask<room::reacted>(ctx, room::kind, c.room.str(), std::move(wish),
                     [this, id, room = c.room, seq = c.seq](result<room::reacted> done, runtime::context&) {
                       if (!done) return refuse(id, std::move(done.error()));
                       port_->answer(id, reacted{room, seq, *done});
                     });
}

void session_logic::on_board(const board& b, runtime::context& ctx) {
  if (!admit(b.id, requests_, ctx)) return;
  if (auto allowed = check_room(who_, b.room); !allowed) return refuse(b.id, std::move(allowed.error()));
  ask<room::board_page>(ctx, room::kind, b.room.str(), room::board{b.of, b.top, b.watch},
                        [this, id = b.id, room = b.room](result<room::board_page> done, runtime::context&) {
                          if (!done) return refuse(id, std::move(done.error()));
                          port_->answer(id, boarded{room, std::move(*done)});
                        });
}

void session_logic::on_typing(const typing& t, runtime::context& ctx) {
  if (!admit(t.id, typings_, ctx)) return;
  if (!is_in(t.room)) return refuse(t.id, refusal_of(errc::forbidden, "join the room first"));
  ask<room::typing_noted>(ctx, room::kind, t.room.str(),
                          room::typing{id_, who_.user, who_.name, who_.as, is_member(who_, t.room)},
                          [this, id = t.id, room = t.room](result<room::typing_noted> done, runtime::context&) {
                            if (!done) return refuse(id, std::move(done.error()));
                            port_->answer(id, typed{room, done->shown});
                          });
}

void session_logic::on_banned(const room_id& room) {
  if (is_in(room)) port_->close(close_code::banned, "banned");
}

void session_logic::on_refresh(refresh r, runtime::context& ctx) {
  if (!admit(r.id, requests_, ctx)) return;
  for (const auto& p : rooms_) {
    if (p.at == phase::leaving || p.at == phase::out) continue;
    if (auto allowed = check_room(r.renewed, p.room); !allowed) {
      return refuse(r.id, refusal_of(errc::forbidden, "leave " + p.room.str() + " first: the new token excludes it"));
    }
  }
  r.renewed.device = std::move(who_.device);
  who_ = std::move(r.renewed);
  publishes_.set_limit(publish_rate(how_, who_.as), ctx.now());
  reacts_.set_limit(react_rate(how_, who_.as), ctx.now());
  watch_token(ctx);
  port_->answer(r.id, refreshed{seconds_left(who_, ctx.wall())});
}

void session_logic::watch_token(runtime::context& ctx) {
  if (who_.expires_ms == 0 || expired_ || gone_) return;
  // Both are times after 1970, so that the difference fits. A token may outlive every clock.
  auto left = std::chrono::milliseconds{std::min(who_.expires_ms - ctx.wall().value, token_look.count())} + token_skew;
  if (left.count() > 0) return ctx.wake_at(ctx.now() + std::min(left, token_look));
  expired_ = true;
  port_->close(close_code::token_expired, "the token has ended");
}

void session_logic::on_timer(runtime::context& ctx) {
  watch_token(ctx);
  if (!retry_at_) return;
  if (ctx.now() < *retry_at_) return ctx.wake_at(*retry_at_);
  retry_at_.reset();
  if (gone_) return say_goodbye(ctx);
  // By name: `announce` and `depart` change the list.
  std::vector<std::pair<room_id, bool>> due;
  for (const auto& p : rooms_) {
    if (p.at != phase::leaving && !p.announce) continue;
    if (p.busy) {
      retry_later(ctx);  // what is under way there decides first
    } else {
      due.emplace_back(p.room, p.at == phase::leaving);
    }
  }
  for (const auto& [room, leaving] : due) leaving ? depart(room, false, ctx) : announce(room, ctx);
}

runtime::inspection session_logic::inspect() const {
  std::string names;
  for (const auto& p : rooms_) {
    if (p.at != phase::out) names += (names.empty() ? "" : ", ") + p.room.str();
  }
  return {{"user", who_.user.str()},
          {"device", who_.device.str()},
          {"role", std::string(to_string(who_.as))},
          {"rooms", std::to_string(rooms_held())},
          {"room_names", std::move(names)},
          {"waiting", std::to_string(deferred_.size())}};
}

}  // namespace lightstick::actors::session
