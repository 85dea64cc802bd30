#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "actors/room/chapters.hpp"
#include "actors/room/messages.hpp"
#include "actors/room/moderation.hpp"
#include "actors/room/reactions.hpp"
#include "actors/room/speakers.hpp"
#include "actors/room/text_filter.hpp"

namespace lightstick::actors::room {

// ---- what is journalled; room_codec.hpp gives the bytes ----

/// The room exists from here on.
struct created {
  wall_ms ts;
  friend bool operator==(const created&, const created&) = default;
};

/// Somebody said something. What was said is in the history row of the same commit, and only there.
struct posted {
  offset off;
  wall_ms ts;
  user_id user;
  device_id device;
  std::string cid;           ///< empty: not idempotent, leaves no mark
  std::uint64_t digest = 0;  ///< of what was said, see `digest_of`
  std::uint64_t bytes = 0;   ///< what its row takes, see `bytes_of`; 0 = written before this was known
  friend bool operator==(const posted&, const posted&) = default;
};

/// Messages below `floor` are gone: too old, or too much.
struct trimmed {
  offset floor;
  friend bool operator==(const trimmed&, const trimmed&) = default;
};

/// Something is withdrawn. The tomb itself is the history row of the same commit.
struct tombed {
  offset off;
  wall_ms ts{};
  tomb_kind kind = tomb_kind::message;
  offset target;  ///< of a message
  user_id user;   ///< whose messages are withdrawn otherwise
  user_id by;     ///< empty: an operator
  std::string why;
  std::uint64_t bytes = 0;  ///< what its row takes
  static constexpr auto fields = std::tuple(&tombed::off, &tombed::ts, &tombed::kind, &tombed::target, &tombed::user,
                                            &tombed::by, &tombed::why, &tombed::bytes);
  friend bool operator==(const tombed&, const tombed&) = default;
};

/// All rows know that what the user said is withdrawn.
struct swept {
  withdrawal what;
  static constexpr auto fields = std::tuple(&swept::what);
  friend bool operator==(const swept&, const swept&) = default;
};

struct sanctioned {
  sanction what;
  static constexpr auto fields = std::tuple(&sanctioned::what);
  friend bool operator==(const sanctioned&, const sanctioned&) = default;
};

struct lifted {
  sanction_kind kind = sanction_kind::mute;
  user_id user;
  wall_ms ts{};
  user_id by;
  std::string why;
  static constexpr auto fields = std::tuple(&lifted::kind, &lifted::user, &lifted::ts, &lifted::by, &lifted::why);
  friend bool operator==(const lifted&, const lifted&) = default;
};

struct mode_set {
  enum class which : std::uint8_t { slow = 0, members_only = 1, pinned = 2, unpinned = 3, capacity = 4, closed = 5 };
  which mode = which::slow;
  std::uint64_t value = 0;  ///< milliseconds, 0 or 1, an offset, sessions
  wall_ms ts{};
  user_id by;
  std::string why;
  static constexpr auto fields =
      std::tuple(&mode_set::mode, &mode_set::value, &mode_set::ts, &mode_set::by, &mode_set::why);
  friend bool operator==(const mode_set&, const mode_set&) = default;
};

/// The filters are as `to` says from here on.
struct filters_set {
  filter_rules to;
  wall_ms ts{};
  user_id by;
  std::string why;
  static constexpr auto fields = std::tuple(&filters_set::to, &filters_set::ts, &filters_set::by, &filters_set::why);
  friend bool operator==(const filters_set&, const filters_set&) = default;
};

using event = std::variant<created, posted, trimmed, tombed, swept, sanctioned, lifted, mode_set, filters_set, tallied>;

/// Who published under which `cid`: length-prefixed user, device and cid; also the key of the mark's row.
[[nodiscard]] std::string mark_key(const user_id& user, const device_id& device, std::string_view cid);

/// The first answer to a `cid`.
struct mark {
  offset off;
  wall_ms ts;
  std::uint64_t digest = 0;
  friend bool operator==(const mark&, const mark&) = default;
};

/// XXH3-64 of text, data, reply_to and vt: whether a repeated `cid` says the same. It guards a client against its
/// own mistakes; nothing else relies on it.
[[nodiscard]] std::uint64_t digest_of(const publish& p) noexcept;

/// What a message's row takes, near enough for `retention::bytes`: its texts and 32 bytes.
[[nodiscard]] std::uint64_t bytes_of(const chat_message& m) noexcept;

// ---- what `decide` says ----

struct accepted {
  posted event;
  chat_message_ptr message;  ///< for the history row and, once committed, for everybody
};
struct repeated {
  published first;  ///< the answer again, to be given when the first one is committed
};
struct shadowed {
  chat_message_ptr echo;  ///< without an offset; for its sender alone
};
using verdict = std::variant<accepted, repeated, shadowed, error>;

/// A withdrawal: the event, and the tomb that everybody is shown.
struct tomb_made {
  tombed event;
  chat_message_ptr message;
};

/// What somebody who is banned is told.
[[nodiscard]] error banned_error(const sanction& s, wall_ms now);

/// The durable part of a room: its last offset and time, what history there is, and the marks of recent `cid`s.
///
/// Pure: no clock and no I/O; the same events give the same state. Not thread-safe.
/// Invariants: offsets are dense from 1; times never go back; a mark is no older than `dedupe_window` before the
/// last event; `decide` accepts no `cid` that would make more than `marks_max` marks.
/// Time is the wall clock's, held where it was when that steps back. A clock that was far ahead therefore costs: until
/// it has caught up `ts` stands still and marks do not end, so that after `marks_max` more of them publishes with a
/// `cid` are overloaded; and while it is ahead, marks end too early and a `cid` that is repeated may be said twice.
/// Marks are not in the snapshot: recovery is `restore`, then `restore_mark` for every row, then `replay`.
class room_state {
 public:
  struct rules {
    std::chrono::milliseconds dedupe_window{std::chrono::minutes{5}};
    std::uint32_t marks_max = 131'072;
    retention keep{};
    std::uint32_t reacting_max = 32'768;  ///< users whose reactions are told apart, see `reactions`
  };
  /// What a snapshot holds.
  struct essence {
    wall_ms created;
    offset last;
    wall_ms last_ts;
    chapters history{};
    moderation ruled{};
    reactions::essence reacted{};
    friend bool operator==(const essence&, const essence&) = default;
  };

  room_state() : room_state(rules{}) {}
  explicit room_state(rules r) : rules_(r), reactions_(r.reacting_max) {}

  [[nodiscard]] bool exists() const noexcept { return exists_; }
  [[nodiscard]] wall_ms created_at() const noexcept { return essence_.created; }
  [[nodiscard]] offset last() const noexcept { return essence_.last; }
  [[nodiscard]] std::size_t marks() const noexcept { return marks_.size(); }
  [[nodiscard]] const chapters& history() const noexcept { return essence_.history; }
  [[nodiscard]] const moderation& ruled() const noexcept { return essence_.ruled; }
  [[nodiscard]] const reactions& reacted() const noexcept { return reactions_; }
  /// The smallest offset that may be shown at that time, as far as chapters tell: of the chapter it is in, some may be
  /// too old. `floor`: the one that is committed, which this state may be ahead of.
  [[nodiscard]] offset first_shown(wall_ms now, offset floor) const noexcept;
  /// REQUIRES: exists().
  [[nodiscard]] essence to_essence() const;

  /// REQUIRES: not exists().
  [[nodiscard]] created decide_create(wall_ms now) const;
  /// Errors in the verdict: room_not_found, bad_request (a `cid` with another content, a reply to nothing, a name
  /// that is too long), overloaded (marks_max).
  [[nodiscard]] verdict decide(const publish& command, wall_ms now) const;
  /// What a moderator wants, other than a withdrawal: nothing when it is so already.
  /// `devices`: those that the user is here with. Errors: bad_request (a bound, or no such message).
  [[nodiscard]] result<std::optional<event>> decide(const moderate& command, std::vector<device_id> devices,
                                                    wall_ms now) const;
  /// Nothing when it is so already. Errors: bad_request.
  [[nodiscard]] result<std::optional<event>> decide(const set_filter& command, wall_ms now) const;
  /// Everything that is not so already; the room need not exist. Errors: bad_request.
  [[nodiscard]] result<std::vector<event>> decide(const configure& command, wall_ms now) const;
  /// `how` message: the one at `command.off`; else all that `command.user` has said.
  /// Errors: bad_request, overloaded (withdrawals_max).
  [[nodiscard]] result<tomb_made> decide_tomb(const moderate& command, tomb_kind how, wall_ms now) const;
  /// What is to become of a reaction. Errors: as `react`. `ahead`: what was taken in since the last `close`.
  [[nodiscard]] result<room::reacted> decide(const react& command, const tally& ahead, wall_ms now) const;
  /// REQUIRES: `decide` said `counted`.
  void take_in(const react& command, tally& to, wall_ms now) const;
  /// The event of all that was taken in, which is to be applied, and the rows of its commit.
  [[nodiscard]] reactions::closed close(tally t, wall_ms now) { return reactions_.close(std::move(t), now); }
  /// What has to go, if anything. `now` is the wall clock's: one that is far ahead takes history with it.
  [[nodiscard]] std::optional<trimmed> decide_trim(wall_ms now) const noexcept;
  /// When that will be, if nothing is said meanwhile.
  [[nodiscard]] std::optional<wall_ms> next_trim() const noexcept { return essence_.history.next_due(rules_.keep); }

  /// REQUIRES: `e` is what `decide` gave for this state.
  void apply(const event& e);

  /// The marks of what that user said up to `last`, by the keys of their rows.
  /// REQUIRES: the rows are removed in one commit with a snapshot, or the state is thrown away.
  [[nodiscard]] std::vector<std::string> forget_marks(const user_id& user, offset last);

  /// Boards and marks of reactions do not name the user any more; whether anything has changed, and whether the row of
  /// the marks has to go. REQUIRES: as `forget_marks`.
  std::pair<bool, bool> forget_reactions(const user_id& user) { return reactions_.forget(user); }

  /// Sanctions do not name this moderator any more; whether one did. REQUIRES: as `forget_marks`.
  bool forget_author(const user_id& user);

  void restore(const essence& e);
  /// Idempotent; of two marks with one key the later offset stays.
  void restore_mark(std::string key, mark m);
  void restore_mark(const user_id& user, user_marks m) { reactions_.restore(user, std::move(m)); }
  /// Applies what was read back. Errors: corrupt, when it does not follow this state.
  [[nodiscard]] result<void> replay(const event& e);

  /// The same durable state. Marks that only one side has count when they are still inside the window.
  friend bool operator==(const room_state& a, const room_state& b) noexcept {
    return a.exists_ == b.exists_ && a.essence_ == b.essence_ && a.marks_ == b.marks_ && a.reactions_ == b.reactions_;
  }

 private:
  [[nodiscard]] bool expired(wall_ms marked, wall_ms now) const noexcept {
    return marked.value + rules_.dedupe_window.count() <= now.value;
  }
  [[nodiscard]] bool room_for_mark(wall_ms now) const noexcept;
  /// What moderators have laid down. Errors: forbidden, muted, slow_mode, filtered.
  [[nodiscard]] result<void> may_say(const publish& command, wall_ms now) const;
  void took_place(offset off, wall_ms ts, std::uint64_t bytes);
  void apply_one(const created& e);
  void apply_one(const posted& e);
  void apply_one(const trimmed& e);
  void apply_one(const tombed& e);
  void apply_one(const swept& e);
  void apply_one(const sanctioned& e);
  void apply_one(const lifted& e);
  void apply_one(const mode_set& e);
  void apply_one(const filters_set& e);
  void apply_one(const tallied& e) { reactions_.apply(e); }
  /// How long it matters what somebody said last. Milliseconds.
  [[nodiscard]] std::uint64_t remembers_ms() const noexcept;
  [[nodiscard]] result<void> passes_filters(const publish& command, wall_ms now) const;
  [[nodiscard]] result<std::optional<event>> decide_sanction(const moderate& command, sanction_kind how,
                                                             std::vector<device_id> devices, wall_ms now) const;
  [[nodiscard]] result<std::optional<event>> decide_lift(const moderate& command, sanction_kind how, wall_ms now) const;
  [[nodiscard]] result<std::optional<event>> decide_mode(const moderate& command, wall_ms now) const;
  [[nodiscard]] result<std::optional<event>> decide_filters(const set_filter& command, wall_ms now) const;
  void insert(std::string key, mark m);
  void prune(wall_ms now);

  rules rules_;
  bool exists_ = false;
  essence essence_;  ///< without `reacted`
  reactions reactions_;
  using mark_table = std::unordered_map<std::string, mark>;
  mark_table marks_;
  word_filter words_;  ///< the filters' words, as they are looked for
  speakers speakers_;  ///< while somebody has to wait for it
  std::map<offset, const mark_table::value_type*> by_age_;  ///< of marks_, where they never move
};

}  // namespace lightstick::actors::room
