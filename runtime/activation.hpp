#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/logic.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/system.hpp"

namespace lightstick::runtime {

/// What an activation needs of its node. Thread: any.
class activation_host {
 public:
  virtual ~activation_host() = default;
  virtual result<void> route(const actor_id& to, message_ptr m, reply r) = 0;
  /// Posts `activation::tick` to `who` at `when` (or soon after).
  virtual void wake(weak_cell who, steady_time when) = 0;
  /// Takes the actor off the node if no command waits for it; then releases its journal. The activation ends.
  [[nodiscard]] virtual bool retire(const cell& who) = 0;
  /// Ends the activation whatever waits for it.
  virtual void evict(const cell& who) = 0;
  [[nodiscard]] virtual durable_log& log() noexcept = 0;
  [[nodiscard]] virtual const clock_source& clock() const noexcept = 0;

  struct counters {
    counter* restarts;
    counter* quarantined;
    counter* commit_failures;
    counter* replayed;
  };
  [[nodiscard]] virtual const counters& count() const noexcept = 0;
};

/// One running actor: phases, commits, asks and timers around a `logic`. Knows no scheduler; whoever drives it calls
/// its public functions one at a time. Every bound here follows from the mailbox bound: what is stashed, uncommitted
/// or being read belongs to commands that hold a place, asks have their own bound.
///
/// Phases: recovering -> active; active -> recovering after a failed commit or an exception; recovering ->
/// quarantined when the journal is damaged (every command then gets that error); any -> stopping.
///
/// Invariants:
/// 1. `handle` runs only in phase active.
/// 2. Continuations of `persist` run in the order of the calls, and only after all earlier appends are durable.
/// 3. Answers from an earlier generation (before a recovery) are never taken for ones of this generation.
class activation final : private context {
 public:
  activation(activation_host& host, std::shared_ptr<const kind_options> kind, cell_ptr self,
             std::unique_ptr<logic> behaviour);
  ~activation() override;
  activation(const activation&) = delete;
  activation& operator=(const activation&) = delete;

  void start();
  void deliver(envelope e);
  void tick();
  /// Ends the activation if nothing is under way and nobody waits.
  void try_passivate();
  /// Ends it as soon as what is under way is done; new commands are refused by the node already.
  void drain();
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] actor_report report() const;

  // Called by the commit listener and the callbacks of asks and reads.
  void on_committed(std::uint32_t generation, sequence last);
  void on_append_failed(std::uint32_t generation, const error& why);
  void on_recovered(std::uint32_t generation, result<recovered_log> log);
  void on_answer(std::uint64_t ask, result<message_ptr> outcome);
  void on_rows(std::uint32_t incarnation, unique_function<void(result<row_page>, context&)> done,
               result<row_page> page);

 private:
  struct pending_commit {
    sequence last;  ///< due when everything up to here is durable
    unique_function<void(commit_outcome, context&)> done;
  };
  struct open_ask {
    std::uint64_t number;
    steady_time deadline;
    unique_function<void(result<message_ptr>, context&)> done;
  };

  // context
  [[nodiscard]] const actor_id& self() const noexcept override { return cell_->id; }
  [[nodiscard]] steady_time now() const noexcept override { return host_.clock().now(); }
  [[nodiscard]] wall_ms wall() const noexcept override { return host_.clock().wall(); }
  [[nodiscard]] random_source& random() noexcept override { return secure_random(); }
  result<void> tell(const actor_id& to, message_ptr m) override;
  void ask(const actor_id& to, message_ptr m, std::chrono::milliseconds limit,
           unique_function<void(result<message_ptr>, context&)> done) override;
  [[nodiscard]] result<void> may_persist() override;
  void persist(changes what, unique_function<void(commit_outcome, context&)> done) override;
  void read_rows(row_query query, unique_function<void(result<row_page>, context&)> done) override;
  void wake_at(steady_time when) override;
  void passivate() override;
  void stop() override;

  void recover();
  [[nodiscard]] result<void> rebuild(recovered_log& log);
  void handle(envelope e);
  /// Runs `t` now when the logic may be called, after the recovery otherwise.
  void when_ready(task t);
  void work_through_stash();
  /// Runs `step`; an exception restarts the actor (a volatile one ends).
  template <class Step>
  void guarded(Step&& step);
  void restart_after(std::string what);
  void end_failed();
  /// The commits under way lose their generation: whether they happened is not known here.
  void give_up_commits();
  void recover_after_failed_append();
  void quarantine(error why);
  void retry_later();
  void run_due_asks();
  void arm_next();
  void after_step();
  [[nodiscard]] bool quiet() const noexcept;

  activation_host& host_;
  const std::shared_ptr<const kind_options> kind_;
  const cell_ptr cell_;
  std::unique_ptr<logic> logic_;

  activation_phase phase_ = activation_phase::recovering;
  bool ended_ = false;
  bool draining_ = false;
  bool stop_asked_ = false;
  bool passivate_asked_ = false;
  bool append_failed_ = false;  ///< inside this step; recover when it has ended
  std::uint32_t generation_ = 0;   ///< of the journal: grows with each recovery
  std::uint32_t incarnation_ = 0;  ///< of the logic: grows with each restart
  std::uint32_t restarts_ = 0;
  std::uint32_t failures_in_a_row_ = 0;
  steady_time last_failure_{};
  steady_time last_append_failure_{};
  std::uint32_t reads_ = 0;
  std::uint32_t since_snapshot_ = 0;
  std::uint64_t asks_made_ = 0;
  epoch epoch_;
  sequence appended_;
  sequence committed_;
  std::vector<task> stash_;
  std::vector<pending_commit> commits_;
  std::vector<open_ask> asks_;
  std::shared_ptr<append_listener> listener_;
  std::optional<steady_time> wake_;   ///< asked for by the logic
  std::optional<steady_time> retry_;  ///< recover again then
  std::optional<steady_time> armed_;  ///< what the host was asked for
  error last_error_;
};

}  // namespace lightstick::runtime
