#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/logger.hpp>

#include "runtime/activation.hpp"
#include "runtime/caf_cell.hpp"
#include "runtime/system_core.hpp"
#include "runtime/timer_service.hpp"

namespace lightstick::runtime {
namespace {

/// Creating a system leaves a reference to CAF's logger in the calling thread, and the actor system's destructor waits
/// until no thread has one. Threads that are not CAF's give theirs back here.
class logger_reference {
 public:
  logger_reference() : had_one_(caf::logger::current_logger() != nullptr) {}
  logger_reference(const logger_reference&) = delete;
  logger_reference& operator=(const logger_reference&) = delete;
  ~logger_reference() {
    if (!had_one_) caf::logger::set_current_actor_system(nullptr);
  }

 private:
  bool had_one_;
};

/// Runs cells on CAF's scheduler, and wakes them from one timer thread.
class caf_system final : public system_core {
 public:
  caf_system(const system_options& options, durable_log* log, const clock_source& clock, metrics& registry)
      : system_core(options, log, clock, secure_random(), registry) {
    config_.set("scheduler.policy", caf::atom("sharing"));
    config_.set("scheduler.max-threads", static_cast<std::size_t>(options.threads));
    logger_reference keep_none;
    caf_ = std::make_unique<caf::actor_system>(config_);
    caf_->await_actors_before_shutdown(false);
    timers_ =
        std::make_unique<timer_service>([](cell& c) { c.post([](activation& a) { a.tick(); }); }, [this] { beat(); });
  }
  ~caf_system() override { stop(std::chrono::seconds{5}); }
  caf_system(const caf_system&) = delete;
  caf_system& operator=(const caf_system&) = delete;

  void stop(std::chrono::milliseconds limit) override {
    if (!begin_stop()) return;
    (void)wait_until_gone(limit);
    const auto rest = evict_rest();
    for (const auto& c : rest) static_cast<caf_cell&>(*c).kill();
    timers_->stop();
    caf_.reset();
    for (const auto& c : rest) c->drop();
  }

 private:
  cell_ptr new_cell(const actor_id& id, const kind_options& kind) override {
    // Not in one piece with its count: a timer's weak pointer would keep all of it until the timer's time.
    return cell_ptr(new caf_cell(id, kind, *caf_, options().max_throughput));  // NOLINT(modernize-make-shared)
  }
  void wake(const cell_ptr& who, steady_time when) override { timers_->wake(who, when); }

  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> caf_;
  std::unique_ptr<timer_service> timers_;
};

}  // namespace

result<std::unique_ptr<system>> system::start(system_options options, durable_log* log, const clock_source& clock,
                                              metrics& registry) {
  if (options.threads == 0 || options.max_throughput == 0 || options.actors_max == 0 || options.recoveries_max == 0 ||
      options.memory_bytes == 0) {
    return fail(errc::invalid, "options of the runtime must be at least 1");
  }
  return std::make_unique<caf_system>(options, log, clock, registry);
}

}  // namespace lightstick::runtime
