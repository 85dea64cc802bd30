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

using event = std::variant<created, posted, trimmed>;

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
using verdict = std::variant<accepted, repeated, error>;

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
  };
  /// What a snapshot holds.
  struct essence {
    wall_ms created;
    offset last;
    wall_ms last_ts;
    chapters history{};
    friend bool operator==(const essence&, const essence&) = default;
  };

  room_state() : room_state(rules{}) {}
  explicit room_state(rules r) : rules_(r) {}

  [[nodiscard]] bool exists() const noexcept { return exists_; }
  [[nodiscard]] wall_ms created_at() const noexcept { return essence_.created; }
  [[nodiscard]] offset last() const noexcept { return essence_.last; }
  [[nodiscard]] std::size_t marks() const noexcept { return marks_.size(); }
  [[nodiscard]] const chapters& history() const noexcept { return essence_.history; }
  /// The smallest offset that may be shown at that time, as far as chapters tell: of the chapter it is in, some may be
  /// too old. `floor`: the one that is committed, which this state may be ahead of.
  [[nodiscard]] offset first_shown(wall_ms now, offset floor) const noexcept;
  /// REQUIRES: exists().
  [[nodiscard]] const essence& to_essence() const noexcept { return essence_; }

  /// REQUIRES: not exists().
  [[nodiscard]] created decide_create(wall_ms now) const;
  /// Errors in the verdict: room_not_found, bad_request (a `cid` with another content, a reply to nothing, a name
  /// that is too long), overloaded (marks_max).
  [[nodiscard]] verdict decide(const publish& command, wall_ms now) const;
  /// What has to go, if anything. `now` is the wall clock's: one that is far ahead takes history with it.
  [[nodiscard]] std::optional<trimmed> decide_trim(wall_ms now) const noexcept;
  /// When that will be, if nothing is said meanwhile.
  [[nodiscard]] std::optional<wall_ms> next_trim() const noexcept { return essence_.history.next_due(rules_.keep); }

  /// REQUIRES: `e` is what `decide` gave for this state.
  void apply(const event& e);

  /// The marks of what that user said up to `last`, by the keys of their rows.
  /// REQUIRES: the rows are removed in one commit with a snapshot, or the state is thrown away.
  [[nodiscard]] std::vector<std::string> forget_marks(const user_id& user, offset last);

  void restore(const essence& e);
  /// Idempotent; of two marks with one key the later offset stays.
  void restore_mark(std::string key, mark m);
  /// Applies what was read back. Errors: corrupt, when it does not follow this state.
  [[nodiscard]] result<void> replay(const event& e);

  /// The same durable state. Marks that only one side has count when they are still inside the window.
  friend bool operator==(const room_state& a, const room_state& b) noexcept {
    return a.exists_ == b.exists_ && a.essence_ == b.essence_ && a.marks_ == b.marks_;
  }

 private:
  [[nodiscard]] bool expired(wall_ms marked, wall_ms now) const noexcept {
    return marked.value + rules_.dedupe_window.count() <= now.value;
  }
  [[nodiscard]] bool room_for_mark(wall_ms now) const noexcept;
  void insert(std::string key, mark m);
  void prune(wall_ms now);

  rules rules_;
  bool exists_ = false;
  essence essence_;
  using mark_table = std::unordered_map<std::string, mark>;
  mark_table marks_;
  std::map<offset, const mark_table::value_type*> by_age_;  ///< of marks_, where they never move
};

}  // namespace lightstick::actors::room
