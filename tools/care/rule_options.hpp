#pragma once

#include <string>

#include "storage/backup.hpp"

namespace CLI {
class App;
}

namespace lightstick::tools {

/// The options --keep and --keep-for: how long back-ups stay.
class rule_options {
 public:
  void declare(CLI::App& app);
  /// Into the rule of `order`. Errors: invalid.
  [[nodiscard]] result<void> read(storage::backup_order& order) const;

 private:
  std::string keep_;
  std::string keep_for_;
};

}  // namespace lightstick::tools
