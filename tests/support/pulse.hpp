#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/node.hpp"

namespace lightstick::test {

/// Round trips of one well-behaved client.
struct pulse_report {
  std::size_t beats = 0;
  std::chrono::microseconds p50{0};
  std::chrono::microseconds p99{0};
  std::chrono::microseconds worst{0};
  std::string failure;  ///< empty when every request was answered
};

/// A client that goes on asking (a ping, then a publish, each to its answer) on a thread of its own, to see how long
/// the node takes for others while a test does what it does.
class pulse {
 public:
  /// Is logged in and in a room on return.
  pulse(const node& where, encoding e);
  ~pulse() { static_cast<void>(stop()); }
  pulse(const pulse&) = delete;
  pulse& operator=(const pulse&) = delete;

  /// Its connection is closed on return.
  [[nodiscard]] pulse_report stop();
  /// Round trips so far. Thread: any.
  [[nodiscard]] std::size_t beats() const noexcept { return beats_; }

 private:
  void beat(const std::stop_token& stopping);

  std::optional<ws_client> client_;
  std::vector<std::chrono::microseconds> times_;
  std::atomic<std::size_t> beats_{0};
  std::string failure_;
  std::jthread thread_;
};

/// The value below which that share (0 to 1) of the samples lies. Sorts them; zero when there are none.
[[nodiscard]] std::chrono::microseconds percentile(std::vector<std::chrono::microseconds>& samples, double share);

}  // namespace lightstick::test
