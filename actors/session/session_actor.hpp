#pragma once

#include <array>
#include <memory>

#include "actors/session/client_port.hpp"
#include "runtime/base/token_bucket.hpp"
#include "runtime/system.hpp"

namespace lightstick::actors::session {

/// What an operator can set for all sessions of a node.
struct options {
  /// Publishes by role (fan, artist, moderator, admin), a session.
  std::array<rate_limit, 4> publish_rate{{{5, 20}, {50, 100}, {50, 100}, {0, 0}}};
  std::array<rate_limit, 4> react_rate{{{5, 20}, {50, 100}, {50, 100}, {0, 0}}};  ///< reactions, likewise
  rate_limit typing_rate{1, 5};        ///< that somebody types, a session
  rate_limit request_rate{50, 200};    ///< everything else a client asks, a session
  std::uint32_t rooms_max = 100;       ///< rooms at once; beyond it a join is bad_request
  std::uint32_t text_bytes_max = 4096;
  std::uint32_t data_bytes_max = 1024;
  std::chrono::milliseconds ask_limit{std::chrono::seconds{5}};
  std::uint32_t mailbox_max = 256;
  std::uint32_t answer_bytes_max = 256 * 1024;  ///< of all rooms of one answer together
  bool gated = false;       ///< `gate/node` is asked before a fan's message goes to its room
  bool gate_opens = false;  ///< without an answer from there it goes; otherwise it is unavailable
  std::chrono::milliseconds gate_limit{0};  ///< for that answer
};

/// Makes `session/<id>` a volatile kind of `sys`.
void register_kind(runtime::system& sys, const options& o);

/// Starts `session/<id>` for a connection that has shown a valid token. Errors: overloaded, retryable.
[[nodiscard]] result<void> start(runtime::system& sys, const session_id& id, identity who,
                                 std::shared_ptr<client_port> port, const options& o);

}  // namespace lightstick::actors::session
