#pragma once

#include <chrono>
#include <cstdint>

#include "actors/fanout.hpp"
#include "actors/room/resume_gate.hpp"
#include "runtime/system.hpp"

namespace lightstick::actors::room {

/// What an operator can set for all rooms of a node.
struct options {
  bool create_on_join = true;                        ///< otherwise joining an unknown room is room_not_found
  std::uint32_t capacity = 10'000;                   ///< sessions; beyond it room_full
  std::uint32_t announce_max = 1'000;                ///< rooms above it do not name who joins and leaves
  std::chrono::milliseconds hold_place{std::chrono::seconds{30}};  ///< for a session that dropped
  std::chrono::milliseconds dedupe_window{std::chrono::minutes{5}};
  std::uint32_t marks_max = 131'072;                 ///< publishes with a cid in the window; beyond it overloaded
  std::uint32_t reacting_max = 32'768;               ///< users of whom is known which reactions were counted
  std::uint32_t recent_max = 256;                    ///< messages kept in memory for joins
  std::chrono::milliseconds retention_age{0};        ///< older messages go; 0 = none does
  std::uint64_t retention_bytes = 0;  ///< of messages in one room, beyond it the oldest go; 0 = all stay
  std::chrono::milliseconds idle_after{std::chrono::minutes{2}};
  std::uint32_t mailbox_max = 4096;
  rate_limit fan_rate{0, 0};                         ///< publishes of all fans of one room; 0 = unlimited
  resume_gate::limits resumes;                       ///< of all rooms of the node together
};

/// Makes `room/<name>` a durable kind of `sys`. `hist` is the store's history id.
/// REQUIRES: `out` and `registry` outlive the system. `registry` may be null: nothing is counted then.
void register_kind(runtime::system& sys, fanout& out, history_id hist, options o, metrics* registry = nullptr);

}  // namespace lightstick::actors::room
