#pragma once

#include <memory>
#include <variant>

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include "runtime/activation.hpp"

/// Where the runtime touches CAF: one CAF actor an activation, one CAF message a mail. Included by caf_*.cpp only.
namespace lightstick::runtime {

namespace post {
/// In a namespace of its own: CAF calls its `make_message` unqualified, and would find ours for a type of ours.
struct mail {
  std::variant<envelope, task> content;
};
}  // namespace post
using post::mail;
using mail_ptr = std::shared_ptr<mail>;

/// A cell whose activation is a CAF actor. The CAF actor holds the cell and the cell the actor; `shell::on_exit`
/// breaks the ring.
class caf_cell final : public cell {
 public:
  using cell::cell;
  void send(envelope e) override;
  void post(task t) override;
  void post_urgent(task t) override;

  caf::actor handle;  ///< set before the cell is shared
};

/// Runs an activation on CAF's scheduler.
class shell final : public caf::event_based_actor {
 public:
  shell(caf::actor_config& config, std::unique_ptr<activation> a);
  [[nodiscard]] caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  std::unique_ptr<activation> activation_;
};

}  // namespace lightstick::runtime
