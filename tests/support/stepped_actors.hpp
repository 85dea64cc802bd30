#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "tests/support/memory_log.hpp"
#include "tests/support/stepped_system.hpp"

namespace lightstick::testing {

/// The actors of a node that keeps its journals in memory, under a clock that the test turns. Header only.
class stepped_actors {
 public:
  explicit stepped_actors(std::function<void(runtime::system&)> register_kinds)
      : register_kinds_(std::move(register_kinds)) {
    start();
  }

  /// Tells, runs everybody until nobody is ready, and gives the answer; errc::timed_out when there is none yet.
  template <class Answer, class Command>
  result<Answer> ask(const actor_id& to, Command c) {
    // Shared: what is owed at the end of the node is answered then.
    auto out = std::make_shared<std::optional<result<Answer>>>();
    (void)system_->tell(to, runtime::make_message(std::move(c)),
                        runtime::make_reply<Answer>([out](result<Answer> got) { out->emplace(std::move(got)); }));
    system_->run_all();
    return *out ? std::move(**out) : result<Answer>(fail(errc::timed_out, "no answer yet"));
  }
  void advance(std::chrono::milliseconds by) { system_->advance(by); }
  /// The node ends and starts again on the same disk.
  void restart() {
    system_.reset();
    start();
  }
  [[nodiscard]] runtime::system& system() { return *system_; }

  manual_clock clock;
  seeded_random dice{1};
  memory_log log;
  metrics registry;

 private:
  void start() {
    system_ = std::make_unique<stepped_system>(runtime::system_options{}, &log, clock, dice, registry);
    register_kinds_(*system_);
  }

  std::function<void(runtime::system&)> register_kinds_;
  std::unique_ptr<stepped_system> system_;
};

}  // namespace lightstick::testing
