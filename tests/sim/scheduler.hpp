#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/unique_function.hpp"
#include "tests/sim/dice.hpp"
#include "tests/sim/trace.hpp"

namespace lightstick::sim {

/// Decides what runs next and lets time pass: the threads, timers and the outside of a run in one loop. What is ready
/// runs in any order, as the seed wants; every step takes a little time; when nothing is ready, time goes on to the next
/// alarm. Not thread-safe.
///
/// Things that belong to the process (and not to its clients, or to fate) are gone when it dies.
class scheduler {
 public:
  enum class side : std::uint8_t { process, outside };
  using task = unique_function<void()>;
  using alarm = std::pair<steady_time, std::uint64_t>;

  /// Something that knows itself when it has something to do, like a committer. It is asked before every step.
  class source {
   public:
    virtual ~source() = default;
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// When it has something to do; nothing when that depends on others.
    [[nodiscard]] virtual std::optional<steady_time> due() const = 0;
    virtual void run() = 0;
  };

  /// More than so many tasks and alarms are a bug of the simulator, and end the program.
  static constexpr std::size_t things_max = 1'000'000;
  /// Virtual time of one step: up to this.
  static constexpr std::chrono::microseconds step_max{50};

  /// REQUIRES: all three outlive the scheduler.
  scheduler(dice& chance, virtual_clock& clock, trace& notes) : chance_(chance), clock_(clock), notes_(notes) {}

  /// `what` is for the trace and has to be a literal.
  void post(side of, std::string_view what, task t);
  alarm after(side of, std::chrono::nanoseconds d, std::string_view what, task t);
  /// False when it rang already or never was.
  bool cancel(const alarm& a) { return alarms_.erase(a) > 0; }
  /// REQUIRES: the source outlives the scheduler, or `remove` is called before.
  void add(source& s) { sources_.push_back(&s); }
  void remove(source& s) { std::erase(sources_, &s); }
  /// The process died: what is its own will not happen.
  void forget_process();

  /// Runs one thing. False when there is none left, now or later.
  bool step();
  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

 private:
  struct thing {
    side of;
    std::string_view what;
    task run;
  };
  void ring();
  [[nodiscard]] bool pass_time();

  dice& chance_;
  virtual_clock& clock_;
  trace& notes_;
  std::vector<thing> ready_;
  std::map<alarm, thing> alarms_;
  std::vector<source*> sources_;
  std::vector<source*> due_;  ///< scratch of `step`
  std::uint64_t alarms_made_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace lightstick::sim
