#include "lightstick/actors/user/user_actor.hpp"

#include <utility>

#include "lightstick/actors/user/messages.hpp"

namespace lightstick::actors::user {
namespace {

class unavailable_user final : public runtime::logic {
 public:
  void handle(runtime::message_ptr, runtime::reply r, runtime::context&) override {
    r.failed({make_error_code(errc::unavailable), "users are not built yet"});
  }
};

}  // namespace

void register_kind(runtime::system& sys) {
  runtime::kind_options kind_of;
  kind_of.name = kind;
  kind_of.durable = true;
  kind_of.make = [](const actor_id&) { return std::make_unique<unavailable_user>(); };
  sys.register_kind(std::move(kind_of));
}

}  // namespace lightstick::actors::user
