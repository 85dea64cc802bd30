#pragma once

namespace lightstick::tools {

/// The whole program: takes the command line apart, runs the subcommand, returns what the process ends with.
[[nodiscard]] int run(int argc, const char* const* argv);

}  // namespace lightstick::tools
