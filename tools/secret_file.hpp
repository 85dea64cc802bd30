#pragma once

#include <string>

#include "runtime/base/result.hpp"

namespace lightstick::tools {

/// The secret in `path`; warns in the log when other users of the machine can read it. Errors: as
/// gateway::auth::read_secret_file.
[[nodiscard]] result<std::string> load_secret(const std::string& path);

}  // namespace lightstick::tools
