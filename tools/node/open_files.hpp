#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lightstick::tools {

/// Files beside the connections: the store's tables, listeners, logs.
inline constexpr std::uint64_t open_files_slack = 1'024;

/// Raises the process's soft limit of open files as far as `connections` and the slack need and the hard limit lets.
/// When that is not enough: a sentence for the operator.
[[nodiscard]] std::optional<std::string> ensure_open_files(std::uint64_t connections);

}  // namespace lightstick::tools
