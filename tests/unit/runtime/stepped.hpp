#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "counter_actor.hpp"
#include "tests/support/memory_log.hpp"
#include "tests/support/stepped_system.hpp"

/// A system of counters under a clock that the test turns.
namespace lightstick::testing {

class stepped_test : public ::testing::Test {
 protected:
  void start(runtime::kind_options how = {}, runtime::system_options options = {}) {
    sys = std::make_unique<stepped_system>(options, &log, clock, dice, registry);
    how.name = "counter";
    how.durable = true;
    how.make = [](const actor_id&) { return std::make_unique<counter_logic>(); };
    sys->register_kind(std::move(how));
  }

  using outcome = std::shared_ptr<std::optional<result<value>>>;
  /// Sends, without running anybody.
  template <class Command>
  outcome send(const std::string& key, Command c, const runtime::call_options& how = {}) {
    auto slot = std::make_shared<std::optional<result<value>>>();
    (void)sys->tell({"counter", key}, runtime::make_message(std::move(c)),
                    runtime::make_reply<value>([slot](result<value> got) { slot->emplace(std::move(got)); }), how);
    return slot;
  }
  /// Sends, and runs until nobody is ready.
  template <class Command>
  outcome call(const std::string& key, Command c, const runtime::call_options& how = {}) {
    auto slot = send(key, std::move(c), how);
    sys->run_all();
    return slot;
  }
  [[nodiscard]] int total(const std::string& key) { return (*call(key, get{}))->value().is; }
  [[nodiscard]] runtime::actor_report report(const std::string& key) {
    std::optional<runtime::actor_report> out;
    sys->inspect({"counter", key}, [&](result<runtime::actor_report> r) {
      if (r) out = std::move(*r);
    });
    sys->run_all();
    return out.value_or(runtime::actor_report{});
  }
  [[nodiscard]] std::uint64_t counted(const std::string& name) const {
    for (const auto& e : registry.entries()) {
      if (e.name == name && e.as_counter != nullptr) return e.as_counter->value();
    }
    return 0;
  }

  manual_clock clock;
  seeded_random dice{7};
  metrics registry;
  memory_log log;
  std::unique_ptr<stepped_system> sys;
};

}  // namespace lightstick::testing
