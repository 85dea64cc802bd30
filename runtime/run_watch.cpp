#include "runtime/run_watch.hpp"

#include "runtime/base/log.hpp"

namespace lightstick::runtime {
namespace {

std::atomic<std::uint64_t> watches_made{0};

}  // namespace

run_watch::run_watch(metrics& registry)
    : slow_calls_(registry.make_counter("lightstick_actor_slow_calls_total", "Calls of actors that ran for too long")),
      slow_now_(registry.make_gauge("lightstick_actors_slow", "Actors that are in such a call now")),
      id_(++watches_made) {}

run_watch::slot* run_watch::mine() {
  thread_local std::uint64_t of = 0;
  thread_local slot* here = nullptr;
  if (of == id_) return here;
  of = id_;
  const auto number = threads_.fetch_add(1, std::memory_order_relaxed);
  here = number < threads_max ? &slots_.at(number) : nullptr;
  return here;
}

void run_watch::entered(cell& who) {
  auto* s = mine();
  if (s == nullptr) return;
  std::lock_guard lock(s->mutex);
  s->who = who.weak_from_this();
}

void run_watch::working(steady_time since) noexcept {
  if (auto* s = mine()) s->since_ns.store(since.time_since_epoch().count(), std::memory_order_relaxed);
}

void run_watch::left() noexcept {
  if (auto* s = mine()) s->since_ns.store(0, std::memory_order_relaxed);
}

template <class Visit>
void run_watch::for_each_slow(steady_time now, Visit&& visit) const {
  for (auto& s : slots_) {
    const auto since = s.since_ns.load(std::memory_order_relaxed);
    if (since == 0) continue;
    std::lock_guard lock(s.mutex);
    auto who = s.who.lock();
    const auto ran = now.time_since_epoch() - std::chrono::nanoseconds{since};
    if (who && ran >= who->kind.slow_after)
      visit(s, since, *who, std::chrono::duration_cast<std::chrono::milliseconds>(ran));
  }
}

void run_watch::look(steady_time now) {
  std::int64_t slow = 0;
  for_each_slow(now, [&](slot& s, std::int64_t since, const cell& who, std::chrono::milliseconds ran) {
    ++slow;
    if (std::exchange(s.told_ns, since) == since) return;
    slow_calls_.add();
    LS_LOG(runtime, warn, "an actor does not return", {"actor", who.id.to_string()}, {"ms", ran.count()});
  });
  slow_now_.set(slow);
}

std::vector<slow_actor> run_watch::slow(steady_time now) const {
  std::vector<slow_actor> out;
  for_each_slow(now, [&](const slot&, std::int64_t, const cell& who, std::chrono::milliseconds ran) {
    out.push_back({who.id, ran});
  });
  return out;
}

}  // namespace lightstick::runtime
