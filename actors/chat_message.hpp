#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/base/result.hpp"

namespace lightstick::actors {

/// What a token may do; ordered, a higher one may what the lower may. protocol.md `roles`.
enum class role : std::uint8_t { fan = 0, artist = 1, moderator = 2, admin = 3 };
[[nodiscard]] std::string_view to_string(role r) noexcept;
/// Errors: invalid.
[[nodiscard]] result<role> parse_role(std::string_view name);

/// What a tomb withdraws of what is before it.
enum class tomb_kind : std::uint8_t {
  none = 0,     ///< it is a message
  message = 1,  ///< the one at `reply_to`
  user = 2,     ///< all that `user` had said
  unnamed = 3,  ///< not told: whoever holds messages from before reads them again
};

/// One visible thing in a room's history. Immutable once committed; shared by everyone who reads it.
struct chat_message {
  offset off;
  wall_ms ts;
  user_id user;
  std::string name;                 ///< as shown, 1 to 128 bytes
  role from = role::fan;
  std::string text;                 ///< at most `limits.text_bytes`
  std::optional<offset> reply_to;
  std::optional<std::int64_t> vt;   ///< media time in ms
  std::string data;                 ///< an opaque map as msgpack, at most 1 KiB; empty = none
  bool gone = false;                ///< withdrawn: `off` and `ts` are left
  tomb_kind tomb = tomb_kind::none;  ///< else it says that others are withdrawn, and nothing itself
  friend bool operator==(const chat_message&, const chat_message&) = default;
};
/// What is left of a message that was withdrawn: its place. Of a tomb: that there was one.
[[nodiscard]] chat_message withdraw(const chat_message& m);

using chat_message_ptr = std::shared_ptr<const chat_message>;

/// Somebody in a room, as others see them.
struct member {
  user_id user;
  std::string name;
  role as = role::fan;
  friend bool operator==(const member&, const member&) = default;
};

/// How a room is moderated, as everybody in it is told.
struct room_modes {
  std::uint64_t slow_ms = 0;  ///< between two messages of a fan; 0: no slow mode
  bool members_only = false;
  std::vector<offset> pins;  ///< in the order they were pinned
  static constexpr auto fields = std::tuple(&room_modes::slow_ms, &room_modes::members_only, &room_modes::pins);
  friend bool operator==(const room_modes&, const room_modes&) = default;
};

/// How often a room was reacted to in one way.
struct reaction_sum {
  std::string kind;
  std::uint64_t n = 0;
  static constexpr auto fields = std::tuple(&reaction_sum::kind, &reaction_sum::n);
  friend bool operator==(const reaction_sum&, const reaction_sum&) = default;
};

/// What a room is like now; the last value wins.
struct room_status {
  std::uint32_t occupancy = 0;  ///< sessions, those that hold a place for a short break included
  std::uint32_t capacity = 0;
  room_modes modes{};
  std::vector<reaction_sum> reactions{};  ///< ever, in the order in which the kinds came up
  friend bool operator==(const room_status&, const room_status&) = default;
};

/// The error numbers of protocol.md, as the domain gives them. `actor_category` holds them as std::error_code.
enum class errc : std::uint8_t {
  internal = 100,
  unauthenticated = 101,
  room_not_found = 102,
  forbidden = 103,
  bad_request = 107,
  token_expired = 109,
  rate_limited = 111,
  room_full = 113,
  muted = 120,
  slow_mode = 121,
  filtered = 122,
  overloaded = 130,
  unavailable = 131,
};
[[nodiscard]] const std::error_category& actors_category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc e) noexcept;

/// Any error as the protocol tells it to a client: ours keep their number, others by condition
/// (overloaded 130, retryable and not_owner 131, invalid 107, denied 103, not_found 102, else 100).
[[nodiscard]] errc protocol_code(const error& e) noexcept;

}  // namespace lightstick::actors

template <>
struct std::is_error_code_enum<lightstick::actors::errc> : std::true_type {};
