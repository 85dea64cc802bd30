#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/config/load.hpp"

namespace lightstick::tools::config {

/// A key of the file that is the name of an option, with a value of the right TOML type.
struct toml_setting {
  std::string name;
  std::vector<std::string> texts;  ///< as for `option::set`
  std::uint32_t line = 0;
};

struct toml_problem {
  std::uint32_t line = 0;
  std::string text;  ///< "FILE:LINE: key: what is wrong, what is allowed"
};

/// What a file says, each part in the order of the file.
struct toml_contents {
  std::vector<toml_setting> settings;
  std::vector<toml_problem> problems;  ///< what is no TOML, no option, or of a wrong type
};

[[nodiscard]] toml_contents read_toml(std::string_view toml, const std::string& file);

/// The configuration as a TOML file whose comments explain every option: what it does, what is allowed, its default.
/// `read_toml` of it gives the same values. Required options without a value are written as comments.
[[nodiscard]] std::string print_toml(const node_config& c);

}  // namespace lightstick::tools::config
