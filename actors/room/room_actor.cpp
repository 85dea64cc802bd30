#include "lightstick/actors/room/room_actor.hpp"

#include <utility>

#include "lightstick/actors/room/messages.hpp"

namespace lightstick::actors::room {
namespace {

class unavailable_room final : public runtime::logic {
 public:
  void handle(runtime::message_ptr, runtime::reply r, runtime::context&) override {
    r.failed({make_error_code(errc::unavailable), "rooms are not built yet"});
  }
};

}  // namespace

void register_kind(runtime::system& sys, fanout& /*out*/, history_id /*hist*/, options o) {
  runtime::kind_options kind_of;
  kind_of.name = kind;
  kind_of.durable = true;
  kind_of.mailbox_max = o.mailbox_max;
  kind_of.idle_after = o.idle_after;
  kind_of.make = [](const actor_id&) { return std::make_unique<unavailable_room>(); };
  sys.register_kind(std::move(kind_of));
}

}  // namespace lightstick::actors::room
