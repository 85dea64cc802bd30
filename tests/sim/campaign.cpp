#include "tests/sim/campaign.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace lightstick::sim {
namespace {

constexpr std::chrono::seconds progress_every{2};

void add(run_outcome& to, const run_outcome& o) {
  to.trace ^= o.trace;
  to.steps += o.steps;
  to.acknowledged += o.acknowledged;
  to.repeated += o.repeated;
  to.refused += o.refused;
  to.crashes += o.crashes;
  to.reads += o.reads;
  to.reminded += o.reminded;
  to.asked += o.asked;
  to.compactions += o.compactions;
  to.erased += o.erased;
  to.cheered += o.cheered;
  to.moderated += o.moderated;
  to.trimmed += o.trimmed;
  to.disk.appends += o.disk.appends;
  to.disk.syncs += o.disk.syncs;
  to.disk.replacements += o.disk.replacements;
  to.disk.full += o.disk.full;
  to.disk.broken += o.disk.broken;
  to.disk.slow += o.disk.slow;
  to.disk.lost_bytes += o.disk.lost_bytes;
  to.disk.torn += o.disk.torn;
  to.disk.turned_back += o.disk.turned_back;
}

/// One seed in all the worlds that are asked for; the first violation ends it.
run_outcome run_worlds(const run_options& o) {
  run_outcome out;
  if (o.world != world_choice::rooms) out = run_storage_world(o);
  if (!out.violation.empty()) {
    out.violated = world_choice::storage;
  } else if (o.world != world_choice::storage) {
    auto second = run_rooms_world(o);
    out.violation = std::move(second.violation);
    if (!out.violation.empty()) out.violated = world_choice::rooms;
    add(out, second);
  }
  return out;
}

}  // namespace

campaign_outcome run_campaign(const campaign& c, const on_violation& found, const on_progress& progress) {
  campaign_outcome out;
  std::atomic<std::uint64_t> next{0};
  std::mutex mutex;
  auto started = std::chrono::steady_clock::now();
  auto told = started;
  auto work = [&] {
    for (;;) {
      auto n = next.fetch_add(1);
      if (n >= c.seeds) return;
      auto o = c.each;
      o.seed = c.first + n;
      auto outcome = run_worlds(o);
      std::lock_guard lock(mutex);
      ++out.seeds;
      add(out.sums, outcome);
      if (!outcome.violation.empty()) {
        ++out.violations;
        found(o.seed, outcome);
      }
      if (auto now = std::chrono::steady_clock::now(); now - told >= progress_every) {
        told = now;
        progress(out.seeds, out.violations);
      }
    }
  };
  auto jobs = c.jobs > 0 ? c.jobs : std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::jthread> threads;
  for (std::uint32_t n = 1; n < std::min<std::uint64_t>(jobs, c.seeds); ++n) threads.emplace_back(work);
  work();
  threads.clear();
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return out;
}

}  // namespace lightstick::sim
