#include "runtime/caf_shell.hpp"

#include <caf/send.hpp>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightstick::runtime::mail_ptr)

namespace lightstick::runtime {

void caf_cell::send(envelope e) { caf::anon_send(handle, std::make_shared<mail>(mail{std::move(e)})); }

void caf_cell::post(task t) { caf::anon_send(handle, std::make_shared<mail>(mail{std::move(t)})); }

void caf_cell::post_urgent(task t) {
  caf::anon_send<caf::message_priority::high>(handle, std::make_shared<mail>(mail{std::move(t)}));
}

shell::shell(caf::actor_config& config, std::unique_ptr<activation> a)
    : caf::event_based_actor(config), activation_(std::move(a)) {}

caf::behavior shell::make_behavior() {
  return {[this](const mail_ptr& m) {
    // The one reference is ours: CAF hands each anonymous message to one actor.
    if (auto* command = std::get_if<envelope>(&m->content)) {
      activation_->deliver(std::move(*command));
    } else {
      std::get<task>(m->content)(*activation_);
    }
    if (activation_->ended()) quit();
  }};
}

void shell::on_exit() { activation_.reset(); }

}  // namespace lightstick::runtime
