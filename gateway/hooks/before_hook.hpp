#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "actors/gate/gate_actor.hpp"
#include "gateway/hooks/breaker.hpp"
#include "gateway/hooks/options.hpp"
#include "gateway/http_client.hpp"
#include "runtime/base/metrics.hpp"

namespace lightstick::gateway::hooks {

/// How a call goes out; `call_http` but in tests.
using caller = std::function<result<http_reply>(const http_call&)>;

/// Asks `options::before` whether messages may be said. `decide` queues and returns; `parallel` threads of its own call. A
/// question is answered within twice `before_limit`, or as long as the host's name takes to be looked up beyond it.
/// Bounds: `waiting` questions, beyond it errc::overloaded; while the breaker is open errc::unavailable at once.
/// Thread: any. Owns its threads.
class before_hook final : public actors::gate::keeper {
 public:
  /// REQUIRES: `clock` and `registry` outlive it.
  before_hook(options o, std::string secret, const clock_source& clock, metrics& registry, caller call = call_http);
  ~before_hook() override;

  void decide(actors::gate::question q, runtime::reply r) override;
  /// Questions that wait fail; those under way end. Idempotent.
  void stop();

 private:
  struct waiting_question {
    actors::gate::question q;
    runtime::reply r;
    steady_time until;
  };
  void run();
  void answer(waiting_question w);
  [[nodiscard]] result<actors::gate::verdict> ask(const actors::gate::question& q);

  const options how_;
  const std::string secret_;
  const clock_source& clock_;
  const caller call_;
  counter& allowed_;
  counter& refused_;
  counter& failed_;
  counter& skipped_;
  counter& overflow_;
  gauge& waiting_;
  histogram& seconds_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<waiting_question> questions_;
  breaker breaker_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace lightstick::gateway::hooks
