#include "actors/session/session_actor.hpp"

#include <utility>

#include "actors/session/session_logic.hpp"

namespace lightstick::actors::session {

namespace {

/// Open asks beside those of entering rooms: what the connection lets a client have under way, and rolls.
constexpr std::uint32_t asks_beside = 256;

}  // namespace

void register_kind(runtime::system& sys, const options& o) {
  runtime::kind_options how;
  how.name = kind;
  how.mailbox_max = o.mailbox_max;
  how.asks_max = o.rooms_max + asks_beside;  // a `begin` enters all its rooms at once
  sys.register_kind(std::move(how));
}

result<void> start(runtime::system& sys, const session_id& id, identity who, std::shared_ptr<client_port> port,
                   const options& o) {
  return sys.spawn({kind, id.str()}, std::make_unique<session_logic>(id, std::move(who), std::move(port), o));
}

}  // namespace lightstick::actors::session
