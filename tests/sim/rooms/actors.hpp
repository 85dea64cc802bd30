#pragma once

#include <functional>
#include <map>
#include <vector>

#include "runtime/system_core.hpp"
#include "tests/sim/machine.hpp"
#include "tests/sim/rooms/fragile.hpp"

namespace lightstick::sim {

/// The actors of a node without a thread: the scheduler decides which ready one runs next, and for how long.
class scheduled_actors final : public runtime::system_core, private scheduler::source {
 public:
  /// Changes how the actors of a kind live.
  using tuning = std::function<void(runtime::kind_options&)>;

  /// `told_of_time`: false breaks it. REQUIRES: all outlive it.
  scheduled_actors(machine& on, runtime::system_options o, runtime::durable_log& log, metrics& registry, frailty& how,
                   tuning tune, bool told_of_time = true);
  /// The process died: nothing of it runs any more.
  ~scheduled_actors() override;
  scheduled_actors(const scheduled_actors&) = delete;
  scheduled_actors& operator=(const scheduled_actors&) = delete;

  void register_kind(runtime::kind_options how) override;
  result<void> spawn(const actor_id& id, std::unique_ptr<runtime::logic> behaviour) override;

  /// A logic as the kind makes it, that never throws and lives nowhere.
  [[nodiscard]] std::unique_ptr<runtime::logic> make_plain(const actor_id& id) const;
  /// Throws violation when more wait for an actor than its kind promises. `promised`: of the kinds that are told another
  /// bound than they promise.
  void check_bounds(const std::map<std::string, std::uint32_t>& promised) const;
  /// An actor for which commands wait, for people; empty: none.
  [[nodiscard]] std::string busy() const;

  /// Ends what is under way in order; the scheduler runs it. Then `count("")` is 0, sooner or later.
  void drain() { (void)begin_stop(); }
  void stop(std::chrono::milliseconds /*limit*/) override { drain(); }

 private:
  class scheduled_cell;
  using ready_list = std::vector<runtime::cell_ptr>;

  runtime::cell_ptr new_cell(const actor_id& id, const runtime::kind_options& kind) override;
  void wake(const runtime::cell_ptr& who, steady_time when) override;
  void beat_later();

  [[nodiscard]] std::string_view name() const noexcept override { return "actor"; }
  [[nodiscard]] std::optional<steady_time> due() const override;
  void run() override;

  machine& on_;
  frailty& frailty_;
  tuning tune_;
  bool told_of_time_;
  std::map<std::string, std::function<std::unique_ptr<runtime::logic>(const actor_id&)>> plain_;
  std::shared_ptr<ready_list> ready_ = std::make_shared<ready_list>();
  mutable std::vector<runtime::weak_cell> cells_;
};

}  // namespace lightstick::sim
