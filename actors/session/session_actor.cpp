#include "lightstick/actors/session/session_actor.hpp"

#include <utility>

namespace lightstick::actors::session {
namespace {

class unavailable_session final : public runtime::logic {
 public:
  void handle(runtime::message_ptr, runtime::reply r, runtime::context&) override {
    r.failed({make_error_code(errc::unavailable), "sessions are not built yet"});
  }
};

}  // namespace

void register_kind(runtime::system& sys, const options& o) {
  runtime::kind_options kind_of;
  kind_of.name = kind;
  kind_of.mailbox_max = o.mailbox_max;
  sys.register_kind(std::move(kind_of));
}

result<void> start(runtime::system& sys, const session_id& id, identity /*who*/, std::shared_ptr<client_port> /*port*/,
                   const options& /*o*/) {
  return sys.spawn(actor_id{kind, id.str()}, std::make_unique<unavailable_session>());
}

}  // namespace lightstick::actors::session
