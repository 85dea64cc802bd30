#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/bench/ws/measure.hpp"

namespace CLI {
class App;
}

namespace lightstick::tools::bench::ws {

/// What `lightstick bench ws` was asked for.
class arguments {
 public:
  /// Adds its options. REQUIRES: this outlives `app`.
  void declare(CLI::App& app);
  /// What does not fit together, for a person; "" when all does.
  [[nodiscard]] std::string misuse(const std::vector<std::string>& only) const;
  /// Measures all that was asked for. Errors: it could not be done.
  [[nodiscard]] outcome run(const plan& p, const std::vector<std::string>& only) const;

  [[nodiscard]] static std::vector<std::string> names() { return {"connect", "idle", "talk", "ramp"}; }

 private:
  [[nodiscard]] bool own_shape() const noexcept { return members_ != 0 || rooms_ != 0 || rate_ != 0; }
  [[nodiscard]] shape asked() const noexcept;

  settings settings_;
  std::vector<std::string> encodings_;
  std::size_t members_ = 0;
  std::size_t rooms_ = 0;
  double rate_ = 0;
  bool ramp_ = false;
};

}  // namespace lightstick::tools::bench::ws
