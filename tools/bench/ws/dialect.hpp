#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/wire/value.hpp"
#include "runtime/base/result.hpp"

/// What the bench says to a server, and how it understands the answers. Pure.
namespace lightstick::tools::bench::ws {

enum class dialect : unsigned char {
  json,      ///< lightstick.v1.json; what the peers speak as well
  msgpack,   ///< lightstick.v1.msgpack
  socketio,  ///< Socket.IO 4 over its WebSocket transport: event "m" with a frame of lightstick.v1.json either way
};
[[nodiscard]] std::string_view name_of(dialect d) noexcept;

[[nodiscard]] constexpr bool is_json(dialect d) noexcept { return d != dialect::msgpack; }
[[nodiscard]] std::string_view path_of(dialect d) noexcept;
[[nodiscard]] std::string_view subprotocol_of(dialect d) noexcept;

/// Ids of requests: what is no publish.
inline constexpr std::uint64_t auth_id = 1;
inline constexpr std::uint64_t join_id = 2;
inline constexpr std::uint64_t first_publish_id = 3;

// Each appends a WebSocket frame to `to`.
void put_auth(std::string& to, dialect d, std::string_view token, std::string_view device_name);
void put_join(std::string& to, dialect d, std::string_view room);
void put_publish(std::string& to, dialect d, std::uint64_t id, std::string_view room, std::string_view text);
/// Socket.IO's own: "40" asks for the namespace, "3" answers a ping.
void put_bare(std::string& to, std::string_view text);

/// What a message of the server is for a client of Socket.IO: `event` with a frame in `content`, or its own signs.
enum class sign : unsigned char { event, open, connected, ping, other };
[[nodiscard]] sign strip(dialect d, std::string_view message, std::string_view& content) noexcept;

/// The frames of one message. Errors: invalid.
[[nodiscard]] result<gateway::wire::array> decode(dialect d, std::string_view content);

/// An answer: its id, and `off` of its `ok`, or why not.
struct answer {
  std::uint64_t id = 0;
  bool ok = false;
  std::uint64_t off = 0;
  std::string error;  ///< "130 overloaded"
};
/// False when the frame is no answer.
[[nodiscard]] bool as_answer(const gateway::wire::value& frame, answer& into);

/// Whether a push of messages is what it should be: of `room`, each with an offset and a text of `text_bytes`. True for
/// pushes of other kinds.
[[nodiscard]] bool plausible(const gateway::wire::value& frame, std::string_view room, std::size_t text_bytes);

}  // namespace lightstick::tools::bench::ws
