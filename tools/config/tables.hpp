#pragma once

#include <vector>

#include "tools/config/option.hpp"

/// The parts of the table of options, each in a file of its own.
namespace lightstick::tools::config {

[[nodiscard]] std::vector<option> node_options();     ///< no section, auth, tls, web, proxy
[[nodiscard]] std::vector<option> edge_options();     ///< limits, rates, timeouts
[[nodiscard]] std::vector<option> actor_options();    ///< room, session, runtime
[[nodiscard]] std::vector<option> hook_options();     ///< hooks
[[nodiscard]] std::vector<option> service_options();  ///< storage, log

}  // namespace lightstick::tools::config

/// The field of a node_config, for option_makers.hpp.
#define LS_AT(path) [](auto& c) -> auto& { return c.path; }
