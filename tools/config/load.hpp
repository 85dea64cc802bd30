#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/config/node_config.hpp"

namespace lightstick::tools::config {

/// Where an option's value comes from. The command line wins over the file, the file over the default.
struct origin {
  enum class source : std::uint8_t { built_in, file, command_line };
  source from = source::built_in;
  std::uint32_t line = 0;  ///< of the file
};

/// A configuration and where each part of it comes from.
struct effective {
  node_config values;
  std::string file;  ///< empty = none
  std::map<std::string, origin, std::less<>> origins;  ///< of options that were given

  [[nodiscard]] bool given(std::string_view option_name) const { return origins.contains(option_name); }
  /// "node.toml:12: limits.depth" or "--limits-depth", to begin the sentence of an error with.
  [[nodiscard]] std::string place_of(std::string_view option_name) const;
};

/// An option from the command line.
struct argument {
  std::string name;                ///< the option's, "limits.depth"
  std::vector<std::string> texts;  ///< as for `option::set`
};

/// Everything that is wrong, a sentence each, in the order of the file: "FILE:LINE: key: what is wrong, what is allowed".
using problems = std::vector<std::string>;

inline constexpr std::size_t file_bytes_max = 1'048'576;

/// Reads `file` (none when empty) and lays `arguments` over it. Values that no node can have are problems; required
/// options that are missing are not (see `missing`).
[[nodiscard]] tl::expected<effective, problems> load(const std::string& file, std::span<const argument> arguments);

/// The same for a text that is already there; `file` is what errors call it.
[[nodiscard]] tl::expected<effective, problems> load_text(std::string_view toml, const std::string& file,
                                                          std::span<const argument> arguments);

/// Required options that were not given, a sentence each that says how to give them.
[[nodiscard]] problems missing(const effective& e);

/// Files that are named and cannot be used as what they are named for: the secret, the certificate, its key.
[[nodiscard]] problems unusable_files(const effective& e);
/// Values that are right alone and impossible together.
[[nodiscard]] problems impossible(const effective& e);

}  // namespace lightstick::tools::config
