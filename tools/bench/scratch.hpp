#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <latch>
#include <memory>
#include <string>
#include <thread>

namespace lightstick::tools::bench {

/// A folder of its own that goes with this.
class scratch {
 public:
  explicit scratch(const std::filesystem::path& in);
  ~scratch();
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

using stopwatch = std::chrono::steady_clock;

[[nodiscard]] inline double microseconds(std::chrono::nanoseconds d) noexcept {
  return static_cast<double>(d.count()) / 1'000;
}

/// False when `holds` was not true within `limit`.
template <class Condition>
[[nodiscard]] bool wait_for(Condition&& holds, std::chrono::milliseconds limit = std::chrono::minutes{2}) {
  for (const auto until = stopwatch::now() + limit; !holds();) {
    if (stopwatch::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

/// "room-0000042".
[[nodiscard]] std::string numbered(const char* what, std::uint64_t n);

}  // namespace lightstick::tools::bench
