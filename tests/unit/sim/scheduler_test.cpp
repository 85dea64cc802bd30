#include <gtest/gtest.h>
#include <set>

#include "tests/sim/machine.hpp"

namespace lightstick::sim {
namespace {

using std::chrono::milliseconds;
constexpr auto process = scheduler::side::process;
constexpr auto outside = scheduler::side::outside;

TEST(scheduler, runs_what_is_ready_in_every_order) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    machine m(seed);
    std::string order;
    for (char c : {'a', 'b', 'c'}) m.loop.post(process, "letter", [&order, c] { order += c; });
    while (m.loop.step()) {
    }
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 6U);
}

TEST(scheduler, goes_to_the_next_alarm_when_nothing_is_ready) {
  machine m(1);
  std::vector<int> rang;
  m.loop.after(process, milliseconds{300}, "late", [&] { rang.push_back(300); });
  m.loop.after(process, milliseconds{20}, "early", [&] { rang.push_back(20); });
  auto cancelled = m.loop.after(process, milliseconds{100}, "never", [&] { rang.push_back(100); });
  EXPECT_TRUE(m.loop.cancel(cancelled));
  EXPECT_FALSE(m.loop.cancel(cancelled));
  EXPECT_TRUE(m.loop.step());
  EXPECT_GE(m.clock.since_start(), milliseconds{20});
  EXPECT_LT(m.clock.since_start(), milliseconds{21});
  EXPECT_TRUE(m.loop.step());
  EXPECT_FALSE(m.loop.step());
  EXPECT_EQ(rang, (std::vector<int>{20, 300}));
}

TEST(scheduler, time_passes_while_somebody_is_always_busy) {
  machine m(1);
  bool rang = false;
  std::function<void()> again = [&] { m.loop.post(process, "busy", again); };
  again();
  m.loop.after(outside, milliseconds{1}, "alarm", [&] { rang = true; });
  for (int n = 0; n < 10'000 && !rang; ++n) m.loop.step();
  EXPECT_TRUE(rang);
}

TEST(scheduler, what_belongs_to_the_process_dies_with_it) {
  machine m(1);
  std::string ran;
  m.loop.post(process, "task", [&] { ran += 'p'; });
  m.loop.post(outside, "task", [&] { ran += 'o'; });
  m.loop.after(process, milliseconds{1}, "alarm", [&] { ran += 'P'; });
  m.loop.after(outside, milliseconds{1}, "alarm", [&] { ran += 'O'; });
  m.loop.forget_process();
  while (m.loop.step()) {
  }
  EXPECT_EQ(ran, "oO");
}

TEST(scheduler, a_source_runs_when_it_is_due) {
  struct counter final : scheduler::source {
    explicit counter(steady_time t) : when(t) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "counter"; }
    [[nodiscard]] std::optional<steady_time> due() const override {
      return runs < 2 ? std::optional(when) : std::nullopt;
    }
    void run() override { ++runs; }
    steady_time when;
    int runs = 0;
  };
  machine m(1);
  counter c(m.clock.now() + milliseconds{50});
  m.loop.add(c);
  EXPECT_TRUE(m.loop.step());
  EXPECT_EQ(c.runs, 1);
  EXPECT_GE(m.clock.now(), c.when);
  EXPECT_TRUE(m.loop.step());
  EXPECT_FALSE(m.loop.step());
  m.loop.remove(c);
  c.runs = 0;
  EXPECT_FALSE(m.loop.step());
}

}  // namespace
}  // namespace lightstick::sim
