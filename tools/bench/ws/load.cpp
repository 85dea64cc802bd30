#include "tools/bench/ws/load.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <csignal>
#include <thread>

#include "tools/bench/gauges.hpp"

namespace lightstick::tools::bench::ws {
namespace {

constexpr std::chrono::milliseconds look_every{5};
constexpr std::chrono::milliseconds tell_every{500};
constexpr std::uint64_t lead_ns = 100'000'000;      ///< from the order to the first message
constexpr std::uint64_t patience_ns = 5'000'000'000;  ///< without a delivery
constexpr std::chrono::seconds enter_limit{300};

std::string thousands(std::uint64_t n) {
  auto out = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3) {
    out.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return out;
}

/// Calls `tell` twice a second at most.
class now_and_then {
 public:
  explicit now_and_then(const load::teller& tell) : tell_(tell) {}
  template <class Words>
  void tell(Words&& words) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + tell_every;
    tell_(words());
  }

 private:
  const load::teller& tell_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace

bool talk_outcome::clean() const noexcept {
  return missing == 0 && rejected == 0 && doubled == 0 && closed == 0 && wrong == 0 && acked == sent;
}

load::load(crowd_plan plan, gear g, std::unique_ptr<board> shared)
    : plan_(std::move(plan)), gear_(std::move(g)), board_(std::move(shared)) {}

result<std::unique_ptr<load>> load::start(const crowd_plan& plan, gear g) {
  auto shared = board::make(g.processes, plan.rooms);
  if (!shared) return fail(errc::unavailable, "no memory for the processes of the load");
  std::unique_ptr<load> made(new load(plan, std::move(g), std::move(shared)));
  const auto processes = made->gear_.processes;
  const auto parent = ::getpid();
  for (std::size_t i = 0; i < processes; ++i) {
    const auto pid = ::fork();
    if (pid < 0) return fail(errc::unavailable, "no process for the load");
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent || (made->gear_.cpu && !stay_on(*made->gear_.cpu))) ::_exit(1);
      crowd(made->plan_, *made->board_, made->board_->tallies()[i], plan.all() * i / processes,
            plan.all() * (i + 1) / processes)
          .run();
      ::_exit(0);
    }
    made->children_.push_back(pid);
  }
  return made;
}

load::~load() {
  for (const auto pid : children_) ::kill(pid, SIGKILL);
  for (const auto pid : children_) ::waitpid(pid, nullptr, 0);
}

bool load::alive() const {
  for (const auto pid : children_) {
    siginfo_t state{};
    if (::waitid(P_PID, static_cast<id_t>(pid), &state, WEXITED | WNOHANG | WNOWAIT) != 0 || state.si_pid != 0) {
      return false;
    }
  }
  return std::ranges::none_of(board_->tallies(), [](const tally& t) { return t.failed.load(); });
}

std::uint64_t load::sum(std::atomic<std::uint64_t> tally::*what) const {
  std::uint64_t all = 0;
  for (const auto& t : board_->tallies()) all += (t.*what).load(std::memory_order_relaxed);
  return all;
}

std::chrono::nanoseconds load::cpu_of(const std::vector<pid_t>& processes) {
  std::chrono::nanoseconds all{};
  for (const auto pid : processes) all += cpu_time(pid);
  return all;
}

std::string load::complaint() const {
  for (const auto& t : board_->tallies()) {
    if (t.complained.load(std::memory_order_acquire)) return t.said.data();
  }
  return {};
}

result<void> load::carry_out(task what, std::chrono::seconds limit, const std::function<void()>& meanwhile) {
  auto& o = board_->orders();
  o.what = what;
  const auto number = o.number.load() + 1;
  o.number.store(number, std::memory_order_release);
  const auto until = std::chrono::steady_clock::now() + limit;
  const auto done = [&](const tally& t) { return t.done.load(std::memory_order_acquire) == number; };
  while (!std::ranges::all_of(board_->tallies(), done)) {
    if (!alive() || std::chrono::steady_clock::now() > until) {
      const auto why = complaint();
      return fail(errc::unavailable, "the load could not go on" + (why.empty() ? "" : ": " + why));
    }
    meanwhile();
    std::this_thread::sleep_for(look_every);
  }
  return {};
}

result<load::entry> load::enter() {
  const auto before = cpu_of(gear_.server);
  const auto begun = steady_ns();
  now_and_then progress(gear_.tell);
  auto done = carry_out(task::enter, enter_limit, [&] {
    progress.tell([&] { return thousands(sum(&tally::in)) + " of " + thousands(plan_.all()) + " are in"; });
  });
  if (!done) return fail(std::move(done.error()));
  return entry{cpu_of(gear_.server) - before, static_cast<double>(steady_ns() - begun) / 1e9, sum(&tally::retries)};
}

result<talk_outcome> load::talk(double per_s, double seconds) {
  auto& o = board_->orders();
  o.per_s = per_s;
  o.count = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(per_s * seconds));
  o.start_ns = steady_ns() + lead_ns;
  const auto load_before = cpu_of(children_);
  const auto before = cpu_of(gear_.server);
  now_and_then progress(gear_.tell);
  const auto meanwhile = [&] {
    progress.tell([&] {
      return thousands(sum(&tally::acked)) + " of " + thousands(o.count) + " messages, " +
             thousands(sum(&tally::delivered)) + " deliveries";
    });
  };
  const auto limit = std::chrono::seconds{60 + static_cast<std::int64_t>(seconds)};
  if (auto said = carry_out(task::talk, limit, meanwhile); !said) return fail(std::move(said.error()));
  auto seen = sum(&tally::delivered) + sum(&tally::acked);
  auto seen_at = steady_ns();
  auto server = cpu_of(gear_.server) - before;
  const auto whole = [&] {
    return sum(&tally::acked) + sum(&tally::rejected) >= o.count && sum(&tally::delivered) >= sum(&tally::expected);
  };
  while (!whole() && alive() && steady_ns() - seen_at < patience_ns) {
    std::this_thread::sleep_for(look_every);
    meanwhile();
    if (const auto now = sum(&tally::delivered) + sum(&tally::acked); now != seen) {
      seen = now;
      seen_at = steady_ns();
      server = cpu_of(gear_.server) - before;
    }
  }
  if (whole()) server = cpu_of(gear_.server) - before;
  const auto start_ns = o.start_ns;
  if (auto counted = carry_out(task::count, enter_limit, [] {}); !counted) return fail(std::move(counted.error()));
  auto out = collect(start_ns);
  out.server_cpu = server;
  out.load_cpu = cpu_of(children_) - load_before;
  return out;
}

talk_outcome load::collect(std::uint64_t start_ns) const {
  talk_outcome out;
  std::uint64_t last = start_ns;
  for (const auto& t : board_->tallies()) {
    out.took.add(t.took);
    last = std::max(last, t.last_ns.load());
  }
  out.sent = sum(&tally::sent);
  out.acked = sum(&tally::acked);
  out.rejected = sum(&tally::rejected);
  out.delivered = sum(&tally::delivered);
  out.doubled = sum(&tally::doubled);
  out.missing = sum(&tally::missing);
  out.closed = sum(&tally::closed);
  out.wrong = sum(&tally::wrong);
  out.lasted_s = static_cast<double>(last - start_ns) / 1e9;
  out.complaint = complaint();
  return out;
}

std::vector<int> cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> found;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return found;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) found.push_back(i);
  }
  return found;
}

bool stay_on(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return ::sched_setaffinity(0, sizeof set, &set) == 0;
}

std::size_t raise_open_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace lightstick::tools::bench::ws
