// Commands of rooms that are durable, beside RocksDB alone: what the rooms wrote is noted, group by group, and written
// again by a bare loop to a database of its own.
#include "storage/rocks/open.hpp"
#include "tools/bench/gauges.hpp"
#include "tools/bench/plan.hpp"
#include "tools/bench/recording_engine.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/stage.hpp"

namespace lightstick::tools::bench {
namespace {

namespace room = actors::room;
using std::chrono::nanoseconds;

constexpr std::uint32_t rooms = 64;
constexpr std::size_t memory_bytes = std::size_t{256} << 20U;

runtime::message_ptr message_of(std::uint64_t fan, std::uint64_t number) {
  return runtime::make_message(fan_says(fan, std::string(200, 'x'), numbered("cid", number)));
}

std::string name_of(std::uint64_t i) { return numbered("room", i); }

/// Somebody who says the next thing when the last one is committed.
class talker {
 public:
  talker(runtime::system& actors, std::uint64_t fan, std::uint64_t first, std::uint64_t count, std::latch& done,
         std::atomic<bool>& failed)
      : actors_(actors), fan_(fan), next_(first), end_(first + count), done_(done), failed_(failed) {}
  void say() {
    if (next_ == end_) return done_.count_down();
    auto told = runtime::make_reply<room::published>([this](const result<room::published>& outcome) {
      if (!outcome) failed_ = true;
      say();
    });
    (void)actors_.tell({room::kind, name_of(fan_)}, message_of(fan_, next_++), std::move(told));
  }

 private:
  runtime::system& actors_;
  const std::uint64_t fan_;
  std::uint64_t next_;
  const std::uint64_t end_;
  std::latch& done_;
  std::atomic<bool>& failed_;
};

class crowd {
 public:
  crowd(const plan& p, stage& node, recording& noted) : plan_(p), node_(node), noted_(noted) {}

  result<void> enter() {
    std::atomic<std::uint32_t> in{0};
    for (std::uint64_t i = 0; i < rooms; ++i) {
      auto told = runtime::make_reply<room::joined>([&](const result<room::joined>& done) { in += done ? 1 : 0; });
      (void)node_.actors().tell({room::kind, name_of(i)}, runtime::make_message(fan_joins(i)), std::move(told));
    }
    if (!wait_for([&] { return in == rooms; })) return fail(errc::unavailable, "fans were not let in");
    return {};
  }

  struct round {
    double ours_per_s = 0;
    double bare_per_s = 0;
    double ours_cpu_us = 0;  ///< of a command, all threads
    double bare_cpu_us = 0;
    double a_group = 0;  ///< commands
    double calm_bare_p99_ms = 0;  ///< of the raw RocksDB at half of our rate
  };
  /// `voices` a room, each with one message under way.
  result<round> race(std::uint32_t voices, const std::filesystem::path& bare_folder) {
    const auto each = plan_.scaled(100'000) / (std::uint64_t{rooms} * voices);
    const auto commands = each * rooms * voices;
    std::latch done(rooms * voices);
    std::atomic<bool> failed{false};
    std::vector<std::unique_ptr<talker>> talkers;
    for (std::uint32_t i = 0; i < rooms * voices; ++i) {
      talkers.push_back(std::make_unique<talker>(node_.actors(), i % rooms, number_, each, done, failed));
      number_ += each;
    }
    noted_.begin(true);
    const auto cpu = cpu_time();
    const auto begun = stopwatch::now();
    for (auto& t : talkers) t->say();
    done.wait();
    const nanoseconds ours = stopwatch::now() - begun;
    const auto ours_cpu = cpu_time() - cpu;
    const auto groups = noted_.take_groups();
    const auto bare_begun = cpu_time();
    auto bare = bare_rocks_writes(bare_folder, groups);
    const auto bare_cpu = cpu_time() - bare_begun;
    auto calm = voices == 1 ? calm_bare(bare_folder.string() + "-calm", groups, ours) : std::vector<double>{0};
    noted_.begin(false);
    if (failed) return fail(errc::unavailable, "a message was not taken");
    if (!bare) return fail(std::move(bare.error()));
    if (!calm) return fail(std::move(calm.error()));
    const auto per_s = [&](nanoseconds took) { return static_cast<double>(commands) / microseconds(took) * 1e6; };
    const auto cpu_us = [&](nanoseconds used) { return microseconds(used) / static_cast<double>(commands); };
    return round{per_s(ours),
                 per_s(*bare),
                 cpu_us(ours_cpu),
                 cpu_us(bare_cpu),
                 static_cast<double>(commands) / static_cast<double>(groups.size()),
                 percentile(*calm, 0.99)};
  }

  /// `per_s` commands a second at times that do not depend on the answers. Milliseconds from when each was due.
  result<std::vector<double>> steady(double per_s) {
    const auto count = static_cast<std::size_t>(per_s * std::chrono::duration<double>(steady_lasts()).count());
    std::vector<double> took(count);
    std::atomic<std::size_t> answered{0};
    std::atomic<bool> failed{false};
    const auto begun = stopwatch::now();
    for (std::size_t i = 0; i < count; ++i) {
      const auto due = begun + nanoseconds{static_cast<std::int64_t>(1e9 * static_cast<double>(i) / per_s)};
      if (due > stopwatch::now()) std::this_thread::sleep_for(std::chrono::microseconds{200});
      while (stopwatch::now() < due) std::this_thread::sleep_for(std::chrono::microseconds{50});
      auto told = runtime::make_reply<room::published>([&, i, due](const result<room::published>& outcome) {
        took[i] = microseconds(stopwatch::now() - due) / 1'000;
        if (!outcome) failed = true;
        ++answered;
      });
      const auto fan = i % rooms;
      (void)node_.actors().tell({room::kind, name_of(fan)}, message_of(fan, number_++), std::move(told));
    }
    if (!wait_for([&] { return answered == count; }) || failed)
      return fail(errc::unavailable, "a message was not taken");
    return took;
  }

 private:
  /// What was written in `took`, as much of it as `steady` does at half of that rate, by a raw RocksDB at that rate.
  [[nodiscard]] result<std::vector<double>> calm_bare(const std::filesystem::path& folder,
                                                      const std::vector<raw_group>& groups, nanoseconds took) const {
    std::size_t ops = 0;
    for (const auto& group : groups) ops += group.size();
    const auto lasting = std::min(nanoseconds(steady_lasts()), 2 * took);
    const auto part = static_cast<double>(lasting.count()) / static_cast<double>(2 * took.count());
    return bare_rocks_steady(folder, groups, static_cast<std::size_t>(part * static_cast<double>(ops)), lasting);
  }

  [[nodiscard]] std::chrono::milliseconds steady_lasts() const {
    return std::chrono::milliseconds{plan_.quick ? 500 : 3'000};
  }

  const plan& plan_;
  stage& node_;
  recording& noted_;
  std::uint64_t number_ = 0;
};

struct race_figures {
  std::vector<double> ratio;
  std::vector<double> ours;
  std::vector<double> bare;
  std::vector<double> ours_cpu;
  std::vector<double> bare_cpu;
  std::vector<double> a_group;
  void add(const crowd::round& r) {
    ratio.push_back(100 * r.ours_per_s / r.bare_per_s);
    ours.push_back(r.ours_per_s);
    bare.push_back(r.bare_per_s);
    ours_cpu.push_back(r.ours_cpu_us);
    bare_cpu.push_back(r.bare_cpu_us);
    a_group.push_back(r.a_group);
  }
  [[nodiscard]] figure as(std::string what) const {
    const auto whole = [](double n) { return std::to_string(static_cast<std::uint64_t>(n)); };
    return {std::move(what), median(ratio), "%", at_least(80),
            whole(median(ours)) + "/s of " + whole(median(ours_cpu)) + " us CPU, RocksDB " + whole(median(bare)) +
                "/s of " + whole(median(bare_cpu)) + " us, " + whole(median(a_group)) + " a group"};
  }
};

}  // namespace

outcome measure_commits(const plan& p) {
  const scratch folder(p.folder);
  recording noted;
  auto disk = storage::rocks::open({.path = folder.path() / "ours", .create = true, .memory_bytes = memory_bytes},
                                   system_clock_source());
  if (!disk) return fail(std::move(disk.error()));
  auto node = stage::over(make_recording(std::move(*disk), noted));
  if (!node) return fail(std::move(node.error()));
  crowd fans(p, **node, noted);
  if (auto in = fans.enter(); !in) return fail(std::move(in.error()));
  race_figures one;
  race_figures eight;
  std::vector<double> p99;
  std::vector<double> bare_p99;
  for (std::size_t i = 0; i < p.rounds(); ++i) {
    p.tell("commits beside a raw RocksDB, round " + std::to_string(i + 1));
    auto alone = fans.race(1, folder.path() / ("bare-1-" + std::to_string(i)));
    if (!alone) return fail(std::move(alone.error()));
    one.add(*alone);
    bare_p99.push_back(alone->calm_bare_p99_ms);
    auto together = fans.race(8, folder.path() / ("bare-8-" + std::to_string(i)));
    if (!together) return fail(std::move(together.error()));
    eight.add(*together);
    p.tell("commits at half of that rate, round " + std::to_string(i + 1));
    auto calm = fans.steady(alone->ours_per_s / 2);
    if (!calm) return fail(std::move(calm.error()));
    p99.push_back(percentile(*calm, 0.99));
  }
  return std::vector<figure>{
      one.as("durable commands, 64 rooms with 1 voice / raw RocksDB"),
      eight.as("durable commands, 64 rooms with 8 voices / raw RocksDB"),
      {"p99 of a commit at half of the first rate", median(p99), "ms", at_most(10), "publish to answer, fsync"},
      {"the same of a raw RocksDB", median(bare_p99), "ms", {}, "whatever is due with one fsync"},
  };
}

}  // namespace lightstick::tools::bench
