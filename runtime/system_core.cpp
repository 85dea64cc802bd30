#include "runtime/system_core.hpp"

#include <algorithm>

#include "runtime/activation.hpp"
#include "runtime/base/log.hpp"
#include "runtime/operators/audit.hpp"
#include "runtime/operators/dead_letters.hpp"

namespace lightstick::runtime {
namespace {

constexpr std::size_t beats_a_sweep = 10;
constexpr std::size_t sweep_slices = 8;  ///< an eighth of the actors is looked at in each sweep
constexpr std::size_t key_bytes_max = 512;
constexpr std::size_t departures_max = 4'096;
constexpr std::size_t relieved_at_once = 20'000;
/// Longer than the restarts take until a command is set aside: nobody gives up waiting for a reminder, and one that makes
/// its actor fail must not let those behind it expire again and again.
constexpr std::chrono::minutes reminder_wait{1};
constexpr std::chrono::milliseconds relief_pause{500};  ///< to look at every actor costs some milliseconds
constexpr std::chrono::seconds spared{1};  ///< who was just used does not go to make room

}  // namespace

system_core::system_core(system_options options, durable_log* log, const clock_source& clock, random_source& random,
                         metrics& registry)
    : options_(options),
      log_(log),
      clock_(clock),
      random_(random),
      watch_(registry),
      taps_(std::make_shared<taps>(registry)),
      gate_(std::make_shared<recovery_gate>(options.recoveries_max, log, clock, registry)),
      actors_(options.actors_max),
      traces_(random.next()) {
  auto counted = [&](const char* name, const char* help) { return &registry.make_counter(name, help); };
  counters_.restarts = counted("lightstick_actor_restarts_total", "Actors restarted after an exception");
  counters_.quarantined = counted("lightstick_actor_quarantined_total", "Actors whose stored data is damaged");
  counters_.commit_failures =
      counted("lightstick_actor_commit_failures_total", "Recoveries after a commit that failed");
  counters_.replayed = counted("lightstick_actor_events_replayed_total", "Events applied at recovery");
  counters_.expired =
      counted("lightstick_actor_commands_expired_total", "Commands dropped at their deadline, not begun");
  counters_.cancelled =
      counted("lightstick_actor_commands_cancelled_total", "Commands dropped, nobody wanted the answer");
  counters_.dead_letters = counted("lightstick_actor_dead_letters_total", "Commands set aside for an operator");
  counters_.timers_refused = counted("lightstick_actor_timers_refused_total", "Timers beyond an actor's bound");
  activations_ = counted("lightstick_actor_activations_total", "Actors activated");
  passivations_ = counted("lightstick_actor_passivations_total", "Actors taken off the node");
  relieved_ = counted("lightstick_actor_relieved_total", "Idle actors asked to go to make room for others");
  overloads_ = counted("lightstick_actor_overloaded_total", "Messages refused: a mailbox or the node is full");
  displaced_ = counted("lightstick_actor_displaced_total", "Commands that had to go for a newer one");
  active_ = &registry.make_gauge("lightstick_actors_active", "Actors active on this node");
  letters_lost_ = counted("lightstick_dead_letters_lost_total", "Dead letters that could not be kept");
  bytes_ = &registry.make_gauge("lightstick_actors_memory_bytes", "Estimated memory of the active actors");
  if (log != nullptr) register_own_kinds(registry);
}

void system_core::register_own_kinds(metrics& registry) {
  auto& forgotten = registry.make_counter("lightstick_dead_letters_forgotten_total",
                                          "Dead letters that nobody had dropped when there were too many");
  auto read = [this](const std::string& kind, std::string_view bytes) -> result<message_ptr> {
    const auto* how = kind_of({kind, {}});
    if (how == nullptr || !how->codec.decode) return fail(errc::invalid, "commands of " + kind + " cannot be read");
    result<message_ptr> out;
    if (const auto thrown = thrown_by([&] { out = how->codec.decode(bytes); })) return fail(errc::corrupt, *thrown);
    return out;
  };
  register_kind(dead_letters::make_kind(std::move(read), forgotten));
  register_kind(audit::make_kind());
  auto tell_due = [this](const actor_id& who, reminder_due what, reply r) {
    (void)tell(who, make_message(std::move(what)), std::move(r), {.deadline = clock_.now() + reminder_wait});
  };
  reminders_ = std::make_shared<reminder_service>(*log_, clock_, std::move(tell_due), registry);
}

void system_core::register_kind(kind_options options) {
  auto name = options.name;
  kinds_[name] = std::make_unique<const kind_options>(std::move(options));
}

const kind_options* system_core::kind_of(const actor_id& id) const {
  auto it = kinds_.find(id.kind);
  return it == kinds_.end() ? nullptr : it->second.get();
}

trace_id system_core::new_trace() noexcept {
  const auto next = split_mix(traces_.fetch_add(split_mix_step, std::memory_order_relaxed));
  return trace_id{next == 0 ? 1 : next};
}

// ---- commands ----

result<void> system_core::tell(const actor_id& to, message_ptr m, reply r, const call_options& how) {
  return route(to, std::move(m), std::move(r), how, clock_.now());
}

result<void> system_core::route(const actor_id& to, message_ptr m, reply r, const call_options& how, steady_time now) {
  envelope e;
  e.payload = std::move(m);
  e.answer = std::move(r);
  auto outcome = try_tell(to, e, how, now);
  if (!outcome) {
    if (outcome.error().is(condition::overloaded)) overloads_->add();
    e.answer.failed(outcome.error());
  }
  return outcome;
}

result<void> system_core::try_tell(const actor_id& to, envelope& e, const call_options& how, steady_time now) {
  if (stopping_) return fail(errc::stopping);
  const auto* kind = kind_of(to);
  if (kind == nullptr) return fail(errc::not_found, "no kind of actor is called '" + to.kind + "'");
  if (to.key.empty() || to.key.size() > key_bytes_max) return fail(errc::invalid, "key of " + to.kind);
  e.queued = now;
  e.deadline = how.deadline;
  if (e.deadline == steady_time::max() && kind->deadline.count() > 0) e.deadline = e.queued + kind->deadline;
  e.trace = how.trace.value() == 0 ? new_trace() : how.trace;
  e.cancelled = how.cancelled;
  auto activate = [&]() -> cell_ptr {
    auto behaviour = kind->made(to);
    if (!behaviour) {
      LS_LOG(runtime, error, "actor could not be made", {"error", behaviour.error()});
      return nullptr;
    }
    return make_cell(to, *kind, std::move(*behaviour), e.trace, activation_cause::command, &e.payload->type());
  };
  std::optional<envelope> displaced;
  auto outcome =
      actors_.admit(to, e, kind->durable ? function_ref<cell_ptr()>(activate) : function_ref<cell_ptr()>(), displaced);
  if (displaced) {
    displaced_->add();
    displaced->answer.failed({make_error_code(errc::overloaded), "a newer command took its place"});
  }
  return outcome;
}

result<void> system_core::spawn(const actor_id& id, std::unique_ptr<logic> behaviour) {
  if (stopping_) return fail(errc::stopping);
  const auto* kind = kind_of(id);
  if (kind == nullptr || kind->durable) return fail(errc::invalid, id.to_string() + " is no volatile actor");
  return actors_.add(
      id, [&] { return make_cell(id, *kind, std::move(behaviour), new_trace(), activation_cause::spawned, nullptr); });
}

cell_ptr system_core::make_cell(const actor_id& id, const kind_options& kind, std::unique_ptr<logic> behaviour,
                                trace_id trace, activation_cause cause, const std::type_info* born_of) {
  auto c = new_cell(id, kind);
  c->born = clock_.now();
  c->born_by = trace;
  c->cause = cause;
  c->born_of = born_of;
  c->tapped = taps_->on(id);
  c->last_active_ns.store(c->born.time_since_epoch().count(), std::memory_order_relaxed);
  c->bring(std::make_unique<activation>(static_cast<activation_host&>(*this), *c, std::move(behaviour)));
  c->post([](activation& started) { started.start(); });
  activations_->add();
  active_->add(1);
  return c;
}

// ---- the end of actors ----

bool system_core::retire(cell& who, const char* why) {
  const bool retired = actors_.retire(who, [&] {
    if (log_ != nullptr) log_->release(who.id);
  });
  if (retired) gone(who, why);
  return retired;
}

void system_core::evict(cell& who) {
  const bool there = actors_.evict(who, [&] {
    if (who.kind.durable && log_ != nullptr) log_->release(who.id);
  });
  if (there) gone(who, stopping_ ? "the node stops" : "it ended");
}

void system_core::gone(const cell& who, const char* why) {
  passivations_->add();
  active_->add(-1);
  bytes_->add(-static_cast<std::int64_t>(who.bytes.load(std::memory_order_relaxed)));
  if (who.kind.durable) {
    std::lock_guard lock(departures_mutex_);
    if (departures_.size() >= departures_max) departures_.pop_front();
    departures_.push_back({who.id.to_string(), clock_.wall(), why});
  }
  if (!stopping_) return;
  std::lock_guard lock(gone_mutex_);
  gone_.notify_all();
}

void system_core::beat() {
  watch_.look(clock_.now());
  relieve();
  if (reminders_) reminders_->beat();
  if (++beats_ % beats_a_sweep == 0) sweep();
}

void system_core::sweep() {
  const auto now = clock_.now().time_since_epoch();
  actors_.for_each(
      [&](const cell_ptr& c) {
        if (!c->kind.durable || c->mail.depth.load(std::memory_order_relaxed) != 0) return;
        const auto idle = now - std::chrono::nanoseconds{c->last_active_ns.load(std::memory_order_relaxed)};
        if (idle >= c->kind.idle_after) c->post([](activation& a) { (void)a.try_passivate("idle"); });
      },
      beats_ / beats_a_sweep, sweep_slices);
}

void system_core::relieve() {
  const auto bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(bytes_->value(), 0));
  const auto need = relief::over(actors_.size(), options_.actors_max, bytes, options_.memory_bytes);
  if (need.actors == 0 && need.bytes == 0) return;
  if (clock_.now() < next_relief_) return;  // those who were asked to go have not all gone yet
  next_relief_ = clock_.now() + relief_pause;
  std::vector<relief::candidate> candidates;
  const auto now = clock_.now().time_since_epoch();
  actors_.for_each([&](const cell_ptr& c) {
    if (!c->kind.durable || c->mail.depth.load(std::memory_order_relaxed) != 0) return;
    const auto idle = now - std::chrono::nanoseconds{c->last_active_ns.load(std::memory_order_relaxed)};
    if (idle >= spared) candidates.push_back({c, idle, c->bytes.load(std::memory_order_relaxed)});
  });
  for (const auto& c : relief::choose(std::move(candidates), need, relieved_at_once)) {
    relieved_->add();
    c->post([](activation& a) { (void)a.try_passivate("made room for others"); });
  }
}

bool system_core::begin_stop() {
  if (stopping_.exchange(true)) return false;
  if (reminders_) reminders_->stop();
  actors_.for_each([](const cell_ptr& c) { c->post([](activation& a) { a.drain(); }); });
  return true;
}

bool system_core::wait_until_gone(std::chrono::milliseconds limit) {
  std::unique_lock lock(gone_mutex_);
  return gone_.wait_for(lock, limit, [this] { return actors_.size() == 0; });
}

std::vector<cell_ptr> system_core::evict_rest() {
  std::vector<cell_ptr> rest;
  actors_.for_each([&](const cell_ptr& c) {
    LS_LOG(runtime, warn, "actor did not end in time", {"actor", c->id.to_string()});
    evict(*c);
    rest.push_back(c);
  });
  return rest;
}

void system_core::set_aside(const cell& who, const envelope& e, const std::string& why) {
  const auto described = who.kind.described(*e.payload);
  LS_LOG(runtime, error, "command set aside", {"actor", who.id.to_string()}, {"command", described}, {"error", why});
  if (who.id.kind == dead_letters::kind) return letters_lost_->add();
  dead_letters::put letter;
  letter.letter = {0, who.id.kind, who.id.key, described, why, clock_.wall(), e.trace, e.kills, 0, false, 0};
  std::optional<std::string> bytes;
  const auto thrown = thrown_by([&] {
    if (who.kind.codec.encode) bytes = who.kind.codec.encode(*e.payload);
  });
  if (thrown) {
    bytes.reset();
    LS_LOG(runtime, error, "command could not be encoded", {"actor", who.id.to_string()}, {"error", *thrown});
  }
  if (bytes) letter.letter.bytes = static_cast<std::uint32_t>(bytes->size());
  if (bytes && bytes->size() <= dead_letters::bytes_max) {
    letter.letter.readable = true;
    letter.bytes = std::move(*bytes);
  }
  auto kept = make_reply<dead_letters::stored>([lost = letters_lost_](const result<dead_letters::stored>& done) {
    if (done) return;
    lost->add();
    LS_LOG(runtime, error, "dead letter could not be kept", {"error", done.error()});
  });
  (void)tell({dead_letters::kind, dead_letters::key}, make_message(std::move(letter)), std::move(kept),
             {.trace = e.trace});
}

void system_core::reminder_set(const cell& who, std::int64_t due_ms) {
  if (reminders_) reminders_->note(partition_of(who.id), due_ms);
}

void system_core::saw(cell& who, const tapped_command& what) {
  if (taps_->saw(who.id, what)) return;
  // The last tap has gone; or one is just being opened, which says so after it is among them.
  who.tapped.store(false, std::memory_order_relaxed);
  if (taps_->on(who.id)) who.tapped.store(true, std::memory_order_relaxed);
}

}  // namespace lightstick::runtime
