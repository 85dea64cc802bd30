#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "actors/room/room_state.hpp"
#include "runtime/logic.hpp"

/// The records of a room, as docs/formats.md lists them. Pure; every decoder's error is corrupt and names the record.
namespace lightstick::actors::room {

[[nodiscard]] std::string encode(const event& e);
[[nodiscard]] result<event> decode_event(std::string_view record);

[[nodiscard]] std::string encode(const room_state::essence& e);
[[nodiscard]] result<room_state::essence> decode_snapshot(std::string_view record);

/// The value of a history row.
[[nodiscard]] std::string encode(const chat_message& m);
/// Also corrupt: the key says another offset.
[[nodiscard]] result<chat_message_ptr> decode_message(const runtime::row& r);

/// The value of a mark's row.
[[nodiscard]] std::string encode(const mark& m);
[[nodiscard]] result<mark> decode_mark(std::string_view record);

/// The value of the row of a user's marks of reactions.
[[nodiscard]] std::string encode(const user_marks& m);
[[nodiscard]] result<user_marks> decode_reaction_marks(std::string_view record);
/// One commit: the event, and the rows of the marks.
[[nodiscard]] runtime::changes to_changes(const reactions::closed& c);

/// The event and the history row of a tomb.
void add_tomb(const tomb_made& t, runtime::changes& what);

/// One commit: the event, the history row and, with a cid, the mark that ends with the window.
[[nodiscard]] runtime::changes to_changes(const accepted& a, std::chrono::milliseconds dedupe_window);

}  // namespace lightstick::actors::room
