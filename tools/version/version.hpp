#pragma once

#include <string_view>

namespace lightstick::tools {

/// "0.1.0"
[[nodiscard]] std::string_view version() noexcept;
/// Of the source tree, when the build knew it; otherwise "unknown".
[[nodiscard]] std::string_view commit() noexcept;
/// "g++ 12.2.0"
[[nodiscard]] std::string_view compiler() noexcept;

}  // namespace lightstick::tools
