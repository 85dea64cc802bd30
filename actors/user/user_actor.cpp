#include "actors/user/user_actor.hpp"

#include <memory>
#include <utility>

#include "actors/user/messages.hpp"
#include "actors/user/user_commands.hpp"
#include "actors/user/user_logic.hpp"

namespace lightstick::actors::user {

void register_kind(runtime::system& sys) {
  runtime::kind_options how;
  how.name = kind;
  how.durable = true;
  how.mailbox_max = 4 * rooms_max;  // some devices that come back to all their rooms at once
  how.codec = make_codec();
  how.describe = describe;
  how.make = [](const actor_id&) { return std::make_unique<user_logic>(); };
  sys.register_kind(std::move(how));
}

}  // namespace lightstick::actors::user
