// The part of activation that reads the journal, and begins again after a failure.
#include <algorithm>

#include "runtime/activation.hpp"
#include "runtime/activation_guard.hpp"
#include "runtime/base/log.hpp"
#include "runtime/commit_listener.hpp"
#include "runtime/reminder_service.hpp"

namespace lightstick::runtime {
namespace {

constexpr std::chrono::seconds append_failure_pause{1};  ///< a recovery that was of no use is not repeated at once

}  // namespace

void activation::recover() {
  phase_ = activation_phase::recovering;
  retry_ = steady_time::max();
  ++generation_;
  host_.recover(cell_, generation_);
}

void activation::on_recovered(std::uint32_t generation, result<recovered_log> log) {
  if (ended_ || generation != generation_) return;
  result<void> outcome;
  if (!log) {
    outcome = fail(std::move(log.error()));
  } else if (const auto thrown = thrown_by([&] { outcome = rebuild(*log); })) {
    outcome = fail(errc::corrupt, cell_.id.to_string() + ": " + *thrown);
  }
  if (!outcome) {
    if (outcome.error().is(condition::corrupt)) return quarantine(std::move(outcome.error()));
    last_error_ = std::move(outcome.error());
    remember("recovery: " + last_error_.to_string());
    LS_LOG(runtime, warn, "recovery failed, trying again", {"actor", cell_.id.to_string()}, {"error", last_error_});
    answer_waiting();
    retry_later();
    return after_step();
  }
  epoch_ = log->owner_epoch;
  appended_ = committed_ = log->last;
  since_snapshot_ = static_cast<std::uint32_t>(log->events.size());
  bytes_since_snapshot_ = 0;
  for (const auto& event : log->events) bytes_since_snapshot_ += static_cast<std::uint32_t>(event.size());
  listener_ = make_commit_listener(cell_.weak_from_this(), generation_);
  phase_ = activation_phase::active;
  guarded(cell_.born_by, [this] { logic_->started(*this); });
  work_through_stash();
}

result<void> activation::rebuild(recovered_log& log) {
  host_.count().replayed->add(log.events.size());
  logic_->reset();
  if (log.snapshot) {
    if (auto r = logic_->restore(*log.snapshot); !r) return r;
  }
  for (const auto& mark : log.marks) {
    if (auto r = logic_->restore_mark(mark); !r) return r;
  }
  for (const auto& event : log.events) {
    if (event.empty()) continue;  // gave rows their place, means nothing to the logic
    if (auto r = logic_->replay(event); !r) return r;
  }
  reminders_ = std::move(log.reminders);
  if (!reminders_.empty()) {
    // Set by a commit whose news was lost, perhaps; what is known to be due already has its own time to come again.
    const auto first = std::ranges::min(reminders_, {}, &reminder::due_ms).due_ms;
    host_.reminder_set(cell_, std::max(first, wall().value + reminder_service::retry_after.count()));
  }
  return {};
}

void activation::quarantine(error why) {
  last_error_ = std::move(why);
  remember("quarantined: " + last_error_.to_string());
  host_.count().quarantined->add();
  LS_LOG(runtime, error, "actor quarantined", {"actor", cell_.id.to_string()}, {"error", last_error_});
  phase_ = activation_phase::quarantined;
  retry_ = steady_time::max();
  for (auto& open : asks_) open.cancelled->store(true, std::memory_order_relaxed);
  asks_.clear();
  if (suspect_) std::exchange(suspect_, nullptr)->answer.failed(last_error_);
  work_through_stash();
  after_step();
}

void activation::retry_later() {
  const auto& how = kind().restart;
  if (now() - last_failure_ > how.forgotten_after) failures_in_a_row_ = 0;
  last_failure_ = now();
  auto wait = std::min(how.first * (1U << std::min(failures_in_a_row_, 10U)), how.longest);
  ++failures_in_a_row_;
  wait += std::chrono::milliseconds{random().next() % (static_cast<std::uint64_t>(wait.count()) / 4 + 1)};
  phase_ = activation_phase::recovering;
  retry_ = now() + wait;
}

void activation::answer_waiting() {
  const auto at = now();
  const auto answered = [&](envelope& e) {
    if (dropped(e, at)) return true;
    if (body_of<reminder_due>(std::as_const(*e.payload)) == nullptr) return false;
    e.answer.failed(last_error_);
    return true;
  };
  const auto goes = [&](const envelope& e) {
    return e.deadline < at || (e.cancelled && e.cancelled->load(std::memory_order_relaxed)) ||
           body_of<reminder_due>(std::as_const(*e.payload)) != nullptr;
  };
  for (auto& e : cell_.mail.take_if(goes)) (void)answered(e);
  if (suspect_ && answered(*suspect_)) suspect_.reset();
}

void activation::killed(envelope e, const std::string& what, bool asked) {
  const bool answered = asked && !e.answer.wanted();
  const bool unknown = persisted_ && !e.payload->idempotent();
  restart_after(what);
  if (phase_ == activation_phase::quarantined) return e.answer.failed(last_error_);
  if (ended_ || stop_asked_) return;
  // Whose sender has an answer (be it that nobody knows, when the reply went with the logic) is not done after it.
  if (answered) return;
  if (unknown)
    return e.answer.failed({make_error_code(errc::unknown_outcome), "the actor failed after it had begun to commit"});
  if (++e.kills < kind().restart.kills_max) {
    suspect_ = std::make_unique<envelope>(std::move(e));
    return;
  }
  put_aside(e, what, "it made " + cell_.id.to_string() + " fail " + std::to_string(e.kills) + " times: " + what);
}

void activation::put_aside(envelope& e, const std::string& why, std::string answer) {
  host_.count().dead_letters->add();
  host_.set_aside(cell_, e, why);
  e.answer.failed({make_error_code(errc::set_aside), std::move(answer)});
}

/// What belongs to the logic that has failed.
void activation::lose_incarnation() {
  append_failed_ = false;
  commits_.clear();
  for (auto& open : asks_) open.cancelled->store(true, std::memory_order_relaxed);
  asks_.clear();
  timers_.clear();
  reads_ = 0;
  wake_ = steady_time::max();
  firing_ = nullptr;
  ++incarnation_;
  ++generation_;
}

void activation::restart_after(const std::string& what) {
  last_error_ = error{make_error_code(errc::unavailable), "exception: " + what};
  remember("exception: " + what);
  host_.count().restarts->add();
  ++restarts_;
  LS_LOG(runtime, error, "actor failed", {"actor", cell_.id.to_string()}, {"error", what}, {"restarts", restarts_});
  lose_incarnation();
  if (!kind().durable) return end_failed();
  auto fresh = kind().made(cell_.id);
  if (!fresh) return quarantine(std::move(fresh.error()));
  logic_ = std::move(*fresh);
  if (now() - last_failure_ > kind().restart.forgotten_after) exceptions_in_a_row_ = 0;
  if (++exceptions_in_a_row_ >= kind().restart.failures_max) {
    return quarantine({make_error_code(errc::unavailable),
                       "failed " + std::to_string(exceptions_in_a_row_) + " times in a row: " + what});
  }
  retry_later();
}

result<void> activation::restart() {
  if (ended_) return fail(errc::unavailable, cell_.id.to_string() + " has just ended");
  if (!kind().durable) return fail(errc::invalid, cell_.id.to_string() + " is not durable: it would be gone");
  auto fresh = kind().made(cell_.id);
  if (!fresh) return fail(std::move(fresh.error()));
  LS_LOG(runtime, info, "actor restarted by an operator", {"actor", cell_.id.to_string()});
  last_error_ = {make_error_code(errc::unknown_outcome), "the actor was restarted"};
  (void)give_up_commits();
  if (ended_) return {};
  lose_incarnation();
  failures_in_a_row_ = exceptions_in_a_row_ = 0;
  logic_ = std::move(*fresh);
  recover();
  after_step();
  return {};
}

void activation::end_failed() {
  stop_asked_ = true;
  if (const auto thrown = thrown_by([this] { logic_->failed(*this); })) {
    LS_LOG(runtime, error, "actor failed while it failed", {"actor", cell_.id.to_string()}, {"error", *thrown});
  }
}

void activation::recover_after_failed_append() {
  phase_ = activation_phase::recovering;
  host_.count().commit_failures->add();
  remember("commit: " + last_error_.to_string());
  LS_LOG(runtime, warn, "commit failed, recovering", {"actor", cell_.id.to_string()}, {"error", last_error_});
  if (!give_up_commits()) return;
  if (const auto thrown = thrown_by([this] { logic_->reset(); })) return restart_after(*thrown);
  const bool again = now() - last_append_failure_ < append_failure_pause;
  last_append_failure_ = now();
  if (again) return retry_later();
  recover();
}

bool activation::give_up_commits() {
  const error unknown{make_error_code(errc::unknown_outcome), "the commit was under way: " + last_error_.to_string()};
  auto failed = std::exchange(commits_, {});
  const auto thrown = thrown_by([&] {
    for (auto& commit : failed) commit.done(tl::unexpected<error>(unknown), *this);
    logic_->settled(*this);
  });
  if (thrown) restart_after(*thrown);
  return !thrown;
}

void activation::when_ready(task t) {
  if (ended_) return;
  if (phase_ == activation_phase::recovering) {
    stash_.push_back(std::move(t));
    return;
  }
  t(*this);
}

void activation::work_through_stash() {
  auto waiting = std::exchange(stash_, {});
  for (auto& t : waiting) when_ready(std::move(t));
}

}  // namespace lightstick::runtime
