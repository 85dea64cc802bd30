#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace lightstick::test {

using std::chrono::milliseconds;
using std::chrono::seconds;
using steady = std::chrono::steady_clock;

/// How long a test waits for what must come. It bounds a failure and never a success: nothing waits this long
/// when all is well, so that it can be generous for sanitizers and full machines.
inline constexpr milliseconds patience{20'000};

struct timed_out : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A point in time up to which something may take.
class deadline {
 public:
  explicit deadline(milliseconds from_now = patience) : at_(steady::now() + from_now) {}
  [[nodiscard]] bool passed() const { return steady::now() >= at_; }
  /// For poll(2): whole milliseconds, 0 when passed.
  [[nodiscard]] int poll_ms() const {
    const auto left = std::chrono::ceil<milliseconds>(at_ - steady::now()).count();
    return left > 0 ? static_cast<int>(left) : 0;
  }

 private:
  steady::time_point at_;
};

/// Asks `holds` again until it says yes; false when it has not within `limit`.
template <class Predicate>
[[nodiscard]] bool poll_until(Predicate&& holds, milliseconds limit = patience, milliseconds every = milliseconds{5}) {
  for (const deadline end{limit}; !holds();) {
    if (end.passed()) {
      return false;
    }
    std::this_thread::sleep_for(every);
  }
  return true;
}

}  // namespace lightstick::test
