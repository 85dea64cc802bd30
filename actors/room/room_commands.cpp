#include "actors/room/room_commands.hpp"

#include "actors/room/messages.hpp"
#include "runtime/event_sourced.hpp"

namespace lightstick::actors::room {
namespace {

/// Their places are on disk: add to the end only.
using commands = runtime::types<open, join, leave, publish, history, presence, erase>;

bool known(role r) noexcept { return r <= role::admin; }

result<void> check(const runtime::message& m) {
  const auto* j = runtime::body_of<join>(m);
  const auto* p = runtime::body_of<publish>(m);
  if ((j != nullptr && !known(j->as)) || (p != nullptr && !known(p->as))) {
    return fail(lightstick::errc::corrupt, "command has a role that does not exist");
  }
  return {};
}

std::string who(const user_id& user, const device_id& device) {
  return " user/" + user.str() + " device " + device.str();
}

std::string bound(const char* name, const std::optional<offset>& off) {
  return off ? std::string(" ") + name + " " + std::to_string(off->value()) : std::string();
}

}  // namespace

runtime::command_codec make_codec() {
  auto codec = runtime::codec_for(commands{});
  codec.decode = [read = std::move(codec.decode)](std::string_view bytes) -> result<runtime::message_ptr> {
    auto m = read(bytes);
    if (!m) return m;
    if (auto ok = check(**m); !ok) return fail(std::move(ok.error()));
    return m;
  };
  return codec;
}

std::string describe(const runtime::message& m) {
  auto line = runtime::name_of(m);
  if (const auto* p = runtime::body_of<publish>(m)) {
    line += who(p->user, p->device) + ", " + std::to_string(p->text.size() + p->data.size()) + " bytes";
  } else if (const auto* j = runtime::body_of<join>(m)) {
    line += who(j->user, j->device) + " session/" + j->session.str();
  } else if (const auto* l = runtime::body_of<leave>(m)) {
    line += " session/" + l->session.str() + (l->dropped ? " dropped" : "");
  } else if (const auto* e = runtime::body_of<erase>(m)) {
    line += " user/" + e->user.str();
  } else if (const auto* h = runtime::body_of<history>(m)) {
    line += bound("before", h->before) + bound("after", h->after) + " limit " + std::to_string(h->limit);
  }
  return line;
}

}  // namespace lightstick::actors::room
