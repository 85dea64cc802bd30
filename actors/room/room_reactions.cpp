// The part of room_logic that counts reactions.
#include <algorithm>
#include <utility>

#include "actors/room/room_codec.hpp"
#include "actors/room/room_logic.hpp"

namespace lightstick::actors::room {
namespace {

error refusal(errc code, std::string why) { return {make_error_code(code), std::move(why)}; }

}  // namespace

void room_logic::on_react(const react& c, runtime::reply r, runtime::context& ctx) {
  if (!roster_.contains(c.session) && ctx.now() >= roll_until_) {
    return r.failed(refusal(errc::forbidden, "the session is not in the room"));
  }
  auto what = state_.decide(c, tally_, ctx.wall());
  if (!what) return r.failed(std::move(what.error()));
  if (what->outcome == reacted::how::counted) {
    if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
    state_.take_in(c, tally_, ctx.wall());
  } else if (tally_.empty()) {
    // What was counted before may be under way still.
    return ctx.persist({}, [r = std::move(r), what = *what](runtime::commit_outcome done, runtime::context&) mutable {
      if (!done) return r.failed(std::move(done.error()));
      r.ok(what);
    });
  }
  reacting_.push_back({std::move(r), *what});
  if (reacting_.size() >= tally_max) return close_tally(ctx);
  if (!tally_due_) tally_due_ = std::max(ctx.now(), tally_quiet_);
  close_tally_when_due(ctx);
  wake(ctx);
}

void room_logic::close_tally_when_due(runtime::context& ctx) {
  if (tally_due_ && *tally_due_ <= ctx.now()) close_tally(ctx);
}

void room_logic::close_tally(runtime::context& ctx) {
  tally_due_.reset();
  if (tally_.empty()) return;
  tally_quiet_ = ctx.now() + tally_every;
  auto closed = state_.close(std::exchange(tally_, {}), ctx.wall());
  event counted{closed.event};
  state_.apply(counted);
  ctx.persist(to_changes(closed), [this, waiting = std::exchange(reacting_, {}), sums = state_.reacted().sums()](
                                      runtime::commit_outcome done, runtime::context& later) mutable {
    if (!done) {
      for (auto& each : waiting) each.r.failed(done.error());
      return;
    }
    if (reacted_ != sums) news_.reacted();
    watching_.changed();
    reacted_ = std::move(sums);
    for (auto& each : waiting) each.r.ok(each.answer);
    wake(later);
  });
}

// ---- boards ----

board_page room_logic::page_of(board_of which, std::uint32_t top, wall_ms now) const {
  const auto& all = state_.reacted();
  board_page out;
  out.of = which;
  if (which == board_of::all) {
    out.rows = all.ever().top(top);
    out.unseen = all.ever().unseen();
    return out;
  }
  const auto day = all.day_of(now);
  out.since = {day * reactions::day_ms};
  if (day != all.day()) return out;
  out.rows = all.today().top(top);
  out.unseen = all.today().unseen();
  return out;
}

void room_logic::on_board(const board& b, runtime::reply r, runtime::context& ctx) {
  if (!exists_) return r.failed(refusal(errc::room_not_found, "the room does not exist"));
  if (b.top == 0 || b.top > board_watch::top_max) return r.failed(refusal(errc::bad_request, "top is 1 to 100"));
  auto shown = page_of(b.of, b.top, ctx.wall());
  if (b.watch) {
    shown.watch_ms = static_cast<std::uint32_t>(std::chrono::milliseconds{board_watch::lease}.count());
    watching_.watch(b.of, b.top, shown.since, shown.rows, ctx.now());
    wake(ctx);
  }
  // Some of it may be under way.
  ctx.persist({},
              [r = std::move(r), shown = std::move(shown)](runtime::commit_outcome done, runtime::context&) mutable {
                if (!done) return r.failed(std::move(done.error()));
                r.ok(std::move(shown));
              });
}

void room_logic::tell_boards(runtime::context& ctx) {
  const auto due = watching_.due(roster_.count(), ctx.now());
  if (!due || *due > ctx.now()) return;
  std::vector<board_delta> boards;
  for (auto which : {board_of::day, board_of::all}) {
    if (!watching_.watched(which, ctx.now())) continue;
    auto now_is = page_of(which, watching_.top(which), ctx.wall());
    auto change = watching_.change(which, now_is.since, std::move(now_is.rows));
    if (change) boards.push_back(std::move(*change));
  }
  watching_.told(ctx.now());
  if (boards.empty()) return;
  ctx.persist({}, [this, boards = std::move(boards)](const runtime::commit_outcome& done, runtime::context&) mutable {
    if (!done) return watching_.forget();
    auto news = std::make_shared<room_change>(room_change{id_, status(), {}, {}});
    news->boards = std::move(boards);
    env_->out.publish(std::move(news));
  });
}

// ---- typing ----

void room_logic::on_typing(const typing& t, runtime::reply& r, runtime::context& ctx) {
  if (!exists_) return r.failed(refusal(errc::room_not_found, "the room does not exist"));
  if (!roster_.contains(t.session) && ctx.now() >= roll_until_) {
    return r.failed(refusal(errc::forbidden, "the session is not in the room"));
  }
  const auto now = ctx.wall();
  const bool silenced = ruled_.find(sanction_kind::mute, t.user, now) != nullptr ||
                        (t.as == role::fan && ruled_.modes().members_only && !t.is_member);
  if (silenced) return r.ok(typing_noted{false});
  const bool shadow = ruled_.find(sanction_kind::shadow, t.user, now) != nullptr;
  const bool shown = shadow ? roster_.count() < typists::sessions_max
                            : typing_.types({t.user, t.name, t.as}, roster_.count(), ctx.now());
  tell_typing(ctx.now());
  wake(ctx);
  r.ok(typing_noted{shown});
}

void room_logic::tell_typing(steady_time now) {
  auto who = typing_.take(roster_.count(), now);
  if (!who) return;
  auto news = std::make_shared<room_change>(room_change{id_, status(), {}, {}});
  news->typing = std::move(*who);
  env_->out.publish(std::move(news));
}

}  // namespace lightstick::actors::room
