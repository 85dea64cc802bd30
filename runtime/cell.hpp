#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <typeinfo>

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/cell_stats.hpp"
#include "runtime/kind_options.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/system.hpp"

namespace lightstick::runtime {

class activation;

/// One active actor as the rest of the node sees it: its mailbox, its numbers, and the activation that works on them.
/// It may outlive its activation; whatever is sent after that is dropped, which answers its reply.
///
/// Thread: any for `offer`, `post` and the atomics. `run` is for the executor, one call at a time.
class cell : public std::enable_shared_from_this<cell> {
 public:
  /// REQUIRES: `kind` outlives the cell.
  cell(actor_id id_, const kind_options& kind_);
  cell(const cell&) = delete;
  cell& operator=(const cell&) = delete;
  virtual ~cell();

  /// REQUIRES: not run yet.
  void bring(std::unique_ptr<activation> a);

  /// Queues a command. Errors: overloaded (with a hint when to come again; `e` is untouched), unavailable (it ended).
  /// REQUIRES: the caller holds whatever keeps this cell in the registry.
  [[nodiscard]] result<void> offer(envelope& e, std::optional<envelope>& displaced);
  /// Queues a control task, ahead of commands, in order with other tasks. Never refused.
  void post(task t);

  /// Works for a while: what is in the control lane, then commands, at most `commands_max` or `slice` of time.
  void run(std::uint32_t commands_max);
  /// Ends it as it is, whatever is under way: what waits, in the mailbox or for a commit, is dropped, which answers it.
  /// Such answers hold the cell itself, so without this a cell that has not ended would never go.
  /// REQUIRES: nobody runs it, now or later.
  void drop();
  /// Nothing more will be done. Thread: as `run`.
  [[nodiscard]] bool ended() const noexcept { return ended_; }

  const actor_id id;
  const kind_options& kind;
  cell_stats stats;
  mailbox mail;
  std::atomic<std::int64_t> last_active_ns{0};  ///< steady clock
  std::atomic<std::int64_t> wake_ns{0};  ///< the one time its timer is set for; 0 = none
  std::atomic<std::uint32_t> bytes{0};  ///< estimated memory, set after each run
  std::atomic<bool> tapped{false};  ///< somebody wants to see its commands
  std::atomic<activation_phase> phase{activation_phase::recovering};  ///< as of the last run
  steady_time born{};
  trace_id born_by;
  activation_cause cause = activation_cause::command;
  const std::type_info* born_of = nullptr;  ///< the command's type

  static constexpr std::chrono::milliseconds slice{2};

 protected:
  /// `run` shall be called soon, once. Called from any thread, also with locks held: must only pass it on.
  virtual void ready() = 0;

 private:
  std::unique_ptr<activation> activation_;
  bool ended_ = false;
};
using cell_ptr = std::shared_ptr<cell>;
using weak_cell = std::weak_ptr<cell>;

}  // namespace lightstick::runtime
