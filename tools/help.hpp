#pragma once

#include <string>

namespace CLI {
class App;
}

namespace lightstick::tools {

/// Options in groups whose name begins so are shown by --help-all only.
inline constexpr char advanced_group_prefix = '[';

/// Makes the help of `app` and of its subcommands. `everything`: advanced groups too.
[[nodiscard]] std::string help_text(const CLI::App& app, const std::string& name, bool everything);

}  // namespace lightstick::tools
