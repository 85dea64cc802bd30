// The part of activation that talks to others and waits for time to pass.
#include <algorithm>

#include "runtime/activation.hpp"
#include "runtime/activation_guard.hpp"

namespace lightstick::runtime {

result<void> activation::tell(const actor_id& to, message_ptr m) {
  return host_.route(to, std::move(m), {}, {steady_time::max(), trace_, {}}, run_at_);
}

ask_id activation::ask(const actor_id& to, message_ptr m, std::chrono::milliseconds limit,
                       unique_function<void(result<message_ptr>, context&)> done) {
  const auto number = ++numbers_;
  auto answer_here = [to = cell_.weak_from_this(), number](result<message_ptr> outcome) {
    auto cell = to.lock();
    if (!cell) return;
    cell->post(
        [number, outcome = std::move(outcome)](activation& a) mutable { a.on_answer(number, std::move(outcome)); });
  };
  const bool full = asks_.size() >= kind().asks_max;
  const auto asked = now();
  const auto deadline = asked + limit;
  asks_.push_back({number, deadline, trace_, std::make_shared<std::atomic<bool>>(false), std::move(done)});
  if (full) {
    answer_here(fail(errc::overloaded, "too many open requests"));
  } else {
    (void)host_.route(to, std::move(m), reply{std::move(answer_here)}, {deadline, trace_, asks_.back().cancelled},
                      asked);
  }
  return number;
}

void activation::cancel_ask(ask_id which) {
  auto at = std::ranges::find(asks_, which, &open_ask::number);
  if (at == asks_.end()) return;
  at->cancelled->store(true, std::memory_order_relaxed);
  asks_.erase(at);
}

void activation::on_answer(ask_id ask, result<message_ptr> outcome) {
  when_ready([ask, outcome = std::move(outcome)](activation& a) mutable {
    auto it = std::ranges::find(a.asks_, ask, &open_ask::number);
    if (it == a.asks_.end()) return;
    auto open = std::move(*it);
    a.asks_.erase(it);
    a.guarded(open.trace, [&] { open.done(std::move(outcome), a); });
  });
}

void activation::run_due_asks() {
  const auto deadline = now();
  while (!ended_ && phase_ == activation_phase::active) {
    auto it = std::ranges::find_if(asks_, [&](const auto& open) { return open.deadline <= deadline; });
    if (it == asks_.end()) return;
    auto open = std::move(*it);
    asks_.erase(it);
    open.cancelled->store(true, std::memory_order_relaxed);
    guarded(open.trace, [&] { open.done(fail(errc::timed_out, "no answer in time"), *this); });
  }
}

void activation::wake_at(steady_time when) { wake_ = std::min(wake_, when); }

timer_id activation::at(steady_time when, continuation what) {
  if (timers_.size() >= kind().timers_max) {
    host_.count().timers_refused->add();
    return 0;
  }
  timers_.push_back({++numbers_, when, trace_, std::move(what)});
  return timers_.back().number;
}

void activation::cancel_timer(timer_id which) {
  std::erase_if(timers_, [&](const timer& t) { return t.number == which; });
}

void activation::run_due_timers() {
  const auto deadline = now();
  while (!ended_ && phase_ == activation_phase::active) {
    auto it = std::ranges::min_element(timers_, {}, &timer::when);
    if (it == timers_.end() || it->when > deadline) break;
    auto due = std::move(*it);
    timers_.erase(it);
    guarded(due.trace, [&] { due.what(*this); });
  }
  if (ended_ || phase_ != activation_phase::active || wake_ > deadline) return;
  wake_ = steady_time::max();
  guarded({}, [this] { logic_->on_timer(*this); });
}

void activation::arm_next() {
  auto next = retry_;
  if (phase_ == activation_phase::active) {
    // While recovering nothing of the logic may run, however late it is.
    next = std::min(next, wake_);
    for (const auto& open : asks_) next = std::min(next, open.deadline);
    for (const auto& t : timers_) next = std::min(next, t.when);
  }
  if (next == steady_time::max() || armed_ <= next) return;
  armed_ = next;
  host_.wake(cell_.shared_from_this(), next);
}

void activation::tick() {
  if (ended_) return;
  armed_ = steady_time::max();
  if (retry_ <= now()) recover();
  if (phase_ == activation_phase::active) {
    run_due_asks();
    if (!ended_) run_due_timers();
  }
  if (!ended_) arm_next();
}

}  // namespace lightstick::runtime
