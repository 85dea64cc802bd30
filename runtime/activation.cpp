#include "runtime/activation.hpp"

#include <algorithm>
#include <exception>

#include "runtime/base/log.hpp"

namespace lightstick::runtime {
namespace {

constexpr std::chrono::milliseconds retry_first{100};
constexpr std::chrono::milliseconds retry_longest{10'000};
constexpr std::chrono::minutes failure_forgotten_after{1};
constexpr std::chrono::seconds append_failure_pause{1};  ///< a recovery that was of no use is not repeated at once

/// Hands commits on to the actor that waits for them.
class commit_listener final : public append_listener {
 public:
  commit_listener(weak_cell to, std::uint32_t generation) : to_(std::move(to)), generation_(generation) {}

  void committed(sequence last) noexcept override {
    if (auto to = to_.lock()) {
      to->post_urgent([generation = generation_, last](activation& a) { a.on_committed(generation, last); });
    }
  }
  void append_failed(const error& why) noexcept override {
    if (auto to = to_.lock()) {
      to->post_urgent([generation = generation_, why](activation& a) { a.on_append_failed(generation, why); });
    }
  }

 private:
  weak_cell to_;
  std::uint32_t generation_;
};

}  // namespace

activation::activation(activation_host& host, std::shared_ptr<const kind_options> kind, cell_ptr self,
                       std::unique_ptr<logic> behaviour)
    : host_(host), kind_(std::move(kind)), cell_(std::move(self)), logic_(std::move(behaviour)) {}

activation::~activation() = default;

void activation::start() {
  if (kind_->durable) return recover();
  phase_ = activation_phase::active;
  guarded([this] { logic_->started(*this); });
}

template <class Step>
void activation::guarded(Step&& step) {
  try {
    step();
  } catch (const std::exception& e) {
    restart_after(e.what());
  } catch (...) {
    restart_after("unknown exception");
  }
  after_step();
}

void activation::after_step() {
  if (append_failed_) {
    append_failed_ = false;
    recover_after_failed_append();
  }
  if (stop_asked_ || (draining_ && quiet())) {
    host_.evict(*cell_);
    phase_ = activation_phase::stopping;
    ended_ = true;
    return;
  }
  if (std::exchange(passivate_asked_, false)) {
    try_passivate();
    if (ended_) return;
  }
  arm_next();
}

// ---- commands ----

void activation::deliver(envelope e) {
  when_ready([e = std::move(e)](activation& a) mutable { a.handle(std::move(e)); });
}

void activation::when_ready(task t) {
  if (ended_) return;
  if (phase_ == activation_phase::recovering) {
    stash_.push_back(std::move(t));
    return;
  }
  t(*this);
}

void activation::handle(envelope e) {
  cell_->handled.fetch_add(1, std::memory_order_relaxed);
  cell_->last_active_ns.store(now().time_since_epoch().count(), std::memory_order_relaxed);
  if (phase_ == activation_phase::quarantined) {
    e.answer.failed(last_error_);
    return;
  }
  guarded([&] { logic_->handle(std::move(e.payload), std::move(e.answer), *this); });
}

void activation::work_through_stash() {
  auto waiting = std::exchange(stash_, {});
  for (auto& t : waiting) when_ready(std::move(t));
}

// ---- recovery ----

void activation::recover() {
  phase_ = activation_phase::recovering;
  retry_.reset();
  ++generation_;
  host_.log().recover(cell_->id, [to = weak_cell(cell_), generation = generation_](result<recovered_log> log) {
    auto cell = to.lock();
    if (!cell) return;
    cell->post(
        [generation, log = std::move(log)](activation& a) mutable { a.on_recovered(generation, std::move(log)); });
  });
}

void activation::on_recovered(std::uint32_t generation, result<recovered_log> log) {
  if (ended_ || generation != generation_) return;
  result<void> outcome;
  if (!log) {
    outcome = fail(std::move(log.error()));
  } else {
    try {
      outcome = rebuild(*log);
    } catch (const std::exception& e) {
      outcome = fail(errc::corrupt, cell_->id.to_string() + ": " + e.what());
    }
  }
  if (!outcome) {
    if (outcome.error().is(condition::corrupt)) return quarantine(std::move(outcome.error()));
    last_error_ = std::move(outcome.error());
    LS_LOG(runtime, warn, "recovery failed, trying again", {"actor", cell_->id.to_string()}, {"error", last_error_});
    retry_later();
    return after_step();
  }
  epoch_ = log->owner_epoch;
  appended_ = committed_ = log->last;
  since_snapshot_ = static_cast<std::uint32_t>(log->events.size());
  listener_ = std::make_shared<commit_listener>(cell_, generation_);
  phase_ = activation_phase::active;
  guarded([this] { logic_->started(*this); });
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
    if (auto r = logic_->replay(event); !r) return r;
  }
  return {};
}

void activation::quarantine(error why) {
  last_error_ = std::move(why);
  host_.count().quarantined->add();
  LS_LOG(runtime, error, "actor quarantined", {"actor", cell_->id.to_string()}, {"error", last_error_});
  phase_ = activation_phase::quarantined;
  asks_.clear();
  work_through_stash();
  after_step();
}

void activation::retry_later() {
  if (now() - last_failure_ > failure_forgotten_after) failures_in_a_row_ = 0;
  last_failure_ = now();
  auto wait = std::min(retry_first * (1U << std::min(failures_in_a_row_, 10U)), retry_longest);
  ++failures_in_a_row_;
  // Up to a quarter more, so that actors which failed together do not come back together.
  wait += std::chrono::milliseconds{random().next() % (static_cast<std::uint64_t>(wait.count()) / 4 + 1)};
  phase_ = activation_phase::recovering;
  retry_ = now() + wait;
}

void activation::restart_after(std::string what) {
  last_error_ = error{make_error_code(errc::unavailable), "exception: " + what};
  host_.count().restarts->add();
  ++restarts_;
  LS_LOG(runtime, error, "actor failed", {"actor", cell_->id.to_string()}, {"error", what}, {"restarts", restarts_});
  append_failed_ = false;
  commits_.clear();
  asks_.clear();
  reads_ = 0;
  wake_.reset();
  ++incarnation_;
  ++generation_;
  if (!kind_->durable) return end_failed();
  logic_ = kind_->make(cell_->id);
  retry_later();
}

void activation::end_failed() {
  stop_asked_ = true;
  try {
    logic_->failed(*this);
  } catch (...) {
    LS_LOG(runtime, error, "actor failed while it failed", {"actor", cell_->id.to_string()});
  }
}

// ---- commits ----

result<void> activation::may_persist() {
  if (phase_ != activation_phase::active || append_failed_) return fail(errc::unavailable, "the actor is recovering");
  return host_.log().accepts();
}

void activation::persist(changes what, unique_function<void(commit_outcome, context&)> done) {
  if (phase_ != activation_phase::active || append_failed_) {
    return done(fail(errc::unavailable, "the actor is recovering"), *this);
  }
  if (what.events.empty()) {
    // Rows without an event would have no place in the journal's order.
    if (!what.rows.empty()) return done(fail(errc::invalid, "rows need an event"), *this);
    if (commits_.empty()) return done({}, *this);
    commits_.push_back({appended_, std::move(done)});
    return;
  }
  append_request request;
  request.actor = cell_->id;
  request.owner_epoch = epoch_;
  request.expected = appended_;
  appended_ = sequence{appended_.value() + what.events.size()};
  since_snapshot_ += static_cast<std::uint32_t>(what.events.size());
  request.events = std::move(what.events);
  request.rows = std::move(what.rows);
  if (since_snapshot_ >= kind_->snapshot_every) {
    request.snapshot = logic_->snapshot();
    since_snapshot_ = 0;
  }
  if (auto queued = host_.log().append(std::move(request), listener_); !queued) {
    last_error_ = queued.error();
    append_failed_ = true;
    return done(tl::unexpected<error>(last_error_), *this);
  }
  commits_.push_back({appended_, std::move(done)});
}

void activation::on_committed(std::uint32_t generation, sequence last) {
  if (ended_ || generation != generation_ || phase_ != activation_phase::active) return;
  committed_ = std::max(committed_, last);
  auto first_waiting =
      std::find_if(commits_.begin(), commits_.end(), [&](const auto& c) { return c.last > committed_; });
  std::vector<pending_commit> due(std::make_move_iterator(commits_.begin()), std::make_move_iterator(first_waiting));
  commits_.erase(commits_.begin(), first_waiting);
  if (due.empty()) return;
  guarded([&] {
    for (auto& commit : due) commit.done({}, *this);
    logic_->settled(*this);
  });
}

void activation::on_append_failed(std::uint32_t generation, const error& why) {
  if (ended_ || generation != generation_ || phase_ != activation_phase::active) return;
  last_error_ = why;
  append_failed_ = true;
  after_step();
}

void activation::recover_after_failed_append() {
  phase_ = activation_phase::recovering;
  host_.count().commit_failures->add();
  LS_LOG(runtime, warn, "commit failed, recovering", {"actor", cell_->id.to_string()}, {"error", last_error_});
  give_up_commits();
  logic_->reset();
  const bool again = now() - last_append_failure_ < append_failure_pause;
  last_append_failure_ = now();
  if (again) return retry_later();
  recover();
}

void activation::give_up_commits() {
  const error unknown{make_error_code(errc::unavailable),
                      "the commit's outcome is unknown: " + last_error_.to_string()};
  auto failed = std::exchange(commits_, {});
  try {
    for (auto& commit : failed) commit.done(tl::unexpected<error>(unknown), *this);
    logic_->settled(*this);
  } catch (const std::exception& e) {
    restart_after(e.what());
  }
}

// ---- asks, reads, timers ----

result<void> activation::tell(const actor_id& to, message_ptr m) { return host_.route(to, std::move(m), {}); }

void activation::ask(const actor_id& to, message_ptr m, std::chrono::milliseconds limit,
                     unique_function<void(result<message_ptr>, context&)> done) {
  auto number = ++asks_made_;
  auto answer_here = [to = weak_cell(cell_), number](result<message_ptr> outcome) {
    auto cell = to.lock();
    if (!cell) return;
    cell->post(
        [number, outcome = std::move(outcome)](activation& a) mutable { a.on_answer(number, std::move(outcome)); });
  };
  bool full = asks_.size() >= kind_->asks_max;
  asks_.push_back({number, now() + limit, std::move(done)});
  if (full) return answer_here(fail(errc::overloaded, "too many open requests"));
  (void)host_.route(to, std::move(m), reply{std::move(answer_here)});
}

void activation::on_answer(std::uint64_t ask, result<message_ptr> outcome) {
  when_ready([ask, outcome = std::move(outcome)](activation& a) mutable {
    auto it = std::find_if(a.asks_.begin(), a.asks_.end(), [&](const auto& open) { return open.number == ask; });
    if (it == a.asks_.end()) return;
    auto done = std::move(it->done);
    a.asks_.erase(it);
    a.guarded([&] { done(std::move(outcome), a); });
  });
}

void activation::run_due_asks() {
  auto deadline = now();
  while (!ended_ && phase_ == activation_phase::active) {
    auto it = std::find_if(asks_.begin(), asks_.end(), [&](const auto& open) { return open.deadline <= deadline; });
    if (it == asks_.end()) return;
    auto done = std::move(it->done);
    asks_.erase(it);
    guarded([&] { done(fail(errc::timed_out, "no answer in time"), *this); });
  }
}

void activation::read_rows(row_query query, unique_function<void(result<row_page>, context&)> done) {
  ++reads_;
  host_.log().read_rows(
      cell_->id, std::move(query),
      [to = weak_cell(cell_), incarnation = incarnation_, done = std::move(done)](result<row_page> page) mutable {
        auto cell = to.lock();
        if (!cell) return;
        cell->post([incarnation, done = std::move(done), page = std::move(page)](activation& a) mutable {
          a.on_rows(incarnation, std::move(done), std::move(page));
        });
      });
}

void activation::on_rows(std::uint32_t incarnation, unique_function<void(result<row_page>, context&)> done,
                         result<row_page> page) {
  when_ready([incarnation, done = std::move(done), page = std::move(page)](activation& a) mutable {
    if (incarnation != a.incarnation_) return;
    --a.reads_;
    a.guarded([&] { done(std::move(page), a); });
  });
}

void activation::wake_at(steady_time when) {
  if (!wake_ || when < *wake_) wake_ = when;
}

void activation::passivate() { passivate_asked_ = true; }

void activation::stop() { stop_asked_ = true; }

void activation::arm_next() {
  std::optional<steady_time> next;
  auto sooner = [&](steady_time t) {
    if (!next || t < *next) next = t;
  };
  if (retry_) sooner(*retry_);
  if (phase_ == activation_phase::active) {
    // While recovering nothing of the logic may run, however late it is.
    if (wake_) sooner(*wake_);
    for (const auto& open : asks_) sooner(open.deadline);
  }
  if (!next || (armed_ && *armed_ <= *next)) return;
  armed_ = next;
  host_.wake(cell_, *next);
}

void activation::tick() {
  if (ended_) return;
  armed_.reset();
  auto time = now();
  if (retry_ && *retry_ <= time) recover();
  if (phase_ == activation_phase::active) {
    run_due_asks();
    if (!ended_ && wake_ && *wake_ <= time) {
      wake_.reset();
      guarded([this] { logic_->on_timer(*this); });
    }
  }
  if (!ended_) arm_next();
}

// ---- the end ----

bool activation::quiet() const noexcept {
  return phase_ != activation_phase::recovering && commits_.empty() && asks_.empty() && reads_ == 0 && stash_.empty();
}

void activation::try_passivate() {
  if (ended_ || !kind_->durable) return;
  bool willing = quiet() && (phase_ == activation_phase::quarantined || logic_->passive());
  if (willing && host_.retire(*cell_)) {
    phase_ = activation_phase::stopping;
    ended_ = true;
    return;
  }
  cell_->last_active_ns.store(now().time_since_epoch().count(), std::memory_order_relaxed);
}

void activation::drain() {
  if (ended_) return;
  draining_ = true;
  if (!kind_->durable || (phase_ == activation_phase::recovering && stash_.empty())) stop_asked_ = true;
  after_step();
}

actor_report activation::report() const {
  actor_report r;
  r.phase = phase_;
  r.epoch = epoch_;
  r.journal_at = committed_;
  r.uncommitted = static_cast<std::uint32_t>(commits_.size());
  r.restarts = restarts_;
  r.last_error = last_error_.code ? last_error_.to_string() : "";
  r.state = logic_->inspect();
  return r;
}

}  // namespace lightstick::runtime
