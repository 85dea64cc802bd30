// The part of room_logic that lets history go.
#include <algorithm>
#include <utility>

#include "actors/room/room_codec.hpp"
#include "actors/room/room_logic.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::actors::room {
namespace {

constexpr const char* reminder_name = "retention";

}  // namespace

void room_logic::retain(runtime::changes& what, runtime::context& ctx) {
  const auto now = ctx.wall();
  if (auto gone = state_.decide_trim(now)) {
    event e{*gone};
    state_.apply(e);
    what.events.push_back(encode(e));
    what.history_floor = runtime::big_endian_key(gone->floor.value());
  }
  const auto next = state_.next_trim();
  if (!next) return;
  // One that comes too early looks again; the time of a chapter's end moves with every message.
  const bool known = std::ranges::any_of(ctx.reminders(), [&](const runtime::reminder& r) {
    return r.name == reminder_name && r.due_ms > now.value && r.due_ms <= next->value;
  });
  if (!known) what.reminders.push_back({reminder_name, {}, std::max<std::int64_t>(next->value, 0), {}});
}

void room_logic::retain_now(runtime::context& ctx) {
  if (auto may = ctx.may_persist(); !may) return;  // the next message, or the reminder, does it
  runtime::changes what;
  retain(what, ctx);
  if (what.events.empty() && what.reminders.empty()) return;
  ctx.persist(std::move(what), [this, floor = floor_ahead()](runtime::commit_outcome done, runtime::context&) {
    if (done) return trimmed_to(floor);
    LS_LOG(actors, warn, "history was not trimmed", {"room", id_.str()}, {"error", done.error()});
  });
}

void room_logic::on_reminder(const runtime::reminder& which, runtime::context& ctx) {
  if (which.name != reminder_name || !state_.exists()) return;
  runtime::changes what;
  retain(what, ctx);
  // Not asked before whether it would be accepted: a refusal keeps the reminder, to come again.
  ctx.persist(std::move(what), [this, floor = floor_ahead()](const runtime::commit_outcome& done, runtime::context&) {
    if (done) trimmed_to(floor);
  });
}

offset room_logic::first_shown(wall_ms now) {
  const retention keep{env_->how.retention_age, 0};
  shown_from_ = std::max(shown_from_, state_.first_shown(now, floor_));
  recent_.forget_before(shown_from_);
  for (const auto* m = recent_.oldest(); m != nullptr && keep.expired(m->ts, now); m = recent_.oldest()) {
    shown_from_ = m->off.next();
    recent_.forget_before(shown_from_);
  }
  return shown_from_;
}

}  // namespace lightstick::actors::room
