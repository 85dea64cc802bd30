#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "actors/fanout.hpp"
#include "gateway/hooks/before_hook.hpp"
#include "gateway/hooks/bodies.hpp"

namespace lightstick::gateway::hooks {

/// Tells `options::after` what was said, in order, one call after the other on a thread of its own; what the answer withdraws is
/// handed to `withdraw`. A call that fails (no answer, or none of 2xx) is tried again with the same id.
/// Bounds: `backlog` messages wait, beyond it new ones are lost; after `tries` those of a call are. Both are counted.
/// What waits at the end of the process is lost too.
/// Thread: any. Owns its thread.
class after_hook {
 public:
  using withdrawer = std::function<void(const withdrawal&)>;

  /// REQUIRES: `clock` and `registry` outlive it; `withdraw` may be called until `stop` has returned.
  after_hook(options o, std::string secret, const clock_source& clock, metrics& registry, withdrawer withdraw,
             caller call = call_http);
  ~after_hook();
  after_hook(const after_hook&) = delete;
  after_hook& operator=(const after_hook&) = delete;

  /// Returns at once.
  void tell(const actors::room_batch& batch);
  /// Ends the call under way. Idempotent.
  void stop();

 private:
  void run();
  [[nodiscard]] std::vector<told> next();
  void deliver(const std::vector<told>& some);
  [[nodiscard]] bool try_once(const std::string& id, const std::string& body);
  /// False when it stops.
  [[nodiscard]] bool pause(std::chrono::milliseconds time);

  const options how_;
  const std::string secret_;
  const clock_source& clock_;
  const withdrawer withdraw_;
  const caller call_;
  counter& told_;
  counter& lost_;
  counter& failures_;
  counter& withdrawn_;
  gauge& waiting_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<told> messages_;
  bool stopping_ = false;
  std::thread thread_;
};

/// Hands everything on to another fanout, and what is said to a hook as well.
class tapped_fanout final : public actors::fanout {
 public:
  /// REQUIRES: both outlive it.
  tapped_fanout(actors::fanout& on, after_hook& hook) : on_(on), hook_(hook) {}
  void publish(std::shared_ptr<const actors::room_batch> batch) override {
    hook_.tell(*batch);
    on_.publish(std::move(batch));
  }
  void publish(std::shared_ptr<const actors::room_change> change) override { on_.publish(std::move(change)); }
  void call_roll(const room_id& room) override { on_.call_roll(room); }

 private:
  actors::fanout& on_;
  after_hook& hook_;
};

}  // namespace lightstick::gateway::hooks
