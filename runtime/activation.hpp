#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/activation_host.hpp"
#include "runtime/cell.hpp"
#include "runtime/commit_window.hpp"
#include "runtime/logic.hpp"
#include "runtime/reminder_due.hpp"
#include "runtime/system.hpp"

namespace lightstick::runtime {

/// One running actor: phases, commits, asks, timers and reminders around a `logic`. Knows no scheduler; its cell calls
/// its public functions one at a time. Every bound here follows from the mailbox bound: what is uncommitted or being
/// read belongs to commands that hold a place; asks, timers and reminders have their own bounds.
///
/// Phases: recovering -> active; active -> recovering after a failed commit or an exception; recovering ->
/// quarantined when the journal is damaged or the actor fails again and again (every command then gets that error);
/// any -> stopping. While it recovers, commands wait in the mailbox, in order.
///
/// Invariants:
/// 1. `handle` runs only in phase active.
/// 2. Continuations of `persist` run in the order of the calls, and only after all earlier appends are durable.
/// 3. Answers from an earlier generation (before a recovery) are never taken for ones of this generation.
class activation final : private context {
 public:
  /// REQUIRES: both outlive the activation; `self` owns it.
  activation(activation_host& host, cell& self, std::unique_ptr<logic> behaviour);
  ~activation() override;
  activation(const activation&) = delete;
  activation& operator=(const activation&) = delete;

  void start();
  /// Control tasks and commands, at most `commands_max` or `cell::slice` of time.
  void run(std::uint32_t commands_max);
  [[nodiscard]] bool takes_commands() const noexcept {
    return phase_ != activation_phase::recovering && commits_.size() < window_.allowed();
  }
  /// There is something to do that the mailbox does not know of.
  [[nodiscard]] bool wants_run() const noexcept { return suspect_ && takes_commands(); }
  void tick();
  /// Ends the activation if nothing is under way and nobody waits; otherwise the error says why not.
  /// `why` is a phrase for operators, of static storage.
  result<void> try_passivate(const char* why);
  /// Throws the state away and reads it again. Commits under way end with an unknown outcome. Errors: invalid (volatile).
  result<void> restart();
  /// Ends it as soon as what is under way is done; new commands are refused by the node already.
  void drain();
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] actor_report report() const;

  // Called by the commit listener and the callbacks of asks, reads and recoveries.
  void on_committed(std::uint32_t generation, sequence last);
  void on_append_failed(std::uint32_t generation, const error& why);
  void on_recovered(std::uint32_t generation, result<recovered_log> log);
  void on_answer(ask_id ask, result<message_ptr> outcome);
  void on_rows(std::uint32_t incarnation, trace_id trace, unique_function<void(result<row_page>, context&)> done,
               result<row_page> page);

 private:
  struct pending_commit {
    sequence last;  ///< due when everything up to here is durable
    trace_id trace;
    std::int64_t due_ms;  ///< the earliest reminder that it sets
    steady_time begun;
    unique_function<void(commit_outcome, context&)> done;
  };
  struct open_ask {
    ask_id number;
    steady_time deadline;
    trace_id trace;
    cancel_flag cancelled;
    unique_function<void(result<message_ptr>, context&)> done;
  };
  struct timer {
    timer_id number;
    steady_time when;
    trace_id trace;
    continuation what;
  };
  struct fired {
    reminder which;
    std::optional<error> refused;
  };
  struct past_error {
    wall_ms when;
    std::string what;
  };

  // context
  [[nodiscard]] const actor_id& self() const noexcept override { return cell_.id; }
  [[nodiscard]] steady_time now() const noexcept override { return host_.clock().now(); }
  [[nodiscard]] wall_ms wall() const noexcept override { return host_.clock().wall(); }
  [[nodiscard]] random_source& random() noexcept override { return host_.random(); }
  [[nodiscard]] trace_id trace() const noexcept override { return trace_; }
  result<void> tell(const actor_id& to, message_ptr m) override;
  ask_id ask(const actor_id& to, message_ptr m, std::chrono::milliseconds limit,
             unique_function<void(result<message_ptr>, context&)> done) override;
  void cancel_ask(ask_id which) override;
  [[nodiscard]] result<void> may_persist() override;
  [[nodiscard]] result<void> may_remind(const std::vector<reminder_write>& changes) override;
  void persist(changes what, unique_function<void(commit_outcome, context&)> done) override;
  void refuse_reminder(error why) override;
  [[nodiscard]] const std::vector<reminder>& reminders() const noexcept override { return reminders_; }
  void read_rows(row_query query, unique_function<void(result<row_page>, context&)> done) override;
  void wake_at(steady_time when) override;
  timer_id at(steady_time when, continuation what) override;
  void cancel_timer(timer_id which) override;
  void passivate() override;
  void stop() override;

  [[nodiscard]] const kind_options& kind() const noexcept { return cell_.kind; }
  // activation.cpp: commands
  void deliver(envelope&& e, steady_time begun);
  [[nodiscard]] bool dropped(envelope& e, steady_time at);
  void handle(envelope&& e);
  void remind(const reminder_due& due, envelope& e);
  void stranger(const reminder_due& due);
  void reminder_refused(envelope& e, const fired& which);
  void put_aside(envelope& e, const std::string& why, std::string answer);
  /// `step` with the trace it belongs to; an exception restarts the actor (a volatile one ends).
  template <class Step>
  void guarded(trace_id trace, Step&& step);
  void after_step();
  [[nodiscard]] bool quiet() const noexcept;
  void set_bytes();
  void remember(std::string what);

  // activation_recovery.cpp
  void recover();
  [[nodiscard]] result<void> rebuild(recovered_log& log);
  void quarantine(error why);
  void retry_later();
  /// Answers what has waited too long for a journal that cannot be read; and reminders, which come again by themselves
  /// and hold up those of other actors meanwhile.
  void answer_waiting();
  /// `asked`: somebody waited for its answer when it was begun.
  void killed(envelope e, const std::string& what, bool asked);
  void restart_after(const std::string& what);
  void lose_incarnation();
  void end_failed();
  void recover_after_failed_append();
  /// The commits under way lose their generation: whether they happened is not known here. False: the logic failed over
  /// it, and has been restarted.
  [[nodiscard]] bool give_up_commits();
  /// Runs `t` now when the logic may be called, after the recovery otherwise.
  void when_ready(task t);
  void work_through_stash();

  // activation_commits.cpp
  [[nodiscard]] result<void> note_reminders(changes& what, append_request& request);
  void refuse_too_large(const char* what, std::size_t bytes, unique_function<void(commit_outcome, context&)> done);

  // activation_asks.cpp
  void run_due_asks();
  void run_due_timers();
  void arm_next();

  activation_host& host_;
  cell& cell_;
  std::unique_ptr<logic> logic_;

  activation_phase phase_ = activation_phase::recovering;
  bool ended_ = false;
  bool draining_ = false;
  bool stop_asked_ = false;
  bool passivate_asked_ = false;
  bool append_failed_ = false;  ///< inside this step; recover when it has ended
  bool persisted_ = false;  ///< in this call
  std::uint32_t generation_ = 0;  ///< of the journal: grows with each recovery
  std::uint32_t incarnation_ = 0;  ///< of the logic: grows with each restart
  std::uint32_t restarts_ = 0;
  std::uint32_t failures_in_a_row_ = 0;
  std::uint32_t exceptions_in_a_row_ = 0;
  std::uint32_t reads_ = 0;
  std::uint32_t since_snapshot_ = 0;  ///< events
  std::uint32_t bytes_since_snapshot_ = 0;  ///< of them
  std::uint64_t numbers_ = 0;  ///< of asks and timers
  steady_time run_at_{};  ///< when the present step of the run began
  steady_time last_failure_{};
  steady_time last_append_failure_{};
  trace_id trace_;
  epoch epoch_;
  sequence appended_;
  sequence committed_;
  std::vector<task> stash_;
  std::vector<pending_commit> commits_;
  commit_window window_;
  std::vector<open_ask> asks_;
  std::vector<timer> timers_;
  std::vector<reminder> reminders_;  ///< with every change persisted so far
  std::vector<past_error> errors_;  ///< the last few
  std::unique_ptr<envelope> suspect_;  ///< made the actor fail; comes first
  std::vector<std::size_t> strangers_;  ///< reminders, hashed, that came and were not known
  fired* firing_ = nullptr;  ///< to be forgotten with the first commit of this call
  std::shared_ptr<append_listener> listener_;
  steady_time wake_ = steady_time::max();  ///< asked for by the logic
  steady_time retry_ = steady_time::max();  ///< recover again then
  steady_time armed_ = steady_time::max();  ///< what the host was asked for
  error last_error_;
};

}  // namespace lightstick::runtime
