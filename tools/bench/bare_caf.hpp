#pragma once

#include <chrono>
#include <cstdint>

/// The messages of `measure_messages` on CAF alone: what it is compared with.
namespace lightstick::tools::bench {

struct message_load {
  std::uint32_t actors = 128;       ///< pairs of them ask each other; a ring of them tells
  std::uint32_t threads = 2;
  std::uint64_t messages = 0;       ///< asks or tells, in all
  std::uint32_t on_their_way = 256; ///< tells in the ring at the same time
};

/// What an ask brings beside its number.
enum class ask_limit : std::uint8_t { none, five_seconds };

/// CPU time of all `messages` (an ask and its answer is one), without starting and ending.
[[nodiscard]] std::chrono::nanoseconds bare_caf_asks(const message_load& load, ask_limit limit);
[[nodiscard]] std::chrono::nanoseconds bare_caf_tells(const message_load& load);

}  // namespace lightstick::tools::bench
