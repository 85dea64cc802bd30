#pragma once

#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "runtime/activation.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/random.hpp"
#include "runtime/system_core.hpp"

/// The actors of a node without a thread: whoever holds it decides which ready actor runs next and when time passes.
/// Not thread-safe. Header only.
namespace lightstick::testing {

class stepped_system final : public runtime::system_core {
 public:
  /// REQUIRES: all outlive it.
  stepped_system(runtime::system_options options, runtime::durable_log* log, manual_clock& clock, random_source& random,
                 metrics& registry)
      : system_core(options, log, clock, random, registry), clock_(clock), commands_max_(options.max_throughput) {}
  ~stepped_system() override { stop({}); }
  stepped_system(const stepped_system&) = delete;
  stepped_system& operator=(const stepped_system&) = delete;

  /// Actors that have something to do.
  [[nodiscard]] std::size_t ready() const noexcept { return ready_.size(); }
  /// Runs the `nth` of them once.
  void run(std::size_t nth = 0) {
    auto who = std::move(ready_[nth]);
    ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(nth));
    who->run(commands_max_);
  }
  /// Runs them in order until none is ready.
  void run_all() {
    while (!ready_.empty()) run();
  }
  /// When the first timer is due; `steady_time::max()` without one.
  [[nodiscard]] steady_time next_wake() const { return wakes_.empty() ? steady_time::max() : wakes_.begin()->first; }
  /// Wakes whoever's time has come.
  void wake_due() {
    while (!wakes_.empty() && wakes_.begin()->first <= clock_.now()) {
      auto who = wakes_.begin()->second.lock();
      const auto when = wakes_.begin()->first.time_since_epoch().count();
      wakes_.erase(wakes_.begin());
      if (!who || who->wake_ns.load() != when) continue;
      who->wake_ns = 0;
      who->post([](runtime::activation& a) { a.tick(); });
    }
  }
  /// Time passes in steps of at most 100 ms; everybody runs in between.
  void advance(std::chrono::milliseconds by) {
    const auto end = clock_.now() + by;
    for (run_all(); clock_.now() < end; run_all()) {
      const auto next = std::min({end, clock_.now() + std::chrono::milliseconds{100},
                                  std::max(next_wake(), clock_.now() + std::chrono::milliseconds{1})});
      clock_.advance(std::chrono::ceil<std::chrono::milliseconds>(next - clock_.now()));
      if (clock_.now() >= next_beat_) {
        next_beat_ = clock_.now() + std::chrono::milliseconds{100};
        beat();
      }
      wake_due();
    }
  }
  using system_core::beat;

  void stop(std::chrono::milliseconds /*limit*/) override {
    if (!begin_stop()) return;
    run_all();
    const auto rest = evict_rest();
    ready_.clear();
    for (const auto& c : rest) c->drop();
  }

 private:
  class stepped_cell final : public runtime::cell {
   public:
    stepped_cell(stepped_system& of, const actor_id& id_, const runtime::kind_options& kind_)
        : cell(id_, kind_), of_(of) {}

   private:
    void ready() override { of_.ready_.push_back(shared_from_this()); }
    stepped_system& of_;
  };

  runtime::cell_ptr new_cell(const actor_id& id, const runtime::kind_options& kind) override {
    return std::make_shared<stepped_cell>(*this, id, kind);
  }
  void wake(const runtime::cell_ptr& who, steady_time when) override {
    who->wake_ns = when.time_since_epoch().count();
    wakes_.emplace(when, who);
  }

  manual_clock& clock_;
  const std::uint32_t commands_max_;
  steady_time next_beat_{};
  std::deque<runtime::cell_ptr> ready_;
  std::multimap<steady_time, runtime::weak_cell> wakes_;
};

}  // namespace lightstick::testing
