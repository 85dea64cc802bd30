#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/message.hpp"

namespace lightstick::runtime {

class activation;

/// A command on its way to an actor.
struct envelope {
  message_ptr payload;
  reply answer;
};

/// Something the runtime itself has to do on an actor: the control lane, never refused.
using task = unique_function<void(activation&)>;

/// The outside of one activation: what other threads may touch. Thread-safe. Outlives its activation; whatever is
/// sent after that is dropped, which answers its reply.
class cell {
 public:
  explicit cell(actor_id id_) : id(std::move(id_)) {}
  cell(const cell&) = delete;
  cell& operator=(const cell&) = delete;
  virtual ~cell() = default;

  /// Queues a command. REQUIRES: its place was taken (see `registry::admit`).
  virtual void send(envelope e) = 0;
  /// Queues a control task, in order with commands.
  virtual void post(task t) = 0;
  /// Queues a control task ahead of the commands.
  virtual void post_urgent(task t) = 0;

  const actor_id id;
  std::atomic<std::uint32_t> depth{0};       ///< commands accepted and not yet answered
  std::atomic<std::uint32_t> depth_high{0};
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::int64_t> last_active_ns{0};  ///< steady clock
  std::atomic<std::int64_t> wake_ns{0};         ///< the one time its timer is set for; 0 = none
  steady_time born{};
  bool durable = false;
};
using cell_ptr = std::shared_ptr<cell>;
using weak_cell = std::weak_ptr<cell>;

}  // namespace lightstick::runtime
