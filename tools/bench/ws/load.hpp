#pragma once

#include <sys/types.h>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/result.hpp"
#include "tools/bench/ws/crowd.hpp"

namespace lightstick::tools::bench::ws {

/// What a talk of some seconds came to, of all processes together.
struct talk_outcome {
  histogram took;  ///< from when a message was due to when a member's bytes were read
  std::uint64_t sent = 0;
  std::uint64_t acked = 0;
  std::uint64_t rejected = 0;
  std::uint64_t delivered = 0;
  std::uint64_t doubled = 0;
  std::uint64_t missing = 0;  ///< (member, offset) that was acknowledged and never came
  std::uint64_t closed = 0;
  std::uint64_t wrong = 0;
  double lasted_s = 0;                  ///< from the first message's time to the last delivery
  std::chrono::nanoseconds server_cpu{};
  std::chrono::nanoseconds load_cpu{};
  std::string complaint;

  /// Nothing is missing, refused, doubled, closed or wrong, and everything was acknowledged.
  [[nodiscard]] bool clean() const noexcept;
};

/// The processes of the load. They end with this, and with this process.
class load {
 public:
  using teller = std::function<void(const std::string&)>;
  struct gear {
    std::size_t processes = 1;
    std::optional<int> cpu;        ///< all of them on this one
    std::vector<pid_t> server;     ///< whose CPU time counts
    teller tell;
  };
  /// REQUIRES: this process has one thread. Errors: unavailable.
  [[nodiscard]] static result<std::unique_ptr<load>> start(const crowd_plan& plan, gear g);
  ~load();
  load(const load&) = delete;
  load& operator=(const load&) = delete;

  /// Everybody goes into their room, as quickly as the server lets them. CPU time of the server for it; how many entries
  /// had to be tried again. Errors: unavailable, with the first complaint.
  struct entry {
    std::chrono::nanoseconds server_cpu{};
    double lasted_s = 0;
    std::uint64_t retries = 0;
  };
  [[nodiscard]] result<entry> enter();
  /// `per_s` messages a second of all rooms together, evenly, for `seconds`, whatever becomes of them. Waits for what
  /// is under way, until 5 s bring nothing. Errors: unavailable (a process of the load has ended).
  [[nodiscard]] result<talk_outcome> talk(double per_s, double seconds);

 private:
  load(crowd_plan plan, gear g, std::unique_ptr<board> shared);
  [[nodiscard]] result<void> carry_out(task what, std::chrono::seconds limit, const std::function<void()>& meanwhile);
  [[nodiscard]] bool alive() const;
  [[nodiscard]] std::uint64_t sum(std::atomic<std::uint64_t> tally::*what) const;
  [[nodiscard]] static std::chrono::nanoseconds cpu_of(const std::vector<pid_t>& processes);
  [[nodiscard]] std::string complaint() const;
  [[nodiscard]] talk_outcome collect(std::uint64_t start_ns) const;

  const crowd_plan plan_;
  const gear gear_;
  const std::unique_ptr<board> board_;
  std::vector<pid_t> children_;
};

/// The CPUs that this process may use. Empty when that cannot be told.
[[nodiscard]] std::vector<int> cpus();
/// Binds this process, and what it starts from now on, to one.
[[nodiscard]] bool stay_on(int cpu);
/// As many open files as the system allows this process; how many that is.
std::size_t raise_open_files();

}  // namespace lightstick::tools::bench::ws
