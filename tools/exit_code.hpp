#pragma once

#include <string>
#include <string_view>

#include "runtime/base/result.hpp"

namespace lightstick::tools {

/// What the process ends with.
enum class exit_code : int {
  ok = 0,
  failed = 1,  ///< could not do it: a port taken, a node that does not answer
  usage = 2,   ///< was asked for the impossible: options, configuration
  damaged = 3, ///< did it, and found damage: verify
};

/// One line on standard error, "lightstick: MESSAGE"; returns `code`, so that it ends a function.
exit_code complain(exit_code code, std::string_view message);

/// What an error says to a person: its detail, which names the way out, or else what its code is called.
[[nodiscard]] std::string sentence(const error& e);

}  // namespace lightstick::tools
