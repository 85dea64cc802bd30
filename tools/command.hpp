#pragma once

#include <memory>

#include "tools/exit_code.hpp"

namespace CLI {
class App;
}

namespace lightstick::tools {

/// A subcommand of the program. Life: `declare` once, then, when it was the one that was asked for, `run` once.
class command {
 public:
  virtual ~command() = default;
  /// Adds itself and its options; the subcommand that it became. REQUIRES: the command outlives `root`.
  virtual CLI::App& declare(CLI::App& root) = 0;
  [[nodiscard]] virtual exit_code run() = 0;
};

[[nodiscard]] std::unique_ptr<command> make_node_command();
[[nodiscard]] std::unique_ptr<command> make_token_command();
[[nodiscard]] std::unique_ptr<command> make_admin_command();
[[nodiscard]] std::unique_ptr<command> make_backup_command();
[[nodiscard]] std::unique_ptr<command> make_backups_command();
[[nodiscard]] std::unique_ptr<command> make_restore_command();
[[nodiscard]] std::unique_ptr<command> make_verify_command();
[[nodiscard]] std::unique_ptr<command> make_stats_command();
[[nodiscard]] std::unique_ptr<command> make_bench_command();
[[nodiscard]] std::unique_ptr<command> make_version_command();

}  // namespace lightstick::tools
