#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "actors/board.hpp"
#include "actors/chat_message.hpp"
#include "actors/room/moderation.hpp"

/// The contract of `room/<name>`: what may be asked of a room and what it answers.
/// Each struct is sent with `runtime::make_message`; `-> T` names the answer's body. `fields` are how a command is kept
/// when it is set aside (docs/formats-actors.md): add to their end only, with a new version.
namespace lightstick::actors::room {

inline constexpr const char* kind = "room";

/// Where a client stopped reading.
struct since {
  history_id hist;
  offset off;
  static constexpr auto fields = std::tuple(&since::hist, &since::off);
};

/// Makes the room when there is none, whether joining would or not, and lets history go that is over. -> opened, when
/// that is durable.
struct open {
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple();
};
struct opened {};

/// Somebody comes in; the same session again only refreshes. -> joined.
/// Errors: room_not_found (creation is off), room_full.
struct join {
  session_id session;
  user_id user;
  device_id device;
  std::string name;
  role as = role::fan;
  std::optional<room::since> since;
  std::uint32_t limit = 50;  ///< messages, 0 to 100
  std::uint32_t bytes_max = 256 * 1024;  ///< of the messages in the answer, however encoded
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&join::session, &join::user, &join::device, &join::name, &join::as,
                                            &join::since, &join::limit, &join::bytes_max);
};

struct joined {
  room_id room;
  history_id hist;
  offset off;  ///< the last committed offset; the first push is off+1
  bool recovered = false;  ///< `since` could be honoured: nothing is missing between it and `messages`
  bool more = false;  ///< page on with history (after the last, or before the first without `since`)
  std::vector<chat_message_ptr> messages;  ///< ascending offsets
  room_status status;
  std::uint64_t seq = 0;  ///< of reactions: this device goes on above it
};

/// A session leaves by its own wish, or its connection is gone (`dropped`: the place is held for a while). No answer.
struct leave {
  session_id session;
  bool dropped = false;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&leave::session, &leave::dropped);
};

/// Says something. -> published, when it is durable. The same (user, device, cid) with the same content within
/// 5 minutes gets the first answer; with other content bad_request.
/// Errors: forbidden (not in the room), bad_request, overloaded, unavailable (outcome unknown: ask again, same cid).
struct publish {
  session_id session;
  user_id user;
  device_id device;
  std::string name;
  role as = role::fan;
  std::string cid;  ///< empty: not idempotent
  std::string text;
  std::optional<offset> reply_to;
  std::optional<std::int64_t> vt;
  std::string data;  ///< a map as msgpack, at most 1 KiB; empty = none
  bool is_member = false;  ///< the token names this room
  [[nodiscard]] bool is_idempotent() const noexcept { return !cid.empty(); }
  static constexpr auto fields =
      std::tuple(&publish::session, &publish::user, &publish::device, &publish::name, &publish::as, &publish::cid,
                 &publish::text, &publish::reply_to, &publish::vt, &publish::data, &publish::is_member);
};

struct published {
  offset off;  ///< with `echo`: the newest there was
  wall_ms ts{};
  chat_message_ptr echo = nullptr;  ///< set: only its sender sees it; nothing was stored
  friend bool operator==(const published&, const published&) = default;
};

/// A page of history; one of `before` and `after`. -> page. Errors: bad_request, corrupt (damaged record).
struct history {
  std::optional<offset> before;
  std::optional<offset> after;
  std::uint32_t limit = 50;  ///< 1 to 100
  std::uint32_t bytes_max = 256 * 1024;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&history::before, &history::after, &history::limit, &history::bytes_max);
};

struct page {
  std::vector<chat_message_ptr> messages;  ///< ascending offsets
  bool more = false;  ///< further messages exist beyond the page in the asked direction
};

/// Who is here. -> members. `limit` 0 asks for the count alone.
struct presence {
  std::uint32_t limit = 0;  ///< at most 100
  std::string after;  ///< `next` of the page before, or empty
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&presence::limit, &presence::after);
};

struct members {
  std::uint32_t count = 0;  ///< sessions
  std::vector<member> page;  ///< one line a user, ordered by user id
  std::string next;  ///< empty on the last page
};

/// Forgets what a user has said up to now: every message is withdrawn (offset and time stay, everything else goes from
/// history and memory), marks and the journal do not name the user any more. Back-ups do. Done in steps, others have
/// their turn in between; doing it again goes on where it stopped. Whoever is here is told by a tomb. -> erased.
/// Errors: corrupt (damaged history: names the row; what was before it is done), overloaded, unavailable (ask again).
struct erase {
  user_id user;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&erase::user);
};

struct erased {
  std::uint64_t messages = 0;  ///< by this command
};

/// What a moderator does.
enum class act : std::uint8_t {
  withdraw = 0,  ///< the message `off`, or all that `user` has said
  mute,
  unmute,
  ban,
  unban,
  slow,  ///< `ms` between two messages of a fan; 0: off
  members_only,  ///< `on`
  pin,  ///< the message `off`
  unpin,
  shadow,  ///< what `user` says takes no offset, and nobody else sees it
  unshadow,
  filter,  ///< see `set_filter`
};
inline constexpr act act_last = act::filter;
/// As protocol.md names it: `delete`, `mute`, ...
[[nodiscard]] std::string_view to_string(act a) noexcept;

/// -> moderated, when it is durable; journalled with who and why. Again it changes nothing.
/// Errors: room_not_found, forbidden (neither moderator nor admin; or against somebody here who is as much),
/// bad_request (no such message, or a bound of `moderation`), overloaded (too many withdrawals under way), unavailable.
struct moderate {
  user_id by;
  role as = role::fan;
  act what = act::withdraw;
  user_id user;
  std::optional<offset> off;
  std::uint64_t ms = 0;  ///< how long a sanction lasts (0: for ever), or between messages
  bool on = false;
  bool devices = false;  ///< ban: also the devices that the user is here with
  std::string why;  ///< at most `moderation::why_bytes_max`
  static constexpr bool idempotent = true;
  static constexpr auto fields =
      std::tuple(&moderate::by, &moderate::as, &moderate::what, &moderate::user, &moderate::off, &moderate::ms,
                 &moderate::on, &moderate::devices, &moderate::why);
};

/// Changes what the filters refuse of fans: words (see word_filter), links, the same again. -> moderated, as `moderate`.
/// Errors: forbidden, bad_request (a bound of `moderation`, or a word of which nothing is left when it is folded).
struct set_filter {
  user_id by;
  role as = role::fan;
  std::vector<std::string> add;
  std::vector<std::string> remove;
  std::optional<bool> links;  ///< whether links are refused
  std::optional<std::uint64_t> repeats_ms;  ///< who said the same so lately is refused; 0: nobody is
  std::string why;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&set_filter::by, &set_filter::as, &set_filter::add, &set_filter::remove,
                                            &set_filter::links, &set_filter::repeats_ms, &set_filter::why);
};

struct moderated {
  offset off;  ///< of the tomb, when there is a new one
};

// ---- for other services of the platform, which have no session ----

/// The device that services speak from: no client's can have this name.
inline constexpr const char* service_device = "/api";
/// The detail of the bad_request for a `cid` that said something else before.
inline constexpr const char* cid_reused = "this cid was used for something else";

/// A service says something; it need not be in the room, and is a member of all. The room is made when there is none and
/// joining would make it. -> published. `cid` as for `publish`, within `service_device`. Errors: as `publish`, room_not_found.
struct post {
  user_id user;
  std::string name;
  role as = role::fan;
  std::string cid;  ///< empty: not idempotent
  std::string text;
  std::optional<offset> reply_to;
  std::optional<std::int64_t> vt;
  std::string data;
  [[nodiscard]] bool is_idempotent() const noexcept { return !cid.empty(); }
  static constexpr auto fields =
      std::tuple(&post::user, &post::name, &post::as, &post::cid, &post::text, &post::reply_to, &post::vt, &post::data);
};

/// Sets up a room; what is not given stays as it is. -> configured, when all of it is durable, in one commit; journalled with
/// who. Again it changes nothing. Errors: room_not_found (unless `create`), bad_request (a bound of `moderation`).
struct configure {
  user_id by;
  bool create = false;  ///< makes the room when there is none
  std::optional<std::uint32_t> capacity;  ///< 0: as all rooms of the node
  std::optional<bool> closed;
  std::optional<std::uint64_t> slow_ms;
  std::optional<bool> members_only;
  std::optional<std::vector<std::string>> words;  ///< all that there are to be
  std::optional<bool> links;
  std::optional<std::uint64_t> repeats_ms;
  std::string why;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(
      &configure::by, &configure::create, &configure::capacity, &configure::closed, &configure::slow_ms,
      &configure::members_only, &configure::words, &configure::links, &configure::repeats_ms, &configure::why);
};

/// What a room is, as it is committed.
struct view {
  room_id room;
  history_id hist;
  wall_ms created;
  offset last;  ///< 0: nothing was said yet
  offset first;  ///< the smallest that may be shown
  std::uint32_t users = 0;
  room_status status;
  bool own_capacity = false;  ///< it was set for this room
  bool closed = false;
  filter_rules filters;
};
struct configured {
  bool created = false;  ///< by this command
  view now;
};

/// -> view. Errors: room_not_found.
struct look {
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple();
};

/// Reacts to what goes on: `n` times `kind`, counted once by (user, device, seq). -> reacted, when sum and mark are
/// durable together. Who counts `seq` up by one may have many under way; what comes again, in whatever order, is told
/// apart while it is not more than `device_mark::window` behind the highest, and refused beyond that.
/// Errors: forbidden (not in the room, or banned), muted, bad_request (n, kind, seq, or a kind too many), filtered,
/// overloaded, unavailable (outcome unknown: ask again, same seq).
struct react {
  session_id session;
  user_id user;
  device_id device;
  std::string name;
  role as = role::fan;
  std::string kind;  ///< `cheer_kind`, or another of `valid_kind`
  std::uint32_t n = 1;  ///< 1 to `reaction_n_max`
  std::uint64_t seq = 0;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&react::session, &react::user, &react::device, &react::name, &react::as,
                                            &react::kind, &react::n, &react::seq);
};
inline constexpr std::string_view cheer_kind = "cheer";
inline constexpr std::uint32_t reaction_n_max = 50;
inline constexpr std::size_t reaction_kind_bytes_max = 16;
/// Lower-case letters, digits, `-` and `_`, 1 to `reaction_kind_bytes_max` of them.
[[nodiscard]] bool valid_kind(std::string_view name) noexcept;

struct reacted {
  enum class how : std::uint8_t {
    counted,
    again,  ///< it had been counted before
    lost,  ///< not counted now; whether it was before is not known any more
  };
  how outcome = how::counted;
  std::uint64_t seq = 0;  ///< lost: the device goes on above it
};

/// Who cheered most. -> board_page, as of everything that was answered before. With `watch` changes are told to the room
/// for a while (room_change::boards). Errors: room_not_found, bad_request (top), unavailable.
struct board {
  board_of of = board_of::day;
  std::uint32_t top = 10;  ///< 1 to 100
  bool watch = false;
  static constexpr bool idempotent = true;
  static constexpr auto fields = std::tuple(&board::of, &board::top, &board::watch);
};

struct board_page {
  board_of of = board_of::day;
  wall_ms since{};  ///< of a day: its beginning
  std::vector<board_entry> rows;  ///< the most first
  std::uint64_t unseen = 0;  ///< nobody who is on no row of the whole board has more
  std::uint32_t watch_ms = 0;  ///< changes are told for so long; 0: they are not
};

/// Somebody is writing. -> typing_noted. Not durable, merged, and over by itself. Errors: room_not_found, forbidden.
struct typing {
  session_id session;
  user_id user;
  std::string name;
  role as = role::fan;
  bool is_member = false;  ///< the token names this room
  static constexpr bool idempotent = true;
  static constexpr auto fields =
      std::tuple(&typing::session, &typing::user, &typing::name, &typing::as, &typing::is_member);
};

struct typing_noted {
  bool shown = false;  ///< the room is small, and the user may speak
};

}  // namespace lightstick::actors::room
