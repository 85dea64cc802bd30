#pragma once

#include <string>

#include "tools/admin/admin_client.hpp"

namespace CLI {
class App;
}

namespace lightstick::tools {

/// The options --node and --token-file: a running node does the work, because it has its folder open.
class running_node {
 public:
  void declare(CLI::App& app);
  [[nodiscard]] bool named() const noexcept { return !url_.empty(); }
  /// Errors: invalid.
  [[nodiscard]] result<admin_client> client() const;
  /// The way out of a folder that is in use.
  [[nodiscard]] static std::string hint();

 private:
  std::string url_;
  std::string token_file_;
};

}  // namespace lightstick::tools
