#include <algorithm>
#include <condition_variable>
#include <map>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/logger.hpp>
#include <caf/send.hpp>

#include "runtime/base/log.hpp"
#include "runtime/caf_shell.hpp"
#include "runtime/registry.hpp"
#include "runtime/timer_service.hpp"

namespace lightstick::runtime {
namespace {

constexpr std::size_t sweep_slices = 8;  ///< an eighth of the actors is looked at each second
constexpr std::size_t key_bytes_max = 512;

/// Creating a system or an actor leaves a reference to CAF's logger in the calling thread, and the actor system's
/// destructor waits until no thread has one. Threads that are not CAF's give theirs back here.
class logger_reference {
 public:
  logger_reference() : had_one_(caf::logger::current_logger() != nullptr) {}
  logger_reference(const logger_reference&) = delete;
  logger_reference& operator=(const logger_reference&) = delete;
  ~logger_reference() {
    if (!had_one_) caf::logger::set_current_actor_system(nullptr);
  }

 private:
  bool had_one_;
};

/// Calls `done` once: with an answer, or with `unavailable` when the actor ended before it answered.
class report_guard {
 public:
  explicit report_guard(unique_function<void(result<actor_report>)> done) : done_(std::move(done)) {}
  report_guard(report_guard&& other) noexcept
      : done_(std::exchange(other.done_, unique_function<void(result<actor_report>)>{})) {}
  report_guard(const report_guard&) = delete;
  report_guard& operator=(const report_guard&) = delete;
  report_guard& operator=(report_guard&&) = delete;
  ~report_guard() {
    if (done_) give(fail(errc::unavailable, "the actor ended"));
  }
  void give(result<actor_report> outcome) { std::exchange(done_, {})(std::move(outcome)); }

 private:
  unique_function<void(result<actor_report>)> done_;
};

class system_impl final : public system, private activation_host {
 public:
  system_impl(system_options options, durable_log* log, const clock_source& clock, metrics& registry)
      : log_(log), clock_(clock), actors_(options.actors_max) {
    config_.set("scheduler.policy", caf::atom("sharing"));
    config_.set("scheduler.max-threads", static_cast<std::size_t>(options.threads));
    config_.set("scheduler.max-throughput", static_cast<std::size_t>(options.max_throughput));
    logger_reference keep_none;
    caf_ = std::make_unique<caf::actor_system>(config_);
    caf_->await_actors_before_shutdown(false);
    counters_.restarts =
        &registry.make_counter("lightstick_actor_restarts_total", "Actors restarted after an exception");
    counters_.quarantined =
        &registry.make_counter("lightstick_actor_quarantined_total", "Actors whose stored data is damaged");
    counters_.commit_failures =
        &registry.make_counter("lightstick_actor_commit_failures_total", "Recoveries after a commit that failed");
    counters_.replayed = &registry.make_counter("lightstick_actor_events_replayed_total", "Events applied at recovery");
    activations_ = &registry.make_counter("lightstick_actor_activations_total", "Actors activated");
    passivations_ = &registry.make_counter("lightstick_actor_passivations_total", "Actors taken off the node");
    overloads_ =
        &registry.make_counter("lightstick_actor_overloaded_total", "Messages refused: a mailbox or the node is full");
    active_ = &registry.make_gauge("lightstick_actors_active", "Actors active on this node");
    timers_ =
        std::make_unique<timer_service>([](cell& c) { c.post([](activation& a) { a.tick(); }); }, [this] { sweep(); });
  }

  ~system_impl() override { stop(std::chrono::seconds{5}); }

  void register_kind(kind_options options) override {
    auto name = options.name;
    kinds_[name] = std::make_shared<const kind_options>(std::move(options));
  }

  result<void> tell(const actor_id& to, message_ptr m, reply r) override {
    auto outcome = try_tell(to, m, r);
    if (!outcome) {
      if (outcome.error().is(condition::overloaded)) overloads_->add();
      r.failed(outcome.error());
    }
    return outcome;
  }

  result<void> spawn(const actor_id& id, std::unique_ptr<logic> behaviour) override {
    if (stopping_) return fail(errc::stopping);
    auto kind = kind_of(id);
    if (!kind || kind->durable) return fail(errc::invalid, id.to_string() + " is no volatile actor");
    return actors_.add(id, [&] { return make_cell(id, kind, std::move(behaviour)); });
  }

  std::vector<actor_info> list(std::string_view kind, std::size_t rows_max) const override {
    std::vector<actor_info> rows;
    actors_.for_each([&](const cell_ptr& c) {
      if (kind.empty() || c->id.kind == kind) rows.push_back(info_of(*c));
    });
    auto shown = std::min(rows_max, rows.size());
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown), rows.end(),
                      [](const actor_info& a, const actor_info& b) {
                        return std::tie(b.mailbox, b.handled, a.id) < std::tie(a.mailbox, a.handled, b.id);
                      });
    rows.resize(shown);
    return rows;
  }

  std::size_t count(std::string_view kind) const override {
    if (kind.empty()) return actors_.size();
    std::size_t n = 0;
    actors_.for_each([&](const cell_ptr& c) { n += c->id.kind == kind ? 1 : 0; });
    return n;
  }

  void inspect(const actor_id& id, unique_function<void(result<actor_report>)> done) override {
    auto c = actors_.find(id);
    if (!c) return done(fail(errc::not_found, id.to_string() + " is not active here"));
    c->post_urgent([guard = report_guard(std::move(done)), info = info_of(*c)](activation& a) mutable {
      auto report = a.report();
      report.info = std::move(info);
      guard.give(std::move(report));
    });
  }

  void stop(std::chrono::milliseconds limit) override {
    if (stopping_.exchange(true)) return;
    actors_.for_each([](const cell_ptr& c) { c->post([](activation& a) { a.drain(); }); });
    {
      std::unique_lock lock(gone_mutex_);
      gone_.wait_for(lock, limit, [this] { return actors_.size() == 0; });
    }
    actors_.for_each([this](const cell_ptr& c) {
      LS_LOG(runtime, warn, "actor did not end in time", {"actor", c->id.to_string()});
      evict(*c);
      caf::anon_send_exit(static_cast<caf_cell&>(*c).handle, caf::exit_reason::kill);
    });
    timers_->stop();
    caf_.reset();
  }

 private:
  result<void> try_tell(const actor_id& to, message_ptr& m, reply& r) {
    if (stopping_) return fail(errc::stopping);
    auto kind = kind_of(to);
    if (!kind) return fail(errc::not_found, "no kind of actor is called '" + to.kind + "'");
    if (to.key.empty() || to.key.size() > key_bytes_max) return fail(errc::invalid, "key of " + to.kind);
    std::function<cell_ptr()> make;
    if (kind->durable) make = [&] { return make_cell(to, kind, kind->make(to)); };
    return actors_.admit(to, kind->mailbox_max, make, [&](const cell_ptr& c) {
      r.hold(ticket{std::shared_ptr<std::atomic<std::uint32_t>>(c, &c->depth)});
      c->send({std::move(m), std::move(r)});
    });
  }

  std::shared_ptr<const kind_options> kind_of(const actor_id& id) const {
    auto it = kinds_.find(id.kind);
    return it == kinds_.end() ? nullptr : it->second;
  }

  cell_ptr make_cell(const actor_id& id, const std::shared_ptr<const kind_options>& kind,
                     std::unique_ptr<logic> behaviour) {
    auto c = std::make_shared<caf_cell>(id);
    c->born = clock_.now();
    c->durable = kind->durable;
    c->last_active_ns.store(c->born.time_since_epoch().count(), std::memory_order_relaxed);
    auto a = std::make_unique<activation>(static_cast<activation_host&>(*this), kind, c, std::move(behaviour));
    {
      logger_reference keep_none;
      c->handle = caf_->spawn<shell, caf::hidden>(std::move(a));
    }
    c->post([](activation& started) { started.start(); });
    activations_->add();
    active_->add(1);
    return c;
  }

  actor_info info_of(const cell& c) const {
    auto now = clock_.now();
    auto milliseconds = [](auto d) { return std::chrono::duration_cast<std::chrono::milliseconds>(d); };
    actor_info row;
    row.id = c.id;
    row.partition = partition_of(c.id);
    row.durable = c.durable;
    row.mailbox = c.depth.load(std::memory_order_relaxed);
    row.mailbox_high = c.depth_high.load(std::memory_order_relaxed);
    row.handled = c.handled.load(std::memory_order_relaxed);
    row.age = milliseconds(now - c.born);
    row.idle = milliseconds(now.time_since_epoch() -
                            std::chrono::nanoseconds{c.last_active_ns.load(std::memory_order_relaxed)});
    return row;
  }

  void sweep() {
    auto now = clock_.now().time_since_epoch();
    actors_.for_each(
        [&](const cell_ptr& c) {
          if (!c->durable || c->depth.load(std::memory_order_relaxed) != 0) return;
          auto kind = kind_of(c->id);
          auto idle = now - std::chrono::nanoseconds{c->last_active_ns.load(std::memory_order_relaxed)};
          if (kind && idle >= kind->idle_after) c->post([](activation& a) { a.try_passivate(); });
        },
        sweep_turn_++, sweep_slices);
  }

  // activation_host
  result<void> route(const actor_id& to, message_ptr m, reply r) override {
    return tell(to, std::move(m), std::move(r));
  }
  void wake(weak_cell who, steady_time when) override { timers_->wake(std::move(who), when); }
  [[nodiscard]] bool retire(const cell& who) override {
    bool retired = actors_.retire(who, [&] { release(who); });
    if (retired) tell_gone();
    return retired;
  }
  void evict(const cell& who) override {
    actors_.evict(who, [&] { release(who); });
    tell_gone();
  }
  durable_log& log() noexcept override { return *log_; }
  const clock_source& clock() const noexcept override { return clock_; }
  const counters& count() const noexcept override { return counters_; }

  void release(const cell& who) {
    if (who.durable && log_ != nullptr) log_->release(who.id);
    passivations_->add();
    active_->add(-1);
  }
  void tell_gone() {
    if (!stopping_) return;
    std::lock_guard lock(gone_mutex_);
    gone_.notify_all();
  }

  durable_log* log_;
  const clock_source& clock_;
  counters counters_{};
  counter* activations_;
  counter* passivations_;
  counter* overloads_;
  gauge* active_;
  std::map<std::string, std::shared_ptr<const kind_options>, std::less<>> kinds_;
  registry actors_;
  std::atomic<bool> stopping_{false};
  std::mutex gone_mutex_;
  std::condition_variable gone_;
  std::size_t sweep_turn_ = 0;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> caf_;
  std::unique_ptr<timer_service> timers_;
};

}  // namespace

std::string_view to_string(activation_phase p) noexcept {
  switch (p) {
    case activation_phase::recovering: return "recovering";
    case activation_phase::active: return "active";
    case activation_phase::quarantined: return "quarantined";
    case activation_phase::stopping: return "stopping";
  }
  return "unknown";
}

result<std::unique_ptr<system>> system::start(system_options options, durable_log* log, const clock_source& clock,
                                              metrics& registry) {
  if (options.threads == 0 || options.max_throughput == 0 || options.actors_max == 0) {
    return fail(errc::invalid, "threads, max_throughput and actors_max of the runtime must be at least 1");
  }
  return std::make_unique<system_impl>(options, log, clock, registry);
}

}  // namespace lightstick::runtime
