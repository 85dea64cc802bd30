#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/config/load.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lightstick::tools {

/// The table of options as flags of a subcommand.
class node_flags {
 public:
  /// Everyday options are in groups of their own; the rest, section by section, is shown by --help-all.
  /// REQUIRES: this object outlives `app`.
  void declare(CLI::App& app);
  /// Those that were on the command line. REQUIRES: `app` has been parsed.
  [[nodiscard]] std::vector<config::argument> given() const;

 private:
  std::map<std::string, CLI::Option*> flags_;  ///< by the option's name
};

}  // namespace lightstick::tools
