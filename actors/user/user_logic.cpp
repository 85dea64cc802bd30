#include "actors/user/user_logic.hpp"

#include <algorithm>
#include <utility>

#include "actors/session/messages.hpp"
#include "actors/user/user_codec.hpp"

namespace lightstick::actors::user {

result<void> user_logic::restore(std::string_view snapshot) {
  auto rooms = decode_snapshot(snapshot);
  if (!rooms) return fail(std::move(rooms.error()));
  state_.restore(std::move(*rooms));
  return {};
}

result<void> user_logic::replay(std::string_view record) {
  auto decoded = decode_event(record);
  if (!decoded) return fail(std::move(decoded.error()));
  state_.apply(*decoded);
  return {};
}

std::string user_logic::snapshot() const { return encode(state_.rooms()); }

void user_logic::handle(runtime::message& m, runtime::reply& r, runtime::context& ctx) {
  if (auto* move = runtime::body_of<move_cursor>(m)) return on_move(*move, std::move(r), ctx);
  if (auto* enter = runtime::body_of<enter_room>(m)) return commit(state_.decide(*enter), std::move(r), ctx);
  if (auto* leave = runtime::body_of<leave_room>(m)) return commit(state_.decide(*leave), std::move(r), ctx);
  if (auto* a = runtime::body_of<attach>(m)) return on_attach(*a, std::move(r), ctx);
  if (runtime::body_of<erase>(m) != nullptr) return on_erase(std::move(r), ctx);
  if (auto* d = runtime::body_of<detach>(m)) return void(std::erase(sessions_, d->session));
  r.failed({make_error_code(errc::bad_request), "a user does not understand this"});
}

bool user_logic::remember(const session_id& session) {
  if (std::find(sessions_.begin(), sessions_.end(), session) != sessions_.end()) return true;
  if (sessions_.size() >= sessions_max) return false;
  sessions_.push_back(session);
  return true;
}

void user_logic::on_attach(const attach& a, runtime::reply r, runtime::context& ctx) {
  if (!remember(a.session)) {
    return r.failed(
        {make_error_code(errc::overloaded), "the user has " + std::to_string(sessions_max) + " devices connected"});
  }
  ctx.persist({}, [r = std::move(r), answer = profile{state_.rooms()}](runtime::commit_outcome done,
                                                                       runtime::context&) mutable {
    if (!done) return r.failed(std::move(done.error()));
    r.ok(std::move(answer));
  });
}

void user_logic::commit(decision d, runtime::reply r, runtime::context& ctx) {
  runtime::changes what;
  if (d.happened) {
    if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
    state_.apply(*d.happened);
    what.events.push_back(encode(*d.happened));
  }
  ctx.persist(std::move(what), [r = std::move(r), answer = std::move(d.answer)](runtime::commit_outcome done,
                                                                                runtime::context&) mutable {
    if (!done) return r.failed(std::move(done.error()));
    r.ok(std::move(answer));
  });
}

void user_logic::on_erase(runtime::reply r, runtime::context& ctx) {
  if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
  const erased answer{static_cast<std::uint32_t>(state_.rooms().size())};
  state_ = {};
  runtime::changes what;
  what.events.emplace_back();
  what.snapshot_now = true;  // it says all: there are no rooms
  ctx.persist(std::move(what), [r = std::move(r), answer](runtime::commit_outcome done, runtime::context&) mutable {
    if (!done) return r.failed(std::move(done.error()));
    r.ok(answer);
  });
}

void user_logic::on_move(const move_cursor& m, runtime::reply r, runtime::context& ctx) {
  remember(m.from);
  auto d = state_.decide(m);
  if (!d) return r.failed(std::move(d.error()));
  if (!d->happened) return commit(std::move(*d), std::move(r), ctx);
  if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
  state_.apply(*d->happened);
  runtime::changes what;
  what.events.push_back(encode(*d->happened));
  ctx.persist(std::move(what), [this, r = std::move(r), at = std::move(d->answer), from = m.from](
                                   runtime::commit_outcome done, runtime::context& later) mutable {
    if (!done) return r.failed(std::move(done.error()));
    tell_others(at, from, later);
    r.ok(std::move(at));
  });
}

void user_logic::tell_others(const room_cursor& at, const session_id& from, runtime::context& ctx) {
  std::erase_if(sessions_, [&](const session_id& session) {
    if (session == from) return false;
    auto sent = ctx.tell({session::kind, session.str()}, runtime::make_message(cursor_moved{at}));
    return !sent && sent.error().is(condition::not_found);
  });
}

runtime::inspection user_logic::inspect() const {
  return {{"rooms", std::to_string(state_.rooms().size())}, {"sessions", std::to_string(sessions_.size())}};
}

}  // namespace lightstick::actors::user
