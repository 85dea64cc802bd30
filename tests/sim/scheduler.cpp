#include "tests/sim/scheduler.hpp"

#include <algorithm>

namespace lightstick::sim {

void scheduler::post(side of, std::string_view what, task t) {
  assert(ready_.size() < things_max);
  ready_.push_back({of, what, std::move(t)});
}

scheduler::alarm scheduler::after(side of, std::chrono::nanoseconds d, std::string_view what, task t) {
  assert(alarms_.size() < things_max);
  alarm a{clock_.now() + d, ++alarms_made_};
  alarms_.emplace(a, thing{of, what, std::move(t)});
  return a;
}

void scheduler::forget_process() {
  // What a task holds may post when it goes: it goes after the tables are whole again.
  std::vector<thing> gone;
  for (auto& t : ready_) {
    if (t.of == side::process) gone.push_back(std::move(t));
  }
  std::erase_if(ready_, [](const thing& t) { return t.of == side::process; });
  for (auto at = alarms_.begin(); at != alarms_.end();) {
    if (at->second.of == side::process) {
      gone.push_back(std::move(at->second));
      at = alarms_.erase(at);
    } else {
      ++at;
    }
  }
}

/// Makes ready what is due.
void scheduler::ring() {
  while (!alarms_.empty() && alarms_.begin()->first.first <= clock_.now()) {
    ready_.push_back(std::move(alarms_.begin()->second));
    alarms_.erase(alarms_.begin());
  }
  due_.clear();
  for (auto* s : sources_) {
    if (auto when = s->due(); when && *when <= clock_.now()) due_.push_back(s);
  }
}

/// To the next moment at which there is something to do; false when there is none.
bool scheduler::pass_time() {
  std::optional<steady_time> next;
  if (!alarms_.empty()) next = alarms_.begin()->first.first;
  for (auto* s : sources_) {
    if (auto when = s->due()) next = next ? std::min(*next, *when) : *when;
  }
  if (!next) return false;
  clock_.advance_to(std::max(*next, clock_.now()));
  return true;
}

bool scheduler::step() {
  clock_.advance_to(clock_.now() + chance_.between(std::chrono::nanoseconds{0}, step_max));
  ring();
  if (ready_.empty() && due_.empty()) {
    if (!pass_time()) return false;
    ring();
  }
  ++steps_;
  auto which = chance_.below(ready_.size() + due_.size());
  if (which >= ready_.size()) {
    auto& s = *due_.at(which - ready_.size());
    notes_.note(s.name());
    s.run();
    return true;
  }
  std::swap(ready_.at(which), ready_.back());
  auto next = std::move(ready_.back());
  ready_.pop_back();
  notes_.note(next.what);
  next.run();
  return true;
}

}  // namespace lightstick::sim
