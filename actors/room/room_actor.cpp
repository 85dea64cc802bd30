#include "actors/room/room_actor.hpp"

#include <memory>
#include <utility>

#include "actors/room/room_commands.hpp"
#include "actors/room/room_logic.hpp"

namespace lightstick::actors::room {

void register_kind(runtime::system& sys, fanout& out, history_id hist, options o, metrics* registry) {
  runtime::kind_options how;
  how.name = kind;
  how.durable = true;
  how.mailbox_max = o.mailbox_max;
  how.idle_after = o.idle_after;
  how.codec = make_codec();
  how.describe = describe;
  auto gate = std::make_shared<resume_gate>(o.resumes, registry);
  counter* limited = nullptr;
  if (registry != nullptr) {
    limited = &registry->make_counter("lightstick_room_publishes_limited_total",
                                      "Publishes of fans over the rate of their room");
  }
  auto env = std::make_shared<const environment>(environment{out, std::move(hist), o, std::move(gate), limited});
  how.make = [env](const actor_id& self) { return std::make_unique<room_logic>(self, env); };
  sys.register_kind(std::move(how));
}

}  // namespace lightstick::actors::room
