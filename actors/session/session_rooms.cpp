// The part of session_logic that enters and leaves rooms.
#include <algorithm>
#include <utility>

#include "actors/encoded_size.hpp"
#include "actors/session/checks.hpp"
#include "actors/session/session_logic.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::actors::session {
namespace {

/// Half an hour of goodbyes: what a room never hears of stays in its roster until it restarts.
constexpr std::uint8_t goodbyes_max = 60;
constexpr std::chrono::milliseconds goodbye_pause_max{std::chrono::seconds{30}};
/// What an answer needs for one room beside its messages.
constexpr std::size_t room_overhead_bytes = 224;
constexpr std::size_t cursor_overhead_bytes = 48;

error refusal_of(errc code, std::string why) { return {make_error_code(code), std::move(why)}; }

/// How many bytes of messages each room of a `begin` may give, so that the whole answer stays within its bound.
/// REQUIRES: there are rooms.
std::uint32_t share_of(std::uint32_t bytes_max, const std::vector<resume_entry>& rooms, const user::profile& mine) {
  std::size_t taken = 0;
  for (const auto& entry : rooms) taken += room_overhead_bytes + encoded_size(entry.room.str());
  for (const auto& at : mine.rooms) taken += cursor_overhead_bytes + encoded_size(at.room.str());
  return taken >= bytes_max ? 0 : static_cast<std::uint32_t>((bytes_max - taken) / rooms.size());
}

}  // namespace

void session_logic::on_begin(begin b, runtime::context& ctx) {
  if (std::exchange(begun_, true)) return refuse(b.id, refusal_of(errc::bad_request, "already authenticated"));
  for (const auto& entry : b.resume) arriving_.push_back(entry.room);
  ask<user::profile>(ctx, user::kind, who_.user.str(), user::attach{id_},
                     [this, b = std::move(b)](result<user::profile> mine, runtime::context& later) mutable {
                       if (gone_) return;
                       if (mine) return arrive(std::move(b), std::move(*mine), later);
                       refuse(b.id, std::move(mine.error()));
                       port_->close(close_code::rate, "the user cannot be served now");
                       for (const auto& room : std::exchange(arriving_, {})) next_task(room, later);
                     });
}

void session_logic::arrive(begin b, user::profile mine, runtime::context& ctx) {
  auto of = std::make_shared<arrival>();
  of->id = b.id;
  of->missing = b.resume.size();
  auto& w = of->answer;
  w.user = who_.user;
  w.session = id_;
  w.name = who_.name;
  w.as = who_.as;
  w.expires_in_s = seconds_left(who_, ctx.wall());
  w.rooms.resize(b.resume.size());
  auto bytes_max = b.resume.empty() ? 0 : share_of(how_.answer_bytes_max, b.resume, mine);
  w.mine = std::move(mine.rooms);
  if (b.resume.empty()) return port_->answer(of->id, std::move(w));
  for (std::size_t i = 0; i < b.resume.size(); ++i) {
    auto& entry = b.resume[i];
    std::uint32_t limit = entry.since ? 100 : 50;
    start({true, b.id, std::move(entry.room), std::move(entry.since), limit, bytes_max, of, i}, ctx);
  }
}

void session_logic::on_join(join j, runtime::context& ctx) {
  if (!admit(j.id, requests_, ctx)) return;
  start({true, j.id, std::move(j.room), std::move(j.since), j.limit, how_.answer_bytes_max, nullptr, 0}, ctx);
}

void session_logic::on_leave(const leave& l, runtime::context& ctx) {
  if (!admit(l.id, requests_, ctx)) return;
  room_task t;
  t.entering = false;
  t.id = l.id;
  t.room = l.room;
  start(std::move(t), ctx);
}

void session_logic::start(room_task t, runtime::context& ctx) {
  auto refuse_task = [&](error why) {
    if (t.of) return finish(t, {t.room, fail(std::move(why)), offset{}}, ctx);
    refuse(t.id, std::move(why));
  };
  if (must_wait(t)) {
    if (deferred_.size() >= deferred_max) {
      return refuse_task(refusal_of(errc::overloaded, "too many joins and leaves of one room"));
    }
    return deferred_.push_back(std::move(t));
  }
  if (!t.entering) return exit(std::move(t), ctx);
  if (auto allowed = check_room(who_, t.room); !allowed) return refuse_task(std::move(allowed.error()));
  if (t.limit > 100) return refuse_task(refusal_of(errc::bad_request, "at most 100 messages a page"));
  if (find(t.room) == nullptr && rooms_held() >= how_.rooms_max) {
    return refuse_task(refusal_of(errc::bad_request, "at most " + std::to_string(how_.rooms_max) + " rooms at once"));
  }
  enter(std::move(t), ctx);
}

room::join session_logic::silent_join() const {
  return {id_, who_.user, who_.device, who_.name, who_.as, std::nullopt, 0, 0};
}

void session_logic::enter(room_task t, runtime::context& ctx) {
  auto* here = find(t.room);
  auto was_in = here != nullptr;  // perhaps only in the eyes of the room, which could not be told yet
  if (here == nullptr) here = &rooms_.emplace_back(place{t.room});
  if (here->at == phase::leaving) here->at = phase::joining;
  here->busy = true;
  auto wish = silent_join();
  wish.since = std::move(t.since);
  wish.limit = t.limit;
  wish.bytes_max = t.bytes_max;
  auto key = t.room.str();
  ask<room::joined>(ctx, room::kind, key, std::move(wish),
                    [this, was_in, t = std::move(t)](result<room::joined> in, runtime::context& later) mutable {
                      if (gone_) return;
                      if (!in) return not_entered(t, std::move(in.error()), was_in, later);
                      note_at_user(std::move(t), std::move(*in), later);
                    });
}

void session_logic::note_at_user(room_task t, room::joined in, runtime::context& ctx) {
  user::enter_room wish{t.room};
  ask<user::room_cursor>(
      ctx, user::kind, who_.user.str(), std::move(wish),
      [this, t = std::move(t), in = std::move(in)](result<user::room_cursor> at, runtime::context& later) mutable {
        if (gone_) return;
        if (!at) return not_entered(t, std::move(at.error()), true, later);
        entered(t, std::move(in), at->read, later);
      });
}

void session_logic::entered(const room_task& t, room::joined in, offset read, runtime::context& ctx) {
  auto* here = find(t.room);
  if (here == nullptr) here = &rooms_.emplace_back(place{t.room});
  here->at = phase::in;
  here->busy = false;
  auto called = here->announce;
  finish(t, {t.room, std::move(in), read}, ctx);
  if (called) announce(t.room, ctx);
  next_task(t.room, ctx);
}

void session_logic::not_entered(const room_task& t, error why, bool was_in, runtime::context& ctx) {
  // Without an answer the room may have let us in.
  if (was_in || why.is_transient()) {
    depart(t.room, false, ctx);
  } else {
    forget(t.room);
  }
  finish(t, {t.room, fail(std::move(why)), offset{}}, ctx);
  next_task(t.room, ctx);
}

void session_logic::finish(const room_task& t, join_result r, runtime::context& ctx) {
  if (!t.of) return port_->answer(t.id, std::move(r));
  t.of->answer.rooms[t.slot] = std::move(r);
  if (--t.of->missing > 0) return;
  port_->answer(t.of->id, std::move(t.of->answer));
  for (const auto& room : std::exchange(arriving_, {})) next_task(room, ctx);
}

void session_logic::exit(room_task t, runtime::context& ctx) {
  auto* here = find(t.room);
  if (here == nullptr) here = &rooms_.emplace_back(place{t.room, phase::out});
  here->busy = here->exiting = true;
  user::leave_room wish{t.room};
  ask<user::room_cursor>(ctx, user::kind, who_.user.str(), std::move(wish),
                         [this, t = std::move(t)](result<user::room_cursor> done, runtime::context& later) mutable {
                           if (gone_) return;
                           exited(t, std::move(done), later);
                         });
}

void session_logic::exited(const room_task& t, result<user::room_cursor> done, runtime::context& ctx) {
  auto* here = find(t.room);
  if (here != nullptr) here->busy = here->exiting = false;
  if (here != nullptr && here->at == phase::out) {
    forget(t.room);
  } else if (done) {
    depart(t.room, false, ctx);
  }
  if (done) {
    port_->answer(t.id, left{t.room});
  } else {
    refuse(t.id, std::move(done.error()));
  }
  next_task(t.room, ctx);
}

void session_logic::forget(const room_id& room) {
  std::erase_if(rooms_, [&](const place& p) { return p.room == room; });
}

void session_logic::next_task(const room_id& room, runtime::context& ctx) {
  for (;;) {
    auto at = std::ranges::find_if(deferred_, [&](const room_task& t) { return t.room == room && !must_wait(t); });
    if (at == deferred_.end()) return;
    auto t = std::move(*at);
    deferred_.erase(at);
    start(std::move(t), ctx);
  }
}

void session_logic::on_roll_call(const room_id& room, runtime::context& ctx) {
  auto* here = find(room);
  if (here == nullptr) return;
  // The room may have lost us after it let us in.
  if (here->at == phase::joining) here->announce = true;
  if (here->at == phase::in) announce(room, ctx);
}

void session_logic::announce(const room_id& room, runtime::context& ctx) {
  if (auto* here = find(room)) here->announce = false;
  ask<room::joined>(
      ctx, room::kind, room.str(), silent_join(), [this, room](result<room::joined> in, runtime::context& later) {
        auto* here = find(room);
        if (in || gone_ || here == nullptr || here->at != phase::in) return;
        auto full = in.error().code == make_error_code(errc::room_full);
        if (in.error().is_transient() || (in.error().is(condition::overloaded) && !full)) {
          here->announce = true;
          return retry_later(later);
        }
        const bool out = in.error().code == make_error_code(errc::forbidden);
        port_->close(out ? close_code::banned : close_code::drain, out ? "banned" : "the room could not be kept");
      });
}

void session_logic::depart(const room_id& room, bool dropped, runtime::context& ctx) {
  auto* here = find(room);
  if (here == nullptr) return;
  here->at = phase::leaving;
  here->busy = false;
  here->announce = false;
  here->dropped = dropped;
  auto told = ctx.tell({room::kind, room.str()}, runtime::make_message(room::leave{id_, dropped}));
  if (told || !told.error().is(condition::overloaded)) {
    forget(room);
  } else {
    retry_later(ctx);
  }
}

void session_logic::retry_later(runtime::context& ctx) {
  auto pause = std::min(std::chrono::milliseconds{250} * (1 << std::min<int>(goodbyes_, 10)), goodbye_pause_max);
  if (!retry_at_) retry_at_ = ctx.now() + pause + std::chrono::milliseconds{ctx.random().next() % 1000};
  ctx.wake_at(*retry_at_);
}

void session_logic::on_disconnected(runtime::context& ctx) {
  gone_ = true;
  deferred_.clear();
  std::erase_if(rooms_, [](const place& p) { return p.at == phase::out; });
  say_goodbye(ctx);
}

void session_logic::say_goodbye(runtime::context& ctx) {
  std::vector<std::pair<room_id, bool>> due;
  for (const auto& p : rooms_) due.emplace_back(p.room, p.at != phase::leaving || p.dropped);
  for (const auto& [room, dropped] : due) depart(room, dropped, ctx);
  if (!detached_) {
    auto told = ctx.tell({user::kind, who_.user.str()}, runtime::make_message(user::detach{id_}));
    detached_ = told || !told.error().is(condition::overloaded);
    if (!detached_) retry_later(ctx);
  }
  if (rooms_.empty() && detached_) return ctx.stop();
  if (++goodbyes_ < goodbyes_max) return;
  LS_LOG(actors, warn, "rooms or user could not be told that a session has gone and keep its place",
         {"session", id_.str()}, {"rooms", rooms_.size()}, {"user_told", detached_});
  ctx.stop();
}

session_logic::place* session_logic::find(const room_id& room) noexcept {
  auto at = std::find_if(rooms_.begin(), rooms_.end(), [&](const place& p) { return p.room == room; });
  return at == rooms_.end() ? nullptr : &*at;
}

bool session_logic::is_in(const room_id& room) noexcept {
  const auto* here = find(room);
  return here != nullptr && !here->exiting && (here->at == phase::joining || here->at == phase::in);
}

std::size_t session_logic::rooms_held() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(rooms_, [](const place& p) { return p.at != phase::out; }));
}

bool session_logic::must_wait(const room_task& t) noexcept {
  const auto* here = find(t.room);
  if (here != nullptr && here->busy) return true;
  // The welcome is one answer, and older than theirs.
  return !t.of && std::ranges::find(arriving_, t.room) != arriving_.end();
}

}  // namespace lightstick::actors::session
