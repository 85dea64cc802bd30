#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/fanout.hpp"
#include "actors/session/client_port.hpp"
#include "gateway/wire/value.hpp"

/// The client protocol v1 (docs/protocol.md) between bytes and types. Pure: no clock, no I/O. Thread: any.
namespace lightstick::gateway::protocol {

enum class encoding : std::uint8_t { json = 0, msgpack = 1 };
inline constexpr std::size_t encoding_count = 2;

/// What one client message may hold; beyond a limit of shape the frame is refused, never truncated.
struct limits {
  std::uint32_t frame_bytes = 65'536;  ///< one WebSocket message
  std::uint32_t frames = 64;           ///< in an array
  std::uint32_t depth = 8;             ///< nested maps and arrays
  std::uint32_t items = 2'048;         ///< keys and elements of one message together
  std::uint32_t text_bytes = 4'096;
  std::uint32_t data_bytes = 1'024;    ///< of `data` as msgpack
  std::uint32_t resume_rooms = 100;
};

// ---- from the client ----

struct auth {
  actors::session::request_id id = 0;
  std::string token;
  device_id device;
  std::vector<actors::session::resume_entry> resume;
};
struct refresh {
  actors::session::request_id id = 0;
  std::string token;
};
struct ping {
  actors::session::request_id id = 0;
};
using client_frame =
    std::variant<auth, refresh, ping, actors::session::join, actors::session::leave, actors::session::publish,
                 actors::session::history, actors::session::read, actors::session::presence, actors::session::moderate,
                 actors::session::react, actors::session::board, actors::session::typing>;

/// One frame of a message: what it asks, or why it is refused (107 with the request's id, when it had one).
struct decoded {
  std::optional<actors::session::request_id> id;
  result<client_frame> frame;
};

/// All frames of one WebSocket message, in order. Errors (bytes that are no frame, or beyond a limit of shape): the
/// connection closes with 4007. Unknown keys are ignored; an unknown `op` or a field of a wrong type or an impossible
/// value is a refused `decoded`.
[[nodiscard]] result<std::vector<decoded>> decode(encoding e, std::string_view bytes, const limits& l);

/// What the HTTP API takes in bodies, as the frame `op` of a room with the fields of `body`; its own `op`, `id` and `room` do
/// not count. Errors: actors::errc::bad_request.
[[nodiscard]] result<client_frame> decode_body(std::string_view op, const room_id& room, wire::map body,
                                               const limits& l);

// ---- to the client; every function gives one whole frame ----

[[nodiscard]] std::string hello(encoding e, const node_id& node, std::chrono::milliseconds heartbeat, const limits& l);
[[nodiscard]] std::string answer(encoding e, actors::session::request_id id, const actors::session::answer_body& body);
[[nodiscard]] std::string pong(encoding e, actors::session::request_id id, wall_ms now);
/// `id` is left out when the request had none.
[[nodiscard]] std::string refusal(encoding e, std::optional<actors::session::request_id> id,
                                  const actors::session::refusal& r);
/// `skipped`: offsets between the messages, and between them and what was pushed before, that are left out.
[[nodiscard]] std::string messages(encoding e, const room_id& room, std::span<const actors::chat_message_ptr> batch,
                                   std::uint64_t skipped = 0);
/// REQUIRES: `m` is a tomb.
[[nodiscard]] std::string tomb(encoding e, const room_id& room, const actors::chat_message& m);
[[nodiscard]] std::string change(encoding e, const actors::room_change& c);
[[nodiscard]] std::string cursor(encoding e, const actors::user::room_cursor& c);
[[nodiscard]] std::string echo(encoding e, const actors::session::echoed& what);
struct move_notice {
  std::chrono::milliseconds after{0};
  std::chrono::milliseconds jitter{0};
  std::string url;  ///< empty: the same
};
[[nodiscard]] std::string move(encoding e, const move_notice& m);

}  // namespace lightstick::gateway::protocol
