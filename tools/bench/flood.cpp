// One room gets ten times what it can take; a thousand others go on talking.
#include <cmath>
#include <random>

#include "tools/bench/plan.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/stage.hpp"

namespace lightstick::tools::bench {
namespace {

namespace room = actors::room;
using std::chrono::nanoseconds;

constexpr std::uint64_t others = 1'000;
constexpr std::uint64_t talk_per_s = 1'000;  ///< of all others together
constexpr double flood_times = 10;
constexpr std::chrono::microseconds pause{200};  ///< Between the bursts of the flood.
constexpr std::chrono::microseconds burn{600};   ///< What such a burst takes of a CPU.
constexpr std::uint64_t burst_most = 500;  ///< Messages; what could not be sent in time is left out, not piled up.
constexpr const char* flooded = "flooded";

std::string text_of_200() { return std::string(200, 'x'); }

result<void> enter(stage& node, const std::string& name, std::uint64_t fan) {
  std::atomic<int> in{0};
  auto told = runtime::make_reply<room::joined>([&](const result<room::joined>& done) { in = done ? 1 : 2; });
  (void)node.actors().tell({room::kind, name}, runtime::make_message(fan_joins(fan)), std::move(told));
  if (!wait_for([&] { return in != 0; }) || in != 1) return fail(errc::unavailable, "a fan was not let in");
  return {};
}

/// Commits a second of one room with 256 messages under way all the time.
double capacity(stage& node, std::chrono::milliseconds how_long) {
  std::atomic<std::int64_t> under_way{0};
  std::atomic<std::uint64_t> done{0};
  const auto begun = stopwatch::now();
  while (stopwatch::now() < begun + how_long) {
    if (under_way >= 256) {
      std::this_thread::yield();
      continue;
    }
    ++under_way;
    auto told = runtime::make_reply<room::published>([&](const result<room::published>& /*told*/) {
      ++done;
      --under_way;
    });
    auto say = runtime::make_message(fan_says(0, text_of_200(), {}));
    (void)node.actors().tell({room::kind, flooded}, std::move(say), std::move(told));
  }
  const auto took = microseconds(stopwatch::now() - begun);
  (void)wait_for([&] { return under_way == 0; });
  return static_cast<double>(done) / took * 1e6;
}

/// `per_s` messages a second, come what may, until it goes.
class flood {
 public:
  flood(stage& node, double per_s) : node_(node), per_s_(per_s), begun_(stopwatch::now()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  flood(const flood&) = delete;
  flood& operator=(const flood&) = delete;
  ~flood() {
    thread_.request_stop();
    thread_.join();
    (void)wait_for([this] { return under_way_ == 0; });
  }
  /// Milliseconds from the first message to the first `overloaded`; infinite without one.
  [[nodiscard]] double first_refusal_ms() const { return first_refusal_ms_; }
  /// Part of what was sent that was refused.
  [[nodiscard]] double refused() const {
    return static_cast<double>(refused_) / static_cast<double>(std::max<std::uint64_t>(sent_, 1));
  }
  /// The slowest of the refusals, in microseconds.
  [[nodiscard]] double slowest_refusal_us() const { return slowest_refusal_us_; }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto due = static_cast<std::uint64_t>(microseconds(stopwatch::now() - begun_) * per_s_ / 1e6);
      if (due > sent_ + skipped_ + burst_most) skipped_ = due - sent_ - burst_most;
      while (sent_ + skipped_ < due && !stop.stop_requested()) send();
      std::this_thread::sleep_for(pause);
    }
  }
  void send() {
    ++sent_;
    ++under_way_;
    const auto at = stopwatch::now();
    auto told = runtime::make_reply<room::published>([this, at](const result<room::published>& done) {
      if (!done && done.error().is(condition::overloaded)) refusal(at);
      --under_way_;
    });
    (void)node_.actors().tell({room::kind, flooded}, runtime::make_message(fan_says(0, text_of_200(), {})),
                              std::move(told));
  }
  void refusal(stopwatch::time_point asked) {
    const auto now = stopwatch::now();
    if (refused_++ == 0) first_refusal_ms_ = microseconds(now - begun_) / 1'000;
    slowest_refusal_us_ = std::max(slowest_refusal_us_.load(), microseconds(now - asked));
  }

  stage& node_;
  const double per_s_;
  const stopwatch::time_point begun_;
  std::uint64_t skipped_ = 0;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::int64_t> under_way_{0};
  std::atomic<double> first_refusal_ms_{INFINITY};
  std::atomic<double> slowest_refusal_us_{0};
  std::jthread thread_;
};

/// The others talk for a while, at times that do not depend on the answers. Milliseconds from when a message was due to
/// its answer.
result<std::vector<double>> talk(stage& node, std::chrono::milliseconds how_long) {
  const auto count = static_cast<std::size_t>(how_long.count()) * talk_per_s / 1'000;
  std::vector<double> took(count);
  std::atomic<std::size_t> answered{0};
  std::atomic<bool> failed{false};
  const auto begun = stopwatch::now();
  for (std::size_t i = 0; i < count; ++i) {
    const auto due = begun + nanoseconds{1'000'000'000 / talk_per_s} * static_cast<std::int64_t>(i);
    std::this_thread::sleep_until(due);
    const auto who = 1 + i * 7'919 % others;
    auto told = runtime::make_reply<room::published>([&, i, due](const result<room::published>& done) {
      took[i] = microseconds(stopwatch::now() - due) / 1'000;
      if (!done) failed = true;
      ++answered;
    });
    (void)node.actors().tell({room::kind, numbered("quiet", who)},
                             runtime::make_message(fan_says(who, text_of_200(), {})), std::move(told));
  }
  if (!wait_for([&] { return answered == count; }) || failed) return fail(errc::unavailable, "a message was not taken");
  return took;
}

/// The same beside a thread that sends nothing and uses the CPU as the flood's sender does: the machine's part of the growth.
result<std::vector<double>> talk_beside_burner(stage& node, std::chrono::milliseconds how_long) {
  const std::jthread burner([](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto until = stopwatch::now() + burn;
      while (stopwatch::now() < until) {
      }
      std::this_thread::sleep_for(pause);
    }
  });
  return talk(node, how_long);
}

}  // namespace

outcome measure_flood(const plan& p) {
  const scratch folder(p.folder);
  auto opened = stage::open(folder.path() / "data");
  if (!opened) return fail(std::move(opened.error()));
  auto& node = **opened;
  p.tell("1,001 rooms");
  if (auto in = enter(node, flooded, 0); !in) return fail(std::move(in.error()));
  for (std::uint64_t i = 1; i <= others; ++i) {
    if (auto in = enter(node, numbered("quiet", i), i); !in) return fail(std::move(in.error()));
  }
  const auto how_long = std::chrono::milliseconds{p.scaled(4'000)};
  std::vector<double> quiet;
  std::vector<double> burnt;
  std::vector<double> loud;
  std::vector<double> ratio;
  std::vector<double> first;
  std::vector<double> slowest;
  std::vector<double> refused;
  double can = 0;
  for (std::size_t i = 0; i < p.rounds(); ++i) {
    p.tell("a flooded room, round " + std::to_string(i + 1));
    can = capacity(node, std::chrono::milliseconds{500});
    auto before = talk(node, how_long);
    if (!before) return fail(std::move(before.error()));
    auto beside = talk_beside_burner(node, how_long);
    if (!beside) return fail(std::move(beside.error()));
    flood much(node, flood_times * can);
    auto during = talk(node, how_long);
    if (!during) return fail(std::move(during.error()));
    quiet.push_back(percentile(*before, 0.99));
    burnt.push_back(percentile(*beside, 0.99));
    loud.push_back(percentile(*during, 0.99));
    ratio.push_back(loud.back() / quiet.back());
    first.push_back(much.first_refusal_ms());
    slowest.push_back(much.slowest_refusal_us() / 1'000);
    refused.push_back(much.refused() * 100);
  }
  const auto rate = std::to_string(static_cast<std::uint64_t>(can));
  return std::vector<figure>{
      {"p99 of 1,000 rooms beside a flooded one", median(ratio), "x", at_most(1.2), "against without the flood"},
      {"that p99 without the flood", median(quiet), "ms", {}, "1,000 messages/s over all rooms, fsync"},
      {"that p99 beside the flood", median(loud), "ms", {}, "10 times the " + rate + "/s that the room can take"},
      {"that p99 beside a thread that only uses the CPU",
       median(burnt),
       "ms",
       {},
       "as the flood's sender: the machine's part"},
      {"flood until the first `overloaded`", median(first), "ms", at_most(100), "from its first message"},
      {"slowest `overloaded`", median(slowest), "ms", at_most(100), "from asking to the answer"},
      {"of the flood refused", median(refused), "%", {}, ""},
  };
}

}  // namespace lightstick::tools::bench
