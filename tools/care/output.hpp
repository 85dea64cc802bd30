#pragma once

#include <string>

#include "gateway/wire/value.hpp"
#include "tools/exit_code.hpp"

namespace CLI {
class App;
}

namespace lightstick::tools {

/// The flags that all of these commands have.
struct output_flags {
  bool progress = false;
  bool json = false;
  /// `what` is shown as JSON: "The outcome as JSON."
  void declare(CLI::App& app, const std::string& what);
};

/// The text, or with `json` the tree, on standard output.
[[nodiscard]] exit_code print(bool json, const std::string& text, const gateway::wire::value& tree);

/// Says why the storage could not, with `way_out` behind it. What was named wrongly is a matter of usage.
[[nodiscard]] exit_code complain_of(const error& e, const std::string& way_out = {});

/// "/srv/data" of "data": where the node and this process mean the same.
[[nodiscard]] std::string absolute(const std::string& path);

/// Only warnings of the parts that log: what the command says is on standard output.
void quiet_log();

}  // namespace lightstick::tools
