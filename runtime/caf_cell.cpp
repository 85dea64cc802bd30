#include "runtime/caf_cell.hpp"

#include <caf/atom.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace lightstick::runtime {
namespace {

using run_signal = caf::atom_constant<caf::atom("run")>;

/// One message for all signals.
const caf::message& signal_message() {
  static const caf::message signal = caf::make_message(run_signal::value);
  return signal;
}

class shell final : public caf::event_based_actor {
 public:
  shell(caf::actor_config& config, std::shared_ptr<cell> runs, std::uint32_t commands_max)
      : caf::event_based_actor(config), cell_(std::move(runs)), commands_max_(commands_max) {}

  [[nodiscard]] caf::behavior make_behavior() override {
    return {[this](run_signal) {
      cell_->run(commands_max_);
      if (cell_->ended()) quit();
    }};
  }
  void on_exit() override { cell_.reset(); }

 private:
  std::shared_ptr<cell> cell_;
  const std::uint32_t commands_max_;
};

}  // namespace

void caf_cell::spawn_in(caf::actor_system& system, std::uint32_t commands_max) {
  handle_ = system.spawn<shell, caf::hidden>(shared_from_this(), commands_max);
}

void caf_cell::ready() { caf::anon_send(handle_, signal_message()); }

void caf_cell::kill() { caf::anon_send_exit(handle_, caf::exit_reason::kill); }

}  // namespace lightstick::runtime
