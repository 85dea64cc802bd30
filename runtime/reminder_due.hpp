#pragma once

#include <cstdint>
#include <string>

namespace lightstick::runtime {

/// What the reminder service tells an actor. -> reminded, once the reminder is forgotten, durably.
struct reminder_due {
  static constexpr bool idempotent = true;  ///< reminders come at least once
  std::string name;
  std::int64_t due_ms = 0;
  bool drop = false;  ///< it was set aside: forget it without a call
};
struct reminded {};

}  // namespace lightstick::runtime
