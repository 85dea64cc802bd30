#include "runtime/activation.hpp"

#include <algorithm>

#include "runtime/activation_guard.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::runtime {
namespace {

constexpr std::size_t errors_kept = 4;
constexpr std::size_t strangers_max = 64;
/// What the allocator and the registry take beside the objects, measured.
constexpr std::size_t beside_bytes = 128;

}  // namespace

activation::activation(activation_host& host, cell& self, std::unique_ptr<logic> behaviour)
    : host_(host), cell_(self), logic_(std::move(behaviour)) {}

activation::~activation() = default;

void activation::start() {
  if (kind().durable) return recover();
  phase_ = activation_phase::active;
  guarded(cell_.born_by, [this] { logic_->started(*this); });
}

void activation::run(std::uint32_t commands_max) {
  auto at = now();
  const auto end = at + cell::slice;
  host_.entered(cell_);
  std::optional<task> control;
  std::optional<envelope> command;
  for (std::uint32_t n = 0; n < commands_max && !ended_ && at < end; ++n) {
    host_.working(at);
    run_at_ = at;
    if (!cell_.mail.take(takes_commands() && !suspect_, control, command)) {
      if (!wants_run()) break;
      command = std::move(*suspect_);
      suspect_.reset();
    }
    const auto begun = at;
    if (control) {
      (*control)(*this);
      control.reset();
      at = now();
    } else {
      cell_.last_active_ns.store(begun.time_since_epoch().count(), std::memory_order_relaxed);
      deliver(std::move(*command), begun);
      command.reset();
      at = now();
      cell_.stats.handled(at - begun, at.time_since_epoch());
    }
  }
  host_.left();
  if (!ended_) set_bytes();
}

void activation::set_bytes() {
  std::size_t of_logic = 0;
  if (const auto thrown = thrown_by([&] { of_logic = logic_->memory_bytes(); })) {
    auto what = "memory_bytes: " + *thrown;  // of every run, perhaps
    if (errors_.empty() || errors_.back().what != what) remember(std::move(what));
  }
  auto bytes = sizeof(cell) + sizeof(activation) + beside_bytes + of_logic;
  bytes += commits_.capacity() * sizeof(pending_commit) + asks_.capacity() * sizeof(open_ask);
  bytes += timers_.capacity() * sizeof(timer) + reminders_.capacity() * sizeof(reminder);
  const auto is = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, UINT32_MAX));
  const auto was = cell_.bytes.exchange(is, std::memory_order_relaxed);
  if (is != was) host_.bytes_changed(static_cast<std::int64_t>(is) - static_cast<std::int64_t>(was));
  cell_.phase.store(phase_, std::memory_order_relaxed);
}

void activation::after_step() {
  if (ended_) return;
  if (append_failed_) {
    append_failed_ = false;
    recover_after_failed_append();
    if (ended_) return;
  }
  if (stop_asked_ || (draining_ && quiet() && !cell_.mail.has_commands())) {
    host_.evict(cell_);
    phase_ = activation_phase::stopping;
    ended_ = true;
    return;
  }
  if (std::exchange(passivate_asked_, false)) {
    (void)try_passivate("it had nothing to keep");
    if (ended_) return;
  }
  arm_next();
}

// ---- commands ----

bool activation::dropped(envelope& e, steady_time at) {
  if (e.cancelled && e.cancelled->load(std::memory_order_relaxed)) {
    host_.count().cancelled->add();
    e.answer.failed({make_error_code(errc::expired), "cancelled"});
  } else if (e.deadline < at) {
    host_.count().expired->add();
    e.answer.failed({make_error_code(errc::expired), "not begun in time"});
  } else if (phase_ == activation_phase::quarantined) {
    e.answer.failed(last_error_);
  } else {
    return false;
  }
  return true;
}

void activation::deliver(envelope&& e, steady_time begun) {
  std::optional<tapped_command> seen;
  if (cell_.tapped.load(std::memory_order_relaxed)) {
    seen.emplace();
    seen->when = wall();
    seen->trace = e.trace;
    seen->what = kind().described(*e.payload);
    seen->waited = std::chrono::duration_cast<std::chrono::microseconds>(begun - e.queued);
  }
  const auto failures = restarts_;
  const bool not_begun = dropped(e, begun);
  if (!not_begun) {
    handle(std::move(e));
  } else if (draining_) {
    after_step();
  }
  if (!seen) return;
  seen->took = std::chrono::duration_cast<std::chrono::microseconds>(now() - begun);
  seen->dropped = not_begun;
  seen->failed = restarts_ != failures;
  host_.saw(cell_, *seen);
}

void activation::handle(envelope&& e) {
  trace_ = e.trace;
  log::trace_scope traced(trace_.value());
  persisted_ = false;
  const bool asked = e.answer.wanted();
  const auto thrown = thrown_by([&] {
    if (const auto* due = body_of<reminder_due>(std::as_const(*e.payload))) {
      remind(*due, e);
    } else {
      logic_->handle(*e.payload, e.answer, *this);
    }
  });
  if (thrown) {
    killed(std::move(e), *thrown, asked);
  } else if (commits_.empty()) {
    exceptions_in_a_row_ = 0;  // otherwise when they are durable and answered
  }
  firing_ = nullptr;
  after_step();
  trace_ = {};
}

void activation::remind(const reminder_due& due, envelope& e) {
  auto& r = e.answer;
  auto known = std::find_if(reminders_.begin(), reminders_.end(),
                            [&](const auto& each) { return each.name == due.name && each.due_ms == due.due_ms; });
  if (known == reminders_.end()) {
    if (commits_.empty() && !due.drop) stranger(due);
    return r.failed({make_error_code(errc::unavailable), "this reminder is not known now"});
  }
  // To forget it takes a commit. Asked once: a logic that is refused later would let it be forgotten, and do nothing.
  if (auto may = may_persist(); !may) return r.failed(std::move(may.error()));
  fired now_due{*known, {}};
  firing_ = &now_due;
  if (!due.drop) logic_->on_reminder(now_due.which, *this);
  changes forget;
  if (std::exchange(firing_, nullptr) != nullptr) {
    if (now_due.refused) return reminder_refused(e, now_due);
    forget.reminders.push_back({now_due.which.name, {}, {}, {}});
  }
  persist(std::move(forget), [r = std::move(r)](commit_outcome done, context&) mutable {
    if (!done) return r.failed(std::move(done.error()));
    r.ok(reminded{});
  });
}

/// A reminder that was changed or forgotten while it was on its way comes once. One that comes again is on the disk: the
/// write that set it failed, and has turned up since.
void activation::stranger(const reminder_due& due) {
  const auto which = std::hash<std::string>{}(due.name) ^ std::hash<std::int64_t>{}(due.due_ms);
  if (std::ranges::find(strangers_, which) == strangers_.end()) {
    if (strangers_.size() >= strangers_max) strangers_.erase(strangers_.begin());
    return strangers_.push_back(which);
  }
  strangers_.clear();
  last_error_ = {make_error_code(errc::unavailable), "the disk has a reminder that the actor does not know"};
  append_failed_ = true;
}

void activation::refuse_reminder(error why) {
  if (firing_ != nullptr) firing_->refused = std::move(why);
}

void activation::reminder_refused(envelope& e, const fired& which) {
  const auto& why = *which.refused;
  const auto said = "reminder '" + which.which.name + "' was refused: " + why.to_string();
  remember(said);
  if (why.is_transient() || why.is(condition::overloaded)) return e.answer.failed(why);
  put_aside(e, said, said);
}

// ---- the end ----

void activation::passivate() { passivate_asked_ = true; }

void activation::stop() { stop_asked_ = true; }

bool activation::quiet() const noexcept {
  return phase_ != activation_phase::recovering && commits_.empty() && asks_.empty() && reads_ == 0 && stash_.empty() &&
         !suspect_;
}

result<void> activation::try_passivate(const char* why) {
  if (ended_) return {};
  const auto name = cell_.id.to_string();
  if (!kind().durable) return fail(errc::invalid, name + " is not durable: it would be gone");
  bool willing = phase_ == activation_phase::quarantined;
  if (!willing) {
    if (const auto thrown = thrown_by([&] { willing = logic_->passive(); })) {
      restart_after(*thrown);
      if (!ended_) arm_next();
      return fail(errc::unavailable, name + " failed when it was asked whether it may go: " + *thrown);
    }
  }
  if (willing && quiet() && host_.retire(cell_, why)) {
    phase_ = activation_phase::stopping;
    ended_ = true;
    return {};
  }
  cell_.last_active_ns.store(now().time_since_epoch().count(), std::memory_order_relaxed);
  return fail(errc::unavailable,
              name + (willing ? " is at work" : " holds what is only in memory, such as who is there"));
}

void activation::drain() {
  if (ended_) return;
  draining_ = true;
  if (!kind().durable || (phase_ == activation_phase::recovering && stash_.empty() && !cell_.mail.has_commands())) {
    stop_asked_ = true;
  }
  after_step();
}

void activation::remember(std::string what) {
  if (errors_.size() >= errors_kept) errors_.erase(errors_.begin());
  errors_.push_back({wall(), std::move(what)});
}

actor_report activation::report() const {
  actor_report r;
  r.phase = phase_;
  r.epoch = epoch_;
  r.journal_at = committed_;
  r.uncommitted = static_cast<std::uint32_t>(commits_.size());
  r.restarts = restarts_;
  r.open_asks = static_cast<std::uint32_t>(asks_.size());
  r.timers = static_cast<std::uint32_t>(timers_.size());
  r.reminders = reminders_;
  for (const auto& e : errors_) r.errors.push_back({e.when, e.what});
  if (const auto thrown = thrown_by([&] { r.state = logic_->inspect(); })) r.state = {{"inspection failed", *thrown}};
  return r;
}

}  // namespace lightstick::runtime
