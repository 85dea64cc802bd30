#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/function_ref.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/fifo.hpp"
#include "runtime/message.hpp"

namespace lightstick::runtime {

class activation;
struct kind_options;

/// A command on its way to an actor.
struct envelope {
  message_ptr payload;
  reply answer;
  steady_time deadline = steady_time::max();  ///< dropped, not begun, after it
  steady_time queued{};
  trace_id trace;
  cancel_flag cancelled;     ///< null: cannot be
  std::uint32_t kills = 0;   ///< how often it made its actor fail
};

/// Something the runtime itself has to do on an actor: the control lane.
using task = unique_function<void(activation&)>;

/// What waits for one actor: commands, bounded by the kind, and a control lane that goes first and is never refused.
///
/// Thread: any for `offer`, `post` and the sizes; the rest for whoever runs the actor. One lock, held for a few
/// instructions. Empty it owns no memory beyond itself.
///
/// Bound: `depth` counts commands accepted and not yet answered (each holds a ticket), so that it also bounds what is
/// recovering, uncommitted or being read. The control lane is bounded by what the actor itself has asked for, and by
/// operators.
class mailbox {
 public:
  mailbox() = default;
  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;

  struct offered {
    bool accepted = false;
    bool wake = false;                  ///< the actor has to be run, and nobody else sees to it
    std::optional<envelope> displaced;  ///< had to go for it; to be answered without a lock held
  };
  /// Takes `e` if the kind's policy finds it a place; its answer then holds a ticket of `depth`.
  /// REQUIRES: `self` owns this mailbox.
  [[nodiscard]] offered offer(envelope& e, const kind_options& kind, const std::shared_ptr<void>& self);
  /// True: the actor has to be run. After `close` the task is dropped.
  [[nodiscard]] bool post(task t);

  /// The next thing to do: a control task, otherwise (with `commands`) a command. False when there is neither.
  [[nodiscard]] bool take(bool commands, std::optional<task>& control, std::optional<envelope>& command);
  /// A run has ended. True: there is more to do, so run again. `commands`: the actor takes them.
  [[nodiscard]] bool finish_run(bool commands);
  [[nodiscard]] bool has_commands() const;
  /// Takes out the commands for which `goes` is true, in order.
  [[nodiscard]] std::vector<envelope> take_if(function_ref<bool(const envelope&)> goes);
  /// Drops what waits and all that comes; replies answer for themselves.
  void close();

  std::atomic<std::uint32_t> depth{0};
  std::atomic<std::uint32_t> depth_high{0};

 private:
  [[nodiscard]] bool replace_latest(envelope& e, const kind_options& kind, offered& out);

  mutable std::mutex mutex_;
  fifo<envelope> commands_;
  fifo<task> control_;
  bool scheduled_ = false;
  bool closed_ = false;
};

}  // namespace lightstick::runtime
