#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lightstick::tools::text {

/// Breaks at blanks into lines of at most `columns` bytes; a longer word has a line of its own. A text without
/// words gives no line. Pure.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t columns);

}  // namespace lightstick::tools::text
