// A node under load for long: a crowd that talks, visitors that come, go, resume, are banned and stop reading. Its memory
// stays flat, its counters are consistent, nothing is lost. tests/soak runs it for an hour; the suite for some seconds, in
// which memory is told and not judged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <random>
#include <sstream>
#include <thread>

#include "tests/support/environment.hpp"
#include "tests/support/node_test.hpp"
#include "tests/support/visits.hpp"

namespace lightstick::test {
namespace {

constexpr std::uint64_t mebibyte = 1'048'576;
constexpr seconds judged_from{600};  ///< caches and memtables fill up before
constexpr double growth_max = 0.05;  ///< from the third quarter to the last, of the medians
constexpr std::uint64_t growth_floor = 8 * mebibyte;  ///< what a table being written may be

struct shape {
  std::uint64_t duration_s = number_of("LIGHTSTICK_SECONDS", 6);
  std::uint64_t rooms = number_of("LIGHTSTICK_SOAK_ROOMS", 4);
  std::uint64_t members = number_of("LIGHTSTICK_SOAK_MEMBERS", 25);
  std::uint64_t rate = number_of("LIGHTSTICK_SOAK_RATE", 20);
};

class soak : public node_test {
 protected:
  /// `lightstick bench ws` as the crowd, its figures as JSON in `crowd.json`.
  process crowd(const shape& what) {
    auto& n = the_node();
    return process(
        lightstick_binary(),
        {"bench", "ws", "--json", "--only", "connect,talk", "--url", "ws://127.0.0.1:" + std::to_string(n.port()),
         "--secret-file", n.secret_file(), "--pid", std::to_string(n.process().pid()), "--rooms",
         std::to_string(what.rooms), "--members", std::to_string(what.members), "--rate", std::to_string(what.rate),
         "--seconds", std::to_string(what.duration_s)},
        n.folder() / "crowd.json", n.folder() / "crowd.log");
  }

  /// Samples the node until the crowd has ended; a line about every minute.
  process_end watch(process& of, const shape& what) {
    auto& n = the_node();
    const auto begun = steady::now();
    auto cpu = n.process().cpu_time();
    auto next_line = begun + seconds{60};
    for (auto next = begun + seconds{1};; next += seconds{1}) {
      std::this_thread::sleep_until(next);
      if (const auto end = of.ended()) return *end;
      rss_.push_back(n.process().rss_bytes());
      if (steady::now() < next_line) continue;
      next_line += seconds{60};
      const auto now = n.process().cpu_time();
      std::cout << std::chrono::duration_cast<std::chrono::minutes>(steady::now() - begun).count() << " of "
                << what.duration_s / 60 << " min: " << rss_.back() / mebibyte << " MiB, " << std::fixed
                << std::setprecision(2) << std::chrono::duration<double>(now - cpu).count() / 60 << " CPUs, "
                << n.metric("lightstick_gateway_connections_open") << " connections" << std::endl;
      cpu = now;
    }
  }

  /// Median of a part of the samples, in bytes.
  [[nodiscard]] std::uint64_t median(double from, double to) const {
    const auto at = [&](double share) { return static_cast<std::ptrdiff_t>(share * static_cast<double>(rss_.size())); };
    std::vector<std::uint64_t> part(rss_.begin() + at(from), rss_.begin() + at(to));
    std::ranges::sort(part);
    return part.empty() ? 0 : part[part.size() / 2];
  }

  /// What the crowd counted under `name`.
  static double counted(const value& report, std::string_view name) {
    for (const auto& each : report["figures"].items()) {
      if (!each["what"].text().ends_with(name)) continue;
      const auto& held = each["measured"].held();
      return std::holds_alternative<double>(held) ? std::get<double>(held)
                                                  : static_cast<double>(each["measured"].number());
    }
    throw std::runtime_error("the crowd did not tell: " + std::string(name));
  }

  std::vector<std::uint64_t> rss_;
};

TEST_F(soak, memory_is_flat_counters_are_consistent_and_nothing_is_lost) {
  const shape what;
  const auto seed = number_of("LIGHTSTICK_SEED", std::random_device{}());
  std::cout << "seed " << seed << std::endl;
  auto& n = start_node();
  const auto begun = n.process().cpu_time();
  const auto since = steady::now();
  auto load = crowd(what);
  visits all(n, seed, milliseconds{20});
  std::jthread visitors([&] { all.run(since + seconds{what.duration_s}); });
  const auto end = watch(load, what);
  visitors.join();
  ASSERT_TRUE(n.runs());
  const auto cpus = std::chrono::duration<double>(n.process().cpu_time() - begun) / (steady::now() - since);

  std::ifstream file(n.folder() / "crowd.json");
  std::stringstream text;
  text << file.rdbuf();
  ASSERT_EQ(end.exit_code, 0) << text.str();
  const auto report = decode(encoding::json, text.str());
  for (const auto* none : {": lost", ": doubled", ": refused, closed, wrong"}) {
    EXPECT_EQ(counted(report, none), 0) << none;
  }
  EXPECT_THAT(all.judge(), testing::IsEmpty());

  EXPECT_TRUE(poll_until([&] { return n.metric("lightstick_gateway_connections_open") == 0; }));
  for (const auto* none :
       {"lightstick_gateway_clients_open", "lightstick_gateway_subscriptions", "lightstick_gateway_offset_gaps_total",
        "lightstick_actor_restarts_total", "lightstick_actor_quarantined_total", "lightstick_actor_dead_letters_total",
        "lightstick_actor_commit_failures_total", "lightstick_storage_queue_requests",
        "lightstick_storage_corrupt_records_total"}) {
    EXPECT_EQ(n.metric(none), 0) << none;
  }
  const auto third = median(0.5, 0.75);
  const auto last = median(0.75, 1);
  std::cout << std::fixed << std::setprecision(1) << counted(report, ": deliveries a second")
            << " deliveries a second, p50 " << counted(report, ": p50") << " ms, p99 " << counted(report, ": p99")
            << " ms, " << std::setprecision(2) << cpus << " CPUs\nmemory: " << median(0.25, 0.5) / mebibyte << ", "
            << third / mebibyte << ", " << last / mebibyte << " MiB (medians of the second, third and last quarter)\n"
            << all.committed() << " of the visitors' messages committed, " << all.withdrawn() << " of them withdrawn\n";
  for (const auto& [met, count] : all.met()) std::cout << "  " << met << ": " << count << '\n';
  if (seconds{what.duration_s} >= judged_from) {
    EXPECT_LE(last,
              third + std::max(growth_floor, static_cast<std::uint64_t>(growth_max * static_cast<double>(third))));
  }
  EXPECT_EQ(n.terminate().exit_code, 0);
}

}  // namespace
}  // namespace lightstick::test
