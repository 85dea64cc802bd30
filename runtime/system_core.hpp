#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include "runtime/activation_host.hpp"
#include "runtime/recovery_gate.hpp"
#include "runtime/registry.hpp"
#include "runtime/relief.hpp"
#include "runtime/reminder_service.hpp"
#include "runtime/run_watch.hpp"
#include "runtime/taps.hpp"

namespace lightstick::runtime {

/// All of a node's actors but the threads: whoever derives from it runs cells that are ready, and calls `beat`. The
/// simulator does so without a thread.
class system_core : public system, private activation_host {
 public:
  system_core(system_options options, durable_log* log, const clock_source& clock, random_source& random,
              metrics& registry);

  using system::tell;
  void register_kind(kind_options options) override;
  result<void> tell(const actor_id& to, message_ptr m, reply r, const call_options& how) override;
  result<void> spawn(const actor_id& id, std::unique_ptr<logic> behaviour) override;
  [[nodiscard]] std::vector<actor_info> list(std::string_view kind, actor_order order,
                                             std::size_t rows_max) const override;
  [[nodiscard]] std::size_t count(std::string_view kind) const override;
  void inspect(const actor_id& id, unique_function<void(result<actor_report>)> done) override;
  void passivate(const actor_id& id, unique_function<void(result<void>)> done) override;
  void restart(const actor_id& id, unique_function<void(result<void>)> done) override;
  [[nodiscard]] actor_history history_of(const actor_id& id) const override;
  [[nodiscard]] result<std::unique_ptr<lightstick::runtime::tap>> tap(const actor_id& id, tap_options how) override;
  [[nodiscard]] std::vector<slow_actor> slow() const override { return watch_.slow(clock_.now()); }
  [[nodiscard]] std::vector<actor_info> quarantined(std::size_t rows_max) const override;
  [[nodiscard]] std::vector<unreadable_actor> unreadable(std::size_t rows_max) const override {
    return gate_->unreadable(rows_max);
  }

 protected:
  /// A cell that will be run after `cell::bring`.
  [[nodiscard]] virtual cell_ptr new_cell(const actor_id& id, const kind_options& kind) = 0;
  // wake() of activation_host is the deriver's too

  /// To be called about ten times a second: looks for idle and for slow actors, and makes room.
  void beat();

  // The steps of a stop: refuse, wait until `count("")` is 0 or it takes too long, then drop the rest.
  /// False when it was called before.
  [[nodiscard]] bool begin_stop();
  /// True when all have gone in time.
  bool wait_until_gone(std::chrono::milliseconds limit);
  /// Those that did not go, no longer in the registry; to be dropped once nothing runs any more.
  [[nodiscard]] std::vector<cell_ptr> evict_rest();

  [[nodiscard]] const clock_source& clock() const noexcept override { return clock_; }
  [[nodiscard]] const system_options& options() const noexcept { return options_; }

 private:
  struct departure {
    std::string who;
    wall_ms when;
    const char* why;
  };

  [[nodiscard]] const kind_options* kind_of(const actor_id& id) const;
  [[nodiscard]] result<void> try_tell(const actor_id& to, envelope& e, const call_options& how, steady_time now);
  [[nodiscard]] cell_ptr make_cell(const actor_id& id, const kind_options& kind, std::unique_ptr<logic> behaviour,
                                   trace_id trace, activation_cause cause, const std::type_info* born_of);
  [[nodiscard]] actor_info info_of(const cell& c) const;
  [[nodiscard]] trace_id new_trace() noexcept;
  void sweep();
  void relieve();
  void register_own_kinds(metrics& registry);
  void gone(const cell& who, const char* why);

  // activation_host
  result<void> route(const actor_id& to, message_ptr m, reply r, const call_options& how, steady_time now) override;
  [[nodiscard]] bool retire(cell& who, const char* why) override;
  void evict(cell& who) override;
  void recover(cell& who, std::uint32_t generation) override { gate_->enter(who.shared_from_this(), generation); }
  void set_aside(const cell& who, const envelope& e, const std::string& why) override;
  void reminder_set(const cell& who, std::int64_t due_ms) override;
  void saw(cell& who, const tapped_command& what) override;
  void entered(cell& who) override { watch_.entered(who); }
  void working(steady_time since) override { watch_.working(since); }
  void left() override { watch_.left(); }
  void bytes_changed(std::int64_t by) override { bytes_->add(by); }
  [[nodiscard]] durable_log& log() noexcept override { return *log_; }
  [[nodiscard]] random_source& random() noexcept override { return random_; }
  [[nodiscard]] const counters& count() const noexcept override { return counters_; }

  const system_options options_;
  durable_log* log_;
  const clock_source& clock_;
  random_source& random_;
  counters counters_{};
  counter* activations_;
  counter* passivations_;
  counter* relieved_;
  counter* overloads_;
  counter* displaced_;
  gauge* active_;
  gauge* bytes_;
  std::map<std::string, std::unique_ptr<const kind_options>, std::less<>> kinds_;
  run_watch watch_;
  std::shared_ptr<taps> taps_;
  std::shared_ptr<recovery_gate> gate_;
  std::shared_ptr<reminder_service> reminders_;  ///< null without a log
  counter* letters_lost_;
  registry actors_;
  std::atomic<std::uint64_t> traces_{0};
  std::atomic<bool> stopping_{false};
  std::mutex gone_mutex_;
  std::condition_variable gone_;
  mutable std::mutex departures_mutex_;
  std::deque<departure> departures_;  ///< the latest 4,096
  std::size_t beats_ = 0;
  steady_time next_relief_{};
};

}  // namespace lightstick::runtime
