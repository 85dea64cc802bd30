#include "actors/user/user_commands.hpp"

#include "actors/user/messages.hpp"
#include "runtime/event_sourced.hpp"

namespace lightstick::actors::user {
namespace {

/// Their places are on disk: add to the end only.
using commands = runtime::types<attach, detach, enter_room, leave_room, move_cursor, erase>;

}  // namespace

runtime::command_codec make_codec() { return runtime::codec_for(commands{}); }

std::string describe(const runtime::message& m) {
  auto line = runtime::name_of(m);
  if (const auto* a = runtime::body_of<attach>(m)) {
    line += " session/" + a->session.str();
  } else if (const auto* d = runtime::body_of<detach>(m)) {
    line += " session/" + d->session.str();
  } else if (const auto* in = runtime::body_of<enter_room>(m)) {
    line += " room/" + in->room.str();
  } else if (const auto* out = runtime::body_of<leave_room>(m)) {
    line += " room/" + out->room.str();
  } else if (const auto* c = runtime::body_of<move_cursor>(m)) {
    line += " room/" + c->room.str() + " to " + std::to_string(c->off.value());
  }
  return line;
}

}  // namespace lightstick::actors::user
