// The part of room_logic that does what moderators want.
#include <algorithm>
#include <utility>

#include "actors/room/room_codec.hpp"
#include "actors/room/room_logic.hpp"
#include "actors/session/messages.hpp"

namespace lightstick::actors::room {
namespace {

constexpr std::chrono::seconds sweep_pause{5};
constexpr std::chrono::milliseconds tell_pause{250};
constexpr std::uint32_t row_bytes_max = 64 * 1024;

error refusal(errc code, std::string why) { return {make_error_code(code), std::move(why)}; }

}  // namespace

void room_logic::on_moderate(const moderate& m, runtime::reply r, runtime::context& ctx) {
  if (!exists_) return r.failed(refusal(errc::room_not_found, "the room does not exist"));
  if (m.as < role::moderator) return r.failed(refusal(errc::forbidden, "only moderators may"));
  const bool sanctions = m.what == act::mute || m.what == act::ban || m.what == act::shadow;
  const auto theirs = sanctions ? roster_.role_of(m.user) : std::nullopt;
  if (theirs && *theirs >= role::moderator && m.as <= *theirs) {
    return r.failed(refusal(errc::forbidden, "the user is as much as the moderator"));
  }
  if (m.what != act::withdraw) {
    auto devices = m.devices ? roster_.devices_of(m.user) : std::vector<device_id>{};
    return set_rule(state_.decide(m, std::move(devices), ctx.wall()), std::move(r), ctx);
  }
  if (m.off.has_value() == !m.user.empty()) {
    return r.failed(refusal(errc::bad_request, "delete takes one of off and user"));
  }
  if (m.off) return withdraw_one(m, std::move(r), ctx);
  withdraw_all(m, std::move(r), ctx);
}

void room_logic::on_set_filter(const set_filter& f, runtime::reply r, runtime::context& ctx) {
  if (!exists_) return r.failed(refusal(errc::room_not_found, "the room does not exist"));
  if (f.as < role::moderator) return r.failed(refusal(errc::forbidden, "only moderators may"));
  set_rule(state_.decide(f, ctx.wall()), std::move(r), ctx);
}

void room_logic::set_rule(result<std::optional<event>> decided, runtime::reply r, runtime::context& ctx) {
  if (!decided) return r.failed(std::move(decided.error()));
  runtime::changes what;
  if (*decided) {
    if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
    state_.apply(**decided);
    what.events.push_back(encode(**decided));
  }
  // Without an event it is as wanted when all that was decided before is durable.
  ctx.persist(std::move(what), [this, r = std::move(r), ruled = state_.ruled(), decided = std::move(*decided)](
                                   runtime::commit_outcome done, runtime::context& later) mutable {
    if (!done) return r.failed(std::move(done.error()));
    rules_committed(std::move(ruled), later);
    const auto* laid_down = decided ? std::get_if<sanctioned>(&*decided) : nullptr;
    if (laid_down != nullptr && laid_down->what.kind == sanction_kind::ban) put_out(laid_down->what, later);
    r.ok(moderated{});
  });
}

void room_logic::rules_committed(moderation ruled, runtime::context& ctx) {
  const bool told = ruled_.modes() == ruled.modes() && ruled_.settings() == ruled.settings();
  ruled_ = std::move(ruled);
  roster_.set_capacity(capacity());
  if (told) return;
  news_.changed();
  wake(ctx);
}

void room_logic::put_out(const sanction& ban, runtime::context& ctx) {
  for (auto& session : roster_.sessions_of(ban.user, ban.devices)) {
    departed(roster_.leave(session));
    banned_.push_back(std::move(session));
  }
  tell_banned(ctx);
  wake(ctx);
}

void room_logic::tell_banned(runtime::context& ctx) {
  std::erase_if(banned_, [&](const session_id& who) {
    auto told = ctx.tell({session::kind, who.str()}, runtime::make_message(session::banned{id_}));
    return told || !told.error().is(condition::overloaded);
  });
  if (!banned_.empty()) ctx.wake_at(ctx.now() + tell_pause);
}

// ---- withdrawals ----

void room_logic::withdraw_one(moderate m, runtime::reply r, runtime::context& ctx) {
  const auto off = *m.off;
  if (off.value() == 0 || off > committed_ || off < first_shown(ctx.wall())) {
    return r.failed(refusal(errc::bad_request, "off names no message"));
  }
  read_page(ctx, {offset{off.value() - 1}, off.next(), false}, {1, row_bytes_max, 1},
            [this, m = std::move(m), r = std::move(r)](result<page> read, runtime::context& later) mutable {
              if (!read) return r.failed(std::move(read.error()));
              if (read->messages.empty()) return r.failed(refusal(errc::bad_request, "off names no message"));
              withdraw_row(m, read->messages.front(), std::move(r), later);
            });
}

void room_logic::withdraw_row(const moderate& m, const chat_message_ptr& found, runtime::reply r,
                              runtime::context& ctx) {
  if (found->tomb != tomb_kind::none) return r.failed(refusal(errc::bad_request, "off names no message"));
  if (found->gone) return r.ok(moderated{});
  auto made = state_.decide_tomb(m, tomb_kind::message, ctx.wall());
  if (!made) return r.failed(std::move(made.error()));
  if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
  state_.apply(made->event);
  auto gone = std::make_shared<const chat_message>(withdraw(*found));
  runtime::changes what;
  add_tomb(*made, what);
  what.rows.push_back({runtime::row_table::history, runtime::big_endian_key(gone->off.value()), encode(*gone), 0});
  retain(what, ctx);
  ctx.persist(std::move(what),
              [this, r = std::move(r), gone = std::move(gone), tomb = std::move(made->message), floor = floor_ahead(),
               ruled = state_.ruled()](runtime::commit_outcome done, runtime::context& later) mutable {
                if (!done) {
                  withdrew_perhaps();
                  return r.failed(std::move(done.error()));
                }
                ++erasures_;
                trimmed_to(floor);
                replace_in_memory(gone);
                const auto at = tomb->off;
                committed(std::move(tomb));
                rules_committed(std::move(ruled), later);
                r.ok(moderated{at});
              });
}

void room_logic::withdraw_all(const moderate& m, runtime::reply r, runtime::context& ctx) {
  auto made = state_.decide_tomb(m, tomb_kind::user, ctx.wall());
  if (!made) return r.failed(std::move(made.error()));
  if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
  state_.apply(made->event);
  runtime::changes what;
  add_tomb(*made, what);
  retain(what, ctx);
  ctx.persist(std::move(what), [this, r = std::move(r), tomb = std::move(made->message), floor = floor_ahead(),
                                ruled = state_.ruled()](runtime::commit_outcome done, runtime::context& later) mutable {
    if (!done) {
      withdrew_perhaps();
      return r.failed(std::move(done.error()));
    }
    ++erasures_;
    trimmed_to(floor);
    const auto at = tomb->off;
    committed(std::move(tomb));
    rules_committed(std::move(ruled), later);
    withdraw_in_memory();
    r.ok(moderated{at});
    sweep(later);
  });
}

void room_logic::withdrew_perhaps() {
  ++erasures_;
  // Nobody knows what: memory is read again from the disk.
  batch_.clear();
  erased_perhaps_ = true;
}

void room_logic::replace_in_memory(const chat_message_ptr& m) {
  recent_.replace(m);
  auto waiting = std::ranges::find(batch_, m->off, [](const chat_message_ptr& each) { return each->off; });
  if (waiting != batch_.end()) *waiting = m;
}

void room_logic::withdraw_in_memory() {
  for (const auto& w : ruled_.withdrawals()) {
    recent_.withdraw_all(w);
    for (auto& m : batch_) {
      if (!m->gone && w.covers(*m)) m = std::make_shared<const chat_message>(withdraw(*m));
    }
  }
}

void room_logic::sweep(runtime::context& ctx) {
  if (sweeping_ || ruled_.withdrawals().empty()) return;
  sweeping_ = true;
  const auto& next = ruled_.withdrawals().front();
  erasing job;
  job.user = next.user;
  job.bound = offset{next.before.value() - 1};
  job.sweep = true;
  erase_step(std::move(job), ctx);
}

void room_logic::sweep_later(runtime::context& ctx) {
  sweep_at_ = ctx.now() + sweep_pause;
  wake(ctx);
}

}  // namespace lightstick::actors::room
