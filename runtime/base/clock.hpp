#pragma once

#include <chrono>
#include <cstdint>

namespace lightstick {

using steady_time = std::chrono::steady_clock::time_point;

/// Milliseconds since the Unix epoch, as the client protocol counts.
struct wall_ms {
  std::int64_t value = 0;
  friend constexpr auto operator<=>(const wall_ms&, const wall_ms&) = default;
};

/// The only source of time, so that tests and the simulator can turn it by hand.
/// Thread: any. Deadlines and limits use `now`; only what people see uses `wall`.
class clock_source {
 public:
  virtual ~clock_source() = default;
  [[nodiscard]] virtual steady_time now() const noexcept = 0;
  [[nodiscard]] virtual wall_ms wall() const noexcept = 0;
};

/// The machine's clocks. Lives as long as the process.
[[nodiscard]] const clock_source& system_clock_source() noexcept;

/// A clock that moves only when told to. Not thread-safe.
class manual_clock final : public clock_source {
 public:
  [[nodiscard]] steady_time now() const noexcept override { return now_; }
  [[nodiscard]] wall_ms wall() const noexcept override { return wall_; }
  void advance(std::chrono::milliseconds by) {
    now_ += by;
    wall_.value += by.count();
  }
  /// Somebody sets the machine's clock.
  void set_wall(wall_ms to) { wall_ = to; }

 private:
  steady_time now_{std::chrono::hours{1}};
  wall_ms wall_{1'790'000'000'000};
};

}  // namespace lightstick
