// The part of session_logic that has messages looked at before a room hears of them.
#include <algorithm>
#include <utility>

#include "actors/gate/messages.hpp"
#include "actors/session/session_logic.hpp"

namespace lightstick::actors::session {

void session_logic::say_or_ask(request_id id, room_id room, room::publish said, runtime::context& ctx) {
  const bool asks = how_.gated && who_.as == role::fan;
  if (!asks && held_.empty()) return pass_on(id, std::move(room), std::move(said), ctx);
  if (held_.size() >= held_max) return refuse(id, {make_error_code(errc::overloaded), "too many messages wait"});
  const auto number = ++last_held_;
  gate::question q{room,     said.user, said.device,   said.name, said.as,
                   said.cid, said.text, said.reply_to, said.vt,   said.data};
  held_.push_back({number, id, std::move(room), std::move(said), !asks, {}});
  if (!asks) return;  // it waits for those before it only
  ask<gate::verdict>(
      ctx, gate::kind, gate::key, std::move(q),
      [this, number](result<gate::verdict> told, runtime::context& later) { judged(number, std::move(told), later); },
      how_.gate_limit);
}

void session_logic::judged(std::uint64_t number, result<gate::verdict> told, runtime::context& ctx) {
  const auto at = std::ranges::find(held_, number, &held_message::number);
  if (at == held_.end()) return;
  at->judged = true;
  if (!told && !how_.gate_opens) {
    at->refused = error{make_error_code(errc::unavailable), "it could not be looked at: " + told.error().to_string(),
                        std::chrono::seconds{1}};
  } else if (told && !told->allowed) {
    at->refused = error{make_error_code(errc::filtered), std::move(told->why)};
  }
  while (!held_.empty() && held_.front().judged) {
    auto next = std::move(held_.front());
    held_.erase(held_.begin());
    if (gone_) continue;
    if (next.refused) {
      refuse(next.id, std::move(*next.refused));
    } else if (!is_in(next.room)) {
      refuse(next.id, {make_error_code(errc::forbidden), "join the room first"});
    } else {
      pass_on(next.id, std::move(next.room), std::move(next.said), ctx);
    }
  }
  if (held_.empty()) held_ = std::vector<held_message>();
}

void session_logic::pass_on(request_id id, room_id room, room::publish said, runtime::context& ctx) {
  const auto key = room.str();
  ask<room::published>(ctx, room::kind, key, std::move(said),
                       [this, id, room = std::move(room)](result<room::published> done, runtime::context&) {
                         if (!done) return refuse(id, std::move(done.error()));
                         if (done->echo) port_->push(echoed{room, done->off, done->echo});
                         port_->answer(id, published{done->off, done->ts, done->echo != nullptr});
                       });
}

}  // namespace lightstick::actors::session
