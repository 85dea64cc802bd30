#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>

#include "actors/session/messages.hpp"

namespace lightstick::actors::session {

/// Why the server ends a connection; the close codes of protocol.md.
enum class close_code : std::uint16_t {
  unauthenticated = 4001,
  banned = 4003,
  bad_frame = 4007,
  too_slow = 4101,
  rate = 4108,
  token_expired = 4109,
  drain = 4200,  ///< come back: the node stops, or the session ended or lost a room
  no_pong = 4201,
};

using answer_body = std::variant<welcome, refreshed, join_result, left, published, history_page, cursor, present,
                                 moderated, reacted, boarded, typed>;

/// An error with the time after which asking again makes sense.
struct refusal {
  error why;
  std::optional<std::chrono::milliseconds> retry;
};

/// The hint that `why` brings; a second when a client is told 130 and nobody gave one.
[[nodiscard]] inline std::optional<std::chrono::milliseconds> retry_of(const error& why) {
  if (why.retry_after.count() > 0) return why.retry_after;
  if (protocol_code(why) == errc::overloaded) return std::chrono::seconds{1};
  return std::nullopt;
}

/// The session's way back to its socket, implemented by the gateway. Called on the session's thread; hands over to
/// the connection's I/O thread in order and never blocks. After the connection has gone all calls do nothing.
///
/// A join_result that carries a room makes the connection's subscription live from `off`+1; one that carries an
/// error, and `left`, end it. The connection subscribed (and holds pushes back) before it passed the join on.
class client_port {
 public:
  virtual ~client_port() = default;
  virtual void answer(request_id id, answer_body body) = 0;
  virtual void refuse(request_id id, refusal r) = 0;
  /// Another device of the user has read on.
  virtual void push(const user::cursor_moved& moved) = 0;
  virtual void push(const echoed& echo) = 0;
  virtual void close(close_code code, std::string_view reason) = 0;
};

}  // namespace lightstick::actors::session
