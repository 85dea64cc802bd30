#include "runtime/base/clock.hpp"

namespace lightstick {
namespace {

class machine_clock final : public clock_source {
 public:
  [[nodiscard]] steady_time now() const noexcept override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] wall_ms wall() const noexcept override {
    auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
  }
};

}  // namespace

const clock_source& system_clock_source() noexcept {
  static const machine_clock clock;
  return clock;
}

}  // namespace lightstick
