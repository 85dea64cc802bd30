// Rooms that come back from a real store.
#include <semaphore>

#include "tools/bench/gauges.hpp"
#include "tools/bench/plan.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/stage.hpp"

namespace lightstick::tools::bench {
namespace {

namespace room = actors::room;

std::vector<std::string> names_of(const char* what, std::uint64_t count) {
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < count; ++i) names.push_back(numbered(what, i));
  return names;
}

/// One after the other, each until its first answer. Microseconds.
result<std::vector<double>> one_by_one(stage& node, const std::vector<std::string>& names) {
  std::vector<double> took;
  std::binary_semaphore answered{0};
  for (const auto& name : names) {
    bool good = false;
    const auto begun = stopwatch::now();
    auto open = runtime::make_reply<room::opened>([&](const result<room::opened>& done) {
      good = done.has_value();
      answered.release();
    });
    (void)node.actors().tell({room::kind, name}, runtime::make_message(room::open{}), std::move(open));
    answered.acquire();
    took.push_back(microseconds(stopwatch::now() - begun));
    if (!good) return fail(errc::unavailable, "a room could not be activated");
  }
  return took;
}

struct rate {
  double per_s = 0;
  double cpu_us = 0;  ///< of one activation, all threads
};

/// All asked for at once, as clients do after a restart, until the last answer.
result<rate> at_once(stage& node, const std::vector<std::string>& names) {
  std::atomic<std::size_t> good{0};
  std::atomic<std::size_t> bad{0};
  const auto cpu = cpu_time();
  const auto begun = stopwatch::now();
  for (const auto& name : names) {
    auto open = runtime::make_reply<room::opened>([&](const result<room::opened>& done) { ++(done ? good : bad); });
    (void)node.actors().tell({room::kind, name}, runtime::make_message(room::open{}), std::move(open));
  }
  if (!wait_for([&] { return good + bad == names.size(); }) || bad != 0) {
    return fail(errc::unavailable, std::to_string(bad) + " rooms could not be activated");
  }
  const auto count = static_cast<double>(names.size());
  return rate{count / (microseconds(stopwatch::now() - begun) / 1e6), microseconds(cpu_time() - cpu) / count};
}

struct latencies {
  std::vector<double> p50;
  std::vector<double> p99;
};

result<latencies> measure_latency(const plan& p, stage& node, const std::vector<std::string>& names) {
  latencies out;
  for (std::size_t i = 0; i <= p.rounds(); ++i) {
    p.tell("activations one by one, round " + std::to_string(i));
    auto took = one_by_one(node, names);
    if (!took) return fail(std::move(took.error()));
    if (!node.passivate(names)) return fail(errc::unavailable, "rooms did not go");
    if (i == 0) continue;  // it warmed the cache
    out.p50.push_back(percentile(*took, 0.5));
    out.p99.push_back(percentile(*took, 0.99));
  }
  return out;
}

result<rate> measure_storm(const plan& p, stage& node, const std::vector<std::string>& names) {
  std::vector<double> rates;
  std::vector<double> cpu;
  for (std::size_t i = 0; i < p.rounds(); ++i) {
    p.tell(std::to_string(names.size()) + " activations at once, round " + std::to_string(i + 1));
    auto found = at_once(node, names);
    if (!found) return found;
    rates.push_back(found->per_s);
    cpu.push_back(found->cpu_us);
    if (!node.passivate(names)) return fail(errc::unavailable, "rooms did not go");
  }
  return rate{median(rates), median(cpu)};
}

}  // namespace

outcome measure_activation(const plan& p) {
  const scratch folder(p.folder);
  auto node = stage::open(folder.path() / "data");
  if (!node) return fail(std::move(node.error()));
  const auto plain = names_of("plain", p.scaled(2'000));
  const auto marked = names_of("marked", p.scaled(2'000));
  const auto many = names_of("many", p.scaled(100'000));
  p.tell("writing rooms to come back");
  for (const auto& [names, what] :
       {std::pair{&plain, stored_room{10, 100, false}}, std::pair{&marked, stored_room{10, 100, true}},
        std::pair{&many, stored_room{10, 0, false}}}) {
    if (auto written = write_rooms((*node)->store(), *names, what); !written) return fail(std::move(written.error()));
  }
  auto bare = measure_latency(p, **node, plain);
  if (!bare) return fail(std::move(bare.error()));
  auto with_marks = measure_latency(p, **node, marked);
  if (!with_marks) return fail(std::move(with_marks.error()));
  auto heavy = measure_storm(p, **node, plain);
  if (!heavy) return fail(std::move(heavy.error()));
  auto storm = measure_storm(p, **node, many);
  if (!storm) return fail(std::move(storm.error()));
  return std::vector<figure>{
      {"activation, snapshot and 100 events, p50", median(bare->p50), "us", {}, "one after the other, warm cache"},
      {"activation, snapshot and 100 events, p99", median(bare->p99), "us", at_most(1'000), "to the first answer"},
      {"the same with 100 live marks, p99", median(with_marks->p99), "us", at_most(1'000), "every message had a cid"},
      {"activations at once, 100 events each", heavy->per_s, "/s", {}, std::to_string(plain.size()) + " rooms"},
      {"CPU of one of these", heavy->cpu_us, "us", {}, "all threads"},
      {"activations at once, from a snapshot", storm->per_s, "/s", at_least(100'000),
       std::to_string(many.size()) + " rooms; the target is the dream"},
      {"CPU of one of these", storm->cpu_us, "us", {}, "all threads"},
  };
}

}  // namespace lightstick::tools::bench
