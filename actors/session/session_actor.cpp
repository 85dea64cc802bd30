#include "actors/session/session_actor.hpp"

#include <utility>

#include "actors/session/session_logic.hpp"

namespace lightstick::actors::session {

namespace {

/// Open asks beside those of entering rooms: what the connection lets a client have under way, and rolls.
constexpr std::uint32_t asks_beside = 256;

/// "session::publish room/aurora, 24 bytes": never what people wrote, nor a name.
std::string describe(const runtime::message& m) {
  auto line = runtime::name_of(m);
  auto room = [&](const auto* command) {
    if (command != nullptr) line += " room/" + command->room.str();
    return command != nullptr;
  };
  if (const auto* p = runtime::body_of<publish>(m)) {
    line += " room/" + p->room.str() + ", " + std::to_string(p->text.size() + p->data.size()) + " bytes";
  } else if (const auto* b = runtime::body_of<begin>(m)) {
    line += ", " + std::to_string(b->resume.size()) + " rooms";
  } else {
    (void)(room(runtime::body_of<join>(m)) || room(runtime::body_of<leave>(m)) || room(runtime::body_of<history>(m)) ||
           room(runtime::body_of<read>(m)) || room(runtime::body_of<presence>(m)) ||
           room(runtime::body_of<moderate>(m)) || room(runtime::body_of<roll_call>(m)));
  }
  return line;
}

}  // namespace

void register_kind(runtime::system& sys, const options& o) {
  runtime::kind_options how;
  how.name = kind;
  how.mailbox_max = o.mailbox_max;
  how.asks_max = o.rooms_max + asks_beside;  // a `begin` enters all its rooms at once
  how.describe = describe;
  sys.register_kind(std::move(how));
}

result<void> start(runtime::system& sys, const session_id& id, identity who, std::shared_ptr<client_port> port,
                   const options& o) {
  return sys.spawn({kind, id.str()}, std::make_unique<session_logic>(id, std::move(who), std::move(port), o));
}

}  // namespace lightstick::actors::session
