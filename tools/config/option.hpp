#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.hpp"
#include "tools/config/node_config.hpp"

namespace lightstick::tools::config {

/// How a value is written; it decides which TOML type is right.
enum class form : std::uint8_t {
  flag,      ///< true, false
  number,    ///< TOML integer
  size,      ///< "64KiB", or an integer of bytes
  duration,  ///< "25s"
  rate,      ///< "5/s burst 20"
  text,      ///< any other TOML string
  list,      ///< TOML array of strings; on the command line comma-separated, or given again
};

/// One thing an operator can set: the source of the command line's flag, the file's key and their documentation.
struct option {
  std::string name;         ///< "limits.connections": TOML key within its table
  std::string placeholder;  ///< "SIZE"
  std::string help;         ///< a sentence or two; says what happens at a limit
  std::string allowed;      ///< "1 to 1000000", "none, proxy_protocol"; empty when anything of its form is
  form written_as = form::text;
  bool required = false;    ///< a node does not start without it

  /// Takes one text, or for a list any number. Errors: invalid, saying what is wrong and what is allowed.
  std::function<result<void>(node_config&, std::span<const std::string>)> set;
  /// The same texts; none for a required option that was not given.
  std::function<std::vector<std::string>(const node_config&)> get;

  /// "--limits-connections"
  [[nodiscard]] std::string flag() const;
  /// "limits", or nothing for a key at the top of the file.
  [[nodiscard]] std::string_view section() const;
  /// "connections"
  [[nodiscard]] std::string_view key() const;
};

/// All of them, in the order of the documentation: those without a section first, then section by section.
[[nodiscard]] const std::vector<option>& options();
[[nodiscard]] const option* find_option(std::string_view name);

}  // namespace lightstick::tools::config
