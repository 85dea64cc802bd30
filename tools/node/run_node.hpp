#pragma once

#include "tools/config/node_config.hpp"
#include "tools/exit_code.hpp"

namespace lightstick::tools {

/// A node's whole life: starts it, says so on standard output, waits for a signal, stops it.
/// REQUIRES: on the main thread, before any other thread was made; `c` holds all required options.
[[nodiscard]] exit_code run_node(const config::node_config& c);

}  // namespace lightstick::tools
