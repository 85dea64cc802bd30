// What one commit costs: appends that share an fsync beside appends that have one each, on a real disk.
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/metrics.hpp"
#include "storage/store.hpp"
#include "tests/support/bench_main.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using namespace lightstick;  // NOLINT(google-build-using-namespace): a program, not a header

/// Counts down commits of all logs.
class arrivals {
 public:
  void expect(std::size_t n) {
    std::lock_guard lock(mutex_);
    missing_ = n;
  }
  void committed(sequence /*last*/) noexcept { arrived(false); }
  void append_failed(const error& /*why*/) noexcept { arrived(true); }
  /// False when one of them failed.
  [[nodiscard]] bool wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return missing_ == 0; });
    return !failed_;
  }

 private:
  void arrived(bool failed) noexcept {
    std::lock_guard lock(mutex_);
    failed_ = failed_ || failed;
    if (--missing_ == 0) changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t missing_ = 0;
  bool failed_ = false;
};

/// One listener a log, so that each commit is told once a log.
struct told {
  arrivals* to;
  void committed(sequence last) noexcept { to->committed(last); }
  void append_failed(const error& why) noexcept { to->append_failed(why); }
};

struct writer {
  storage::log_id log;
  sequence last;
  std::shared_ptr<told> listener;
};

/// What a room writes for one message: event, history row, mark.
storage::append_request message_of(const writer& w) {
  auto number = std::to_string(w.last.value() + 1);
  storage::append_request out{w.log, epoch{1}, w.last, {std::string(40, 'e')}, {}, std::nullopt};
  out.rows.push_back({storage::row_table::history, "row-" + number, std::string(160, 'm'), 0});
  out.rows.push_back({storage::row_table::marks, "user/device/cid-" + number, std::string(20, 'd'), 0});
  return out;
}

/// Each of `logs` appends one message at a time and waits for its commit, all of them at once.
void append(benchmark::State& state, storage::durability durable) {
  test::temp_folder folder;
  metrics registry;
  storage::options how;
  how.path = folder.path() / "data";
  how.durability = durable;
  auto opened = storage::store::open(how, registry, system_clock_source());
  if (!opened) return state.SkipWithError(opened.error().to_string().c_str());
  auto& store = **opened;
  const std::pair<partition, epoch> owned[] = {{partition{1}, epoch{1}}};
  arrivals here;
  std::vector<writer> writers;
  bool ready = store.raise_epochs(owned).has_value();
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    writers.push_back({{partition{1}, "room/" + std::to_string(i)}, sequence{}, std::make_shared<told>(told{&here})});
    ready = ready && store.open_log(writers.back().log).has_value();
  }
  if (!ready) return state.SkipWithError("the logs could not be opened");
  for (auto _ : state) {
    here.expect(writers.size());
    bool accepted = true;
    for (auto& w : writers) {
      accepted = accepted && store.append(message_of(w), w.listener).has_value();
      w.last = w.last.next();
    }
    if (!accepted || !here.wait()) return state.SkipWithError("an append failed");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void append_fsync(benchmark::State& state) { append(state, storage::durability::fsync); }
void append_os(benchmark::State& state) { append(state, storage::durability::os); }

BENCHMARK(append_fsync)->ArgName("logs")->Arg(1)->Arg(8)->Arg(64)->Arg(512)->UseRealTime();
BENCHMARK(append_os)->ArgName("logs")->Arg(1)->Arg(8)->Arg(64)->Arg(512)->UseRealTime();

constexpr std::string_view help =
    "bench_append_bench: messages committed a second by 1 to 512 rooms, each of which waits for its last commit.\n"
    "With 1 room every message has an fsync of its own; with more, one fsync covers all that wait. append_os leaves "
    "the\n"
    "fsync out (storage.durability = \"os\"). The folder is a temporary one: TMPDIR chooses the disk.\n"
    "Takes about 20 seconds and stops by itself. The last line is the verdict; exits 0 only when no append failed.\n"
    "Options: --benchmark_filter=REGEX and the others of Google Benchmark.\n";

}  // namespace

int main(int argc, char** argv) {
  log::set_level(log::level::warn);
  return lightstick::test::bench_main(argc, argv, "append_bench", help);
}
