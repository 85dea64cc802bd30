#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/chat_message.hpp"
#include "actors/room/messages.hpp"
#include "actors/user/messages.hpp"

/// The contract of `session/<id>`: one device of one user, local to the node that holds its connection. The
/// gateway sends what the client asked for; answers go back through the session's `client_port`, by request id.
namespace lightstick::actors::session {

inline constexpr const char* kind = "session";

/// The client's own number of a request, echoed in its answer.
using request_id = std::uint64_t;

/// How far the clock that made a token may be behind ours (protocol.md, tokens).
inline constexpr std::chrono::milliseconds token_skew{std::chrono::seconds{60}};

/// Who is connected, as the token says.
struct identity {
  user_id user;
  device_id device;
  std::string name;
  role as = role::fan;
  std::vector<std::string> rooms;  ///< the only rooms allowed; empty = all
  std::int64_t expires_ms = 0;     ///< wall clock; the session closes with 4109 `token_skew` later
};

// ---- asked by the client, in the order of the socket ----

struct resume_entry {
  room_id room;
  std::optional<room::since> since;
};
/// The first message of a session: answers `auth` (welcome) with the results of all rooms.
struct begin {
  request_id id = 0;
  std::vector<resume_entry> resume;
};
struct refresh {
  request_id id = 0;
  identity renewed;  ///< REQUIRES: the same user (the gateway checks)
};
struct join {
  request_id id = 0;
  room_id room;
  std::optional<room::since> since;
  std::uint32_t limit = 50;
};
struct leave {
  request_id id = 0;
  room_id room;
};
struct publish {
  request_id id = 0;
  room_id room;
  std::string cid;
  std::string text;
  std::optional<offset> reply_to;
  std::optional<std::int64_t> vt;
  std::string data;
};
struct history {
  request_id id = 0;
  room_id room;
  std::optional<offset> before;
  std::optional<offset> after;
  std::uint32_t limit = 50;
};
struct read {
  request_id id = 0;
  room_id room;
  offset off;
};
struct presence {
  request_id id = 0;
  room_id room;
  bool page = false;
  std::uint32_t limit = 100;
  std::string after;
};
/// What a moderator does in a room.
struct moderate {
  request_id id = 0;
  room_id room;
  room::act what = room::act::withdraw;
  user_id user;
  std::optional<offset> off;
  std::uint64_t ms = 0;
  bool on = false;
  bool devices = false;
  std::string why;
  // of a filter
  std::vector<std::string> add{};
  std::vector<std::string> remove{};
  std::optional<bool> links{};
  std::optional<std::uint64_t> repeats_ms{};
};
struct react {
  request_id id = 0;
  room_id room;
  std::string kind;
  std::uint32_t n = 1;
  std::uint64_t seq = 0;
};
/// Who cheered most.
struct board {
  request_id id = 0;
  room_id room;
  board_of of = board_of::day;
  std::uint32_t top = 10;
  bool watch = false;
};
struct typing {
  request_id id = 0;
  room_id room;
};
/// The connection is gone; the session ends and its rooms hold its place for a while.
struct disconnected {};
/// `fanout::call_roll`: tell this room again that the session is there.
struct roll_call {
  room_id room;
};

/// From a room: it does not let the user in any more. The connection closes with 4003.
struct banned {
  room_id room;
};

// ---- answers, given to client_port::answer ----

/// One room of an `auth` or a `join`.
struct join_result {
  room_id room;
  result<room::joined> outcome;
  offset read;  ///< the user's cursor
};
struct welcome {
  user_id user;
  session_id session;
  std::string name;
  role as = role::fan;
  std::int64_t expires_in_s = 0;
  std::vector<join_result> rooms;
  std::vector<user::room_cursor> mine;
};
struct refreshed {
  std::int64_t expires_in_s = 0;
};
struct left {
  room_id room;
};
struct published {
  offset off;
  wall_ms ts;
  bool echo = false;  ///< only the sender sees it, by the `echoed` before
};
/// What a shadow-banned fan said; pushed to the session that said it.
struct echoed {
  room_id room;
  offset after;  ///< the newest offset then
  chat_message_ptr message;
};
struct history_page {
  room_id room;
  room::page page;
};
struct cursor {
  user::room_cursor at;
};
struct moderated {
  room_id room;
  offset off;  ///< of the tomb; 0: there is no new one
};
struct reacted {
  room_id room;
  std::uint64_t seq = 0;  ///< the one that was asked for
  room::reacted what;
};
struct boarded {
  room_id room;
  room::board_page page;
};
struct typed {
  room_id room;
  bool shown = false;
};
struct present {
  room_id room;
  bool page = false;
  room::members members;
};

}  // namespace lightstick::actors::session
