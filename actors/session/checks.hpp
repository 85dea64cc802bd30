#pragma once

#include "actors/session/messages.hpp"
#include "actors/session/session_actor.hpp"

/// What a session refuses by itself. Pure.
namespace lightstick::actors::session {

/// A room's name, and that the token allows it. Errors: bad_request, forbidden.
[[nodiscard]] result<void> check_room(const identity& who, const room_id& room);

/// Whether the token names the room itself, and not all rooms.
[[nodiscard]] bool is_member(const identity& who, const room_id& room);

/// Content and sizes of a publish. Errors: bad_request.
[[nodiscard]] result<void> check_publish(const publish& p, const options& o);

/// Seconds left of the token, 0 when it has ended or has no end.
[[nodiscard]] std::int64_t seconds_left(const identity& who, wall_ms now) noexcept;

}  // namespace lightstick::actors::session
