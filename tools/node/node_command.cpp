#include <CLI/CLI.hpp>
#include <iostream>

#include "runtime/base/log.hpp"
#include "tools/command.hpp"
#include "tools/config/option.hpp"
#include "tools/config/toml_file.hpp"
#include "tools/node/node_flags.hpp"
#include "tools/node/run_node.hpp"

namespace lightstick::tools {
namespace {

constexpr auto description =
    "Runs a node until SIGTERM or Ctrl-C.\n"
    "Standard output says `data FOLDER`, and, once it serves, `ready URL` and `admin URL`, a line each. Logs go to "
    "standard error. The first signal stops it gracefully: clients are told `move`, what was acknowledged is on the "
    "disk, exit code 0. A second one ends it at once, exit code 1; nothing acknowledged is lost then either.";

constexpr auto footer =
    "Everything else that can be set (limits, rates, timeouts, TLS, balancers, storage, logs):\n"
    "  lightstick node --help-all       as flags\n"
    "  lightstick node --print-config   as a configuration file with comments, with the values in effect\n"
    "A flag wins over the file. Durations: 500ms 25s 5m 12h 7d. Sizes: 65536 64KiB 1MiB. Rates: \"5/s burst 20\".\n"
    "Exit code: 0 stopped, 1 could not start or go on, 2 wrong options or configuration.\n"
    "Example: lightstick node --data data --listen 127.0.0.1:8080 --auth-secret-file secret --guests";

exit_code report(const config::problems& wrong) {
  for (const auto& problem : wrong) complain(exit_code::usage, problem);
  return exit_code::usage;
}

void apply_levels(const config::node_config& c) {
  log::set_level(c.log_level);
  for (std::size_t i = 0; i < c.log_levels.size(); ++i) {
    if (c.log_levels.at(i)) log::set_level(static_cast<log::area>(i), *c.log_levels.at(i));
  }
}

class node_command final : public command {
 public:
  CLI::App& declare(CLI::App& root) override {
    auto* app = root.add_subcommand("node", description);
    app->footer(footer);
    app->set_help_all_flag("--help-all", "Every option.");
    flags_.declare(*app);
    app->add_option("--config", file_, "Configuration file (TOML).")
        ->type_name("FILE")
        ->envname("LIGHTSTICK_CONFIG")
        ->group("Where and who");
    app->add_flag("--print-config", print_, "Prints the configuration in effect as a file, and ends.")
        ->group("Where and who");
    return *app;
  }

  exit_code run() override {
    auto arguments = flags_.given();
    auto loaded = config::load(file_, arguments);
    if (!loaded) return report(loaded.error());
    if (print_) {
      std::cout << config::print_toml(loaded->values) << std::flush;
      return std::cout ? exit_code::ok : complain(exit_code::failed, "standard output cannot be written");
    }
    if (auto lacking = config::missing(*loaded); !lacking.empty()) return report(lacking);
    if (auto unusable = config::unusable_files(*loaded); !unusable.empty()) return report(unusable);
    apply_levels(loaded->values);
    return run_node(loaded->values);
  }

 private:
  node_flags flags_;
  std::string file_;
  bool print_ = false;
};

}  // namespace

std::unique_ptr<command> make_node_command() { return std::make_unique<node_command>(); }

}  // namespace lightstick::tools
