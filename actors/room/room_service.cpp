// The part of a room that other services of the platform ask: what is set up, and what they say.
#include <utility>

#include "actors/room/room_codec.hpp"
#include "actors/room/room_logic.hpp"

namespace lightstick::actors::room {
namespace {

error refusal(errc code, std::string why) { return {make_error_code(code), std::move(why)}; }

publish as_publish(const post& p) {
  return {{}, p.user, device_id{service_device}, p.name, p.as, p.cid, p.text, p.reply_to, p.vt, p.data, true};
}

}  // namespace

std::uint32_t room_logic::capacity() const noexcept {
  const auto own = ruled_.settings().capacity;
  return own > 0 ? own : env_->how.capacity;
}

void room_logic::on_post(const post& p, runtime::reply& r, runtime::context& ctx) {
  if (exists_) return say(as_publish(p), r, ctx);
  if (!state_.exists() && !env_->how.create_on_join) {
    return r.failed(refusal(errc::room_not_found, "the room does not exist"));
  }
  if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
  ctx.persist(creation(ctx), [this, said = as_publish(p), r = std::move(r)](runtime::commit_outcome done,
                                                                            runtime::context& later) mutable {
    if (!done) return r.failed(std::move(done.error()));
    exists_ = true;
    say(said, r, later);
  });
}

void room_logic::on_configure(const configure& c, runtime::reply r, runtime::context& ctx) {
  const bool fresh = !state_.exists();
  if (fresh && !c.create) return r.failed(refusal(errc::room_not_found, "the room does not exist"));
  auto decided = state_.decide(c, ctx.wall());
  if (!decided) return r.failed(std::move(decided.error()));
  runtime::changes what;
  if (fresh || !decided->empty()) {
    if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
    what = creation(ctx);
  }
  for (const auto& e : *decided) {
    state_.apply(e);
    what.events.push_back(encode(e));
  }
  ctx.persist(std::move(what), [this, fresh, r = std::move(r), ruled = state_.ruled()](
                                   runtime::commit_outcome done, runtime::context& later) mutable {
    if (!done) return r.failed(std::move(done.error()));
    exists_ = true;
    rules_committed(std::move(ruled), later);
    r.ok(configured{fresh, look_now(later)});
  });
}

void room_logic::on_look(runtime::reply r, runtime::context& ctx) {
  if (!exists_) return r.failed(refusal(errc::room_not_found, "the room does not exist"));
  r.ok(look_now(ctx));
}

view room_logic::look_now(runtime::context& ctx) {
  view out;
  out.room = id_;
  out.hist = env_->hist;
  out.created = state_.created_at();
  out.last = committed_;
  out.first = first_shown(ctx.wall());
  out.users = static_cast<std::uint32_t>(roster_.users());
  out.status = status();
  out.own_capacity = ruled_.settings().capacity > 0;
  out.closed = ruled_.settings().closed;
  out.filters = ruled_.filters();
  return out;
}

}  // namespace lightstick::actors::room
