// The part of system_core that operators look through.
#include <algorithm>
#include <tuple>

#include "runtime/activation.hpp"
#include "runtime/system_core.hpp"

namespace lightstick::runtime {
namespace {

/// Calls `done` once: with an answer, or with `unavailable` when the actor ended before it answered.
template <class T>
class answer_guard {
 public:
  explicit answer_guard(unique_function<void(result<T>)> done) : done_(std::move(done)) {}
  answer_guard(answer_guard&& other) noexcept : done_(std::exchange(other.done_, unique_function<void(result<T>)>{})) {}
  answer_guard(const answer_guard&) = delete;
  answer_guard& operator=(const answer_guard&) = delete;
  answer_guard& operator=(answer_guard&&) = delete;
  ~answer_guard() {
    if (done_) give(fail(errc::unavailable, "the actor ended"));
  }
  void give(result<T> outcome) { std::exchange(done_, {})(std::move(outcome)); }

 private:
  unique_function<void(result<T>)> done_;
};

tl::unexpected<error> not_here(const actor_id& id) {
  return fail(errc::not_found, id.to_string() + " is not active here");
}

/// The most interesting first, and those of equal interest by name.
bool before(const actor_info& a, const actor_info& b, actor_order order) {
  switch (order) {
    case actor_order::mailbox:
      return std::tuple(b.mailbox, b.mailbox_high, a.id) < std::tuple(a.mailbox, a.mailbox_high, b.id);
    case actor_order::rate: return std::tuple(b.commands_per_s, a.id) < std::tuple(a.commands_per_s, b.id);
    case actor_order::memory: return std::tuple(b.memory_bytes, a.id) < std::tuple(a.memory_bytes, b.id);
    case actor_order::latency: return std::tuple(b.handler_p99, a.id) < std::tuple(a.handler_p99, b.id);
  }
  return false;
}

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

std::string_view to_string(activation_cause c) noexcept {
  switch (c) {
    case activation_cause::command: return "command";
    case activation_cause::spawned: return "spawned";
  }
  return "unknown";
}

result<actor_order> parse_actor_order(std::string_view name) {
  if (name == "mailbox") return actor_order::mailbox;
  if (name == "rate") return actor_order::rate;
  if (name == "memory") return actor_order::memory;
  if (name == "latency") return actor_order::latency;
  return fail(errc::invalid, "'" + std::string(name) + "' is none of mailbox, rate, memory, latency");
}

actor_info system_core::info_of(const cell& c) const {
  const auto now = clock_.now();
  auto milliseconds = [](auto d) { return std::chrono::duration_cast<std::chrono::milliseconds>(d); };
  actor_info row;
  row.id = c.id;
  row.partition = partition_of(c.id);
  row.durable = c.kind.durable;
  row.phase = c.phase.load(std::memory_order_relaxed);
  row.mailbox = c.mail.depth.load(std::memory_order_relaxed);
  row.mailbox_high = c.mail.depth_high.load(std::memory_order_relaxed);
  row.mailbox_max = c.kind.mailbox_max;
  row.handled = c.stats.commands();
  row.events = c.stats.events();
  row.commands_per_s = c.stats.command_rate(now.time_since_epoch());
  row.events_per_s = c.stats.event_rate(now.time_since_epoch());
  row.handler_p50 = c.stats.handler_quantile(0.5);
  row.handler_p99 = c.stats.handler_quantile(0.99);
  row.memory_bytes = c.bytes.load(std::memory_order_relaxed);
  row.age = milliseconds(now - c.born);
  row.idle =
      milliseconds(now.time_since_epoch() - std::chrono::nanoseconds{c.last_active_ns.load(std::memory_order_relaxed)});
  return row;
}

std::vector<actor_info> system_core::list(std::string_view kind, actor_order order, std::size_t rows_max) const {
  std::vector<actor_info> rows;
  actors_.for_each([&](const cell_ptr& c) {
    if (kind.empty() || c->id.kind == kind) rows.push_back(info_of(*c));
  });
  const auto shown = std::min(rows_max, rows.size());
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown), rows.end(),
                    [&](const actor_info& a, const actor_info& b) { return before(a, b, order); });
  rows.resize(shown);
  return rows;
}

std::vector<actor_info> system_core::quarantined(std::size_t rows_max) const {
  std::vector<actor_info> rows;
  actors_.for_each([&](const cell_ptr& c) {
    if (rows.size() < rows_max && c->phase.load(std::memory_order_relaxed) == activation_phase::quarantined) {
      rows.push_back(info_of(*c));
    }
  });
  return rows;
}

std::size_t system_core::count(std::string_view kind) const {
  if (kind.empty()) return actors_.size();
  std::size_t n = 0;
  actors_.for_each([&](const cell_ptr& c) { n += c->id.kind == kind ? 1 : 0; });
  return n;
}

void system_core::inspect(const actor_id& id, unique_function<void(result<actor_report>)> done) {
  auto c = actors_.find(id);
  if (!c) return done(not_here(id));
  c->post([guard = answer_guard<actor_report>(std::move(done)), info = info_of(*c)](activation& a) mutable {
    auto report = a.report();
    report.info = std::move(info);
    guard.give(std::move(report));
  });
}

void system_core::passivate(const actor_id& id, unique_function<void(result<void>)> done) {
  auto c = actors_.find(id);
  if (!c) return done(not_here(id));
  c->post([guard = answer_guard<void>(std::move(done))](activation& a) mutable {
    guard.give(a.try_passivate("an operator"));
  });
}

void system_core::restart(const actor_id& id, unique_function<void(result<void>)> done) {
  auto c = actors_.find(id);
  if (!c) return done(not_here(id));
  c->post([guard = answer_guard<void>(std::move(done))](activation& a) mutable { guard.give(a.restart()); });
}

actor_history system_core::history_of(const actor_id& id) const {
  actor_history out;
  if (auto c = actors_.find(id)) {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - c->born);
    out.active = true;
    out.cause = c->cause;
    if (c->born_of != nullptr) out.cause_detail = name_of(*c->born_of);
    out.trace = c->born_by;
    out.since = wall_ms{clock_.wall().value - age.count()};
    return out;
  }
  const auto name = id.to_string();
  std::lock_guard lock(departures_mutex_);
  for (const auto& d : departures_) {
    if (d.who != name) continue;
    out.since = d.when;
    out.why_gone = d.why;
  }
  return out;
}

result<std::unique_ptr<tap>> system_core::tap(const actor_id& id, tap_options how) {
  auto opened = taps_->open(id, how);
  if (!opened) return opened;
  if (auto c = actors_.find(id)) c->tapped.store(true, std::memory_order_relaxed);
  return opened;
}

}  // namespace lightstick::runtime
