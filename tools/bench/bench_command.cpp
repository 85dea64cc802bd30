#include <unistd.h>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <span>

#include "tools/bench/plan.hpp"
#include "tools/bench/ws/arguments.hpp"
#include "tools/care/output.hpp"
#include "tools/command.hpp"

namespace lightstick::tools {
namespace {

constexpr auto description =
    "Measures this build on this machine.\n"
    "What has a rival is measured in turns with it, in the same run; figures are medians of five rounds. The verdict "
    "says whether a target of docs/performance.md holds here. The exit code does not depend on it.";

constexpr auto footer =
    "Leave the machine alone meanwhile.\n"
    "Examples:\n"
    "  lightstick bench runtime\n"
    "  lightstick bench runtime --only messages,footprint --json\n"
    "  lightstick bench storage --only start --big /srv/big     2 GiB, made once, kept\n"
    "  lightstick bench ws --pin                                rooms of docs/performance.md, sockets and all\n"
    "  lightstick bench ws --members 10000 --rate 10            one room\n"
    "  lightstick bench ws --rooms 100 --members 100 --rate 1000 --encoding msgpack\n"
    "  lightstick bench ws --url ws://127.0.0.1:8080 --secret-file secret --pid 4711 --members 500\n"
    "Exit code: 0 measured, 1 could not be done, 2 wrong options.";

struct measurement {
  std::string name;
  bench::outcome (*run)(const bench::plan& p);
};

const std::vector<measurement> of_runtime{
    {"messages", bench::measure_messages},
    {"footprint", bench::measure_footprint},
    {"activation", bench::measure_activation},
    {"flood", bench::measure_flood},
};
const std::vector<measurement> of_storage{
    {"commits", bench::measure_commits},
};

/// The measurement that needs --big.
constexpr auto start = "start";

/// A line that changes, on a terminal; lines where they were asked for.
class teller {
 public:
  explicit teller(bool asked) : terminal_(::isatty(STDERR_FILENO) != 0), on_(terminal_ || asked) {}
  teller(const teller&) = delete;
  teller& operator=(const teller&) = delete;
  ~teller() {
    if (terminal_) std::cerr << "\r\x1b[K" << std::flush;
  }
  void tell(const std::string& what) const {
    if (on_) std::cerr << (terminal_ ? "\r\x1b[Kbench: " + what : "bench: " + what + "\n") << std::flush;
  }

 private:
  const bool terminal_;
  const bool on_;
};

class bench_command final : public command {
 public:
  CLI::App& declare(CLI::App& root) override {
    auto* app = root.add_subcommand("bench", description);
    app->footer(footer);
    runtime_ = app->add_subcommand("runtime", "Messages, memory, activation, a flooded room. About 3 minutes.");
    declare_common(*runtime_, names_of(of_runtime));
    storage_ = app->add_subcommand("storage", "Commits beside a raw RocksDB; with --big, the start of a node.");
    auto stored = names_of(of_storage);
    stored.emplace_back(start);
    declare_common(*storage_, stored);
    storage_
        ->add_option("--big", big_,
                     "Starts nodes on this folder as well, which is filled with 1,000,000 rooms if it is new.")
        ->type_name("FOLDER");
    ws_ = app->add_subcommand(
        "ws",
        "A node, its own or any, in real WebSockets: deliveries, latencies from when a message was due, memory and "
        "entries. About 3 minutes.");
    declare_common(*ws_, bench::ws::arguments::names());
    sockets_.declare(*ws_);
    return *app;
  }

  exit_code run() override {
    quiet_log();
    if (big_.empty() && only_ == std::vector<std::string>{start}) {
      return complain(exit_code::usage, "start needs --big FOLDER");
    }
    if (const auto misuse = ws_->parsed() ? sockets_.misuse(only_) : ""; !misuse.empty()) {
      return complain(exit_code::usage, misuse);
    }
    auto measured = measure(runtime_->parsed() ? of_runtime : of_storage);
    if (!measured) return complain_of(measured.error());
    return print(json_, bench::to_text(*measured), bench::to_value(*measured));
  }

 private:
  static std::vector<std::string> names_of(const std::vector<measurement>& there) {
    std::vector<std::string> names;
    for (const auto& m : there) names.push_back(m.name);
    return names;
  }

  void declare_common(CLI::App& app, const std::vector<std::string>& names) {
    app.add_option("--only", only_, "These alone, separated by commas.")
        ->type_name("NAMES")
        ->delimiter(',')
        ->check(CLI::IsMember(names));
    app.add_option("--folder", folder_, "Data folders are made and removed in it: it chooses the disk.")
        ->type_name("FOLDER")
        ->default_str("$TMPDIR");
    app.add_flag("--quick", quick_, "A tenth of the work and one round: to see that it runs.");
    app.add_flag("--progress", progress_, "Tells what it does where standard error is no terminal, too.");
    app.add_flag("--json", json_, "As JSON.");
    app.footer(footer);
  }

  [[nodiscard]] bool wanted(const std::string& name) const {
    return only_.empty() || std::ranges::find(only_, name) != only_.end();
  }

  [[nodiscard]] bench::outcome measure(std::span<const measurement> there) const {
    std::error_code failure;
    const auto folder =
        folder_.empty() ? std::filesystem::temp_directory_path(failure) : std::filesystem::path(folder_);
    if (failure || !std::filesystem::is_directory(folder, failure)) {
      return fail(errc::invalid, "no folder to measure in: " + folder.string());
    }
    const teller progress(progress_);
    const bench::plan p{quick_, folder, [&](const std::string& what) { progress.tell(what); }};
    if (ws_->parsed()) return sockets_.run(p, only_);
    std::vector<bench::figure> all;
    for (const auto& m : there) {
      if (!wanted(m.name)) continue;
      auto found = m.run(p);
      if (!found) return found;
      std::ranges::move(*found, std::back_inserter(all));
    }
    if (big_.empty() || !wanted(start)) return all;
    auto order = bench::big_order{big_, std::filesystem::read_symlink("/proc/self/exe", failure)};
    if (quick_) order.rooms /= 10;
    auto found = bench::measure_big_start(p, order);
    if (!found) return found;
    std::ranges::move(*found, std::back_inserter(all));
    return all;
  }

  CLI::App* runtime_ = nullptr;
  CLI::App* storage_ = nullptr;
  CLI::App* ws_ = nullptr;
  bench::ws::arguments sockets_;
  std::vector<std::string> only_;
  std::string folder_;
  std::string big_;
  bool quick_ = false;
  bool progress_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<command> make_bench_command() { return std::make_unique<bench_command>(); }

}  // namespace lightstick::tools
