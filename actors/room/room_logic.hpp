#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/fanout.hpp"
#include "actors/room/announcements.hpp"
#include "actors/room/board_watch.hpp"
#include "actors/room/recent_messages.hpp"
#include "actors/room/resume_gate.hpp"
#include "actors/room/room_actor.hpp"
#include "actors/room/room_state.hpp"
#include "actors/room/roster.hpp"
#include "actors/room/typists.hpp"
#include "runtime/logic.hpp"

namespace lightstick::actors::room {

/// What all rooms of a node share. Outlives them.
struct environment {
  fanout& out;
  history_id hist;
  options how;
  std::shared_ptr<resume_gate> resumes = std::make_shared<resume_gate>(how.resumes, nullptr);
  counter* fans_limited = nullptr;  ///< publishes beyond `options::fan_rate`
};

/// The shell of one room: it brings commands, clock, disk and fan-out to the pure parts.
///
/// `state_` is ahead of the disk by the commits under way; everything that leaves the room (answers, fan-out,
/// history) stops at `committed_`. What was committed together is published together, in `settled`.
///
/// After a restart the roster is empty: the room calls the roll, and for `hold_place` it takes a session's word that
/// it is in the room. That is safe: only sessions of this platform reach a room, and a session forwards publishes of
/// rooms it has joined only. A failed append loses durable state alone; the roster stays.
class room_logic final : public runtime::logic {
 public:
  /// Messages kept in memory also end here.
  static constexpr std::size_t recent_bytes_max = 256 * 1024;
  static constexpr std::uint32_t page_max = 100;
  /// A room in which nothing is said and nobody comes lets go of them after this: the next join reads them again.
  static constexpr std::chrono::seconds recent_kept_for{15};
  /// Joins that wait for the newest messages to be read; beyond it they are told when to come again.
  static constexpr std::size_t parked_max = 4'096;
  /// Reactions are gathered so long, or until there are so many; of a quiet room they are not.
  static constexpr std::chrono::milliseconds tally_every{100};
  static constexpr std::size_t tally_max = 1'024;

  room_logic(const actor_id& self, std::shared_ptr<const environment> env);

  void reset() override;
  [[nodiscard]] result<void> restore(std::string_view snapshot) override;
  [[nodiscard]] result<void> restore_mark(const runtime::row& mark) override;
  [[nodiscard]] result<void> replay(std::string_view event) override;
  [[nodiscard]] std::string snapshot() const override;

  void started(runtime::context& ctx) override;
  void handle(runtime::message& m, runtime::reply& r, runtime::context& ctx) override;
  void on_timer(runtime::context& ctx) override;
  void on_reminder(const runtime::reminder& which, runtime::context& ctx) override;
  void settled(runtime::context& ctx) override;
  [[nodiscard]] bool passive() const override;
  [[nodiscard]] runtime::inspection inspect() const override;
  [[nodiscard]] std::size_t memory_bytes() const override;

 private:
  using pages = unique_function<void(result<page>, runtime::context&)>;
  /// A join on its way to its answer.
  struct joining {
    runtime::reply r;
    session_id session;
    bool fresh = false;
    joined answer;  ///< `off` is fixed when the page is begun
    page_limit limit;
    std::optional<room::since> since;
    resume_gate::pass reading{};
  };
  /// Rows of history in (after, before), as a page.
  struct span {
    offset after;
    offset before;
    bool newest_first = false;
    std::uint32_t rows_max =
        0;  ///< read at once, more than the page when what is too old has to be passed; 0 = the page
  };

  /// An erasure on its way.
  struct erasing {
    runtime::reply r;
    user_id user;
    offset bound;  ///< the last message that it is about
    offset at;     ///< done up to here
    std::uint64_t messages = 0;
    bool needed = false;  ///< the journal may name the user although no message does
    bool told = false;    ///< by a tomb
    bool sweep = false;   ///< a moderator's withdrawal: the rest of the user stays
  };

  using question = std::variant<history, presence, look, board>;

  void on_message(const runtime::message& m, runtime::reply& r, runtime::context& ctx);
  void on_open(runtime::reply& r, runtime::context& ctx);
  void on_join(const join& j, runtime::reply& r, runtime::context& ctx);
  void on_leave(const leave& l, runtime::context& ctx);
  void on_publish(const publish& p, runtime::reply& r, runtime::context& ctx);
  /// What all fans of the room say together has a rate; nobody else is held back by it. Null: go on.
  [[nodiscard]] std::optional<error> over_rate(const publish& p, runtime::context& ctx);
  void on_post(const post& p, runtime::reply& r, runtime::context& ctx);
  void say(const publish& p, runtime::reply& r, runtime::context& ctx);
  void on_configure(const configure& c, runtime::reply r, runtime::context& ctx);
  void on_look(runtime::reply r, runtime::context& ctx);
  [[nodiscard]] view look_now(runtime::context& ctx);
  [[nodiscard]] std::uint32_t capacity() const noexcept;
  void on_history(const history& h, runtime::reply r, runtime::context& ctx);
  void on_question(const question& q, runtime::reply r, runtime::context& ctx);
  void on_erase(const erase& e, runtime::reply r, runtime::context& ctx);
  void erase_step(erasing job, runtime::context& ctx);
  void erase_rows(erasing job, const runtime::row_page& read, runtime::context& ctx);
  void erase_rest(erasing job, runtime::context& ctx);
  void erase_failed(erasing& job, error why, runtime::context& ctx);
  [[nodiscard]] result<tomb_made> entomb(erasing& job, runtime::changes& what, runtime::context& ctx);
  void name_in_push(const user_id& user);
  void on_presence(const presence& p, runtime::reply r) const;
  void on_react(const react& c, runtime::reply r, runtime::context& ctx);
  /// Commits what was gathered, and answers it.
  void close_tally(runtime::context& ctx);
  void close_tally_when_due(runtime::context& ctx);
  void on_board(const board& b, runtime::reply r, runtime::context& ctx);
  [[nodiscard]] board_page page_of(board_of which, std::uint32_t top, wall_ms now) const;
  void tell_boards(runtime::context& ctx);
  void on_typing(const typing& t, runtime::reply& r, runtime::context& ctx);
  void tell_typing(steady_time now);
  void on_moderate(const moderate& m, runtime::reply r, runtime::context& ctx);
  void on_set_filter(const set_filter& f, runtime::reply r, runtime::context& ctx);
  void set_rule(result<std::optional<event>> decided, runtime::reply r, runtime::context& ctx);
  void withdraw_one(moderate m, runtime::reply r, runtime::context& ctx);
  void withdraw_row(const moderate& m, const chat_message_ptr& found, runtime::reply r, runtime::context& ctx);
  void withdraw_all(const moderate& m, runtime::reply r, runtime::context& ctx);
  /// Rewrites the rows of the first withdrawal that not all rows know of, and then of the next.
  void sweep(runtime::context& ctx);
  void sweep_later(runtime::context& ctx);
  /// A commit that withdraws seemed to fail.
  void withdrew_perhaps();
  /// Memory does as the withdrawals say that are committed.
  void withdraw_in_memory();
  void replace_in_memory(const chat_message_ptr& m);
  /// What is committed of the moderation, at the time of the call, is what is shown.
  void rules_committed(moderation ruled, runtime::context& ctx);
  /// Whoever is banned and here leaves, and its connection ends.
  void put_out(const sanction& ban, runtime::context& ctx);
  void tell_banned(runtime::context& ctx);

  /// The event of the creation, when the room does not exist yet.
  [[nodiscard]] runtime::changes creation(runtime::context& ctx);
  void admit_failed(joining& j, error why, runtime::context& ctx);
  void answer_join(joining j, runtime::context& ctx);
  void answer_since(joining j, runtime::context& ctx);
  void answer_newest(joining j, runtime::context& ctx);
  /// It waits for the newest messages, which are being read, and is looked at again then.
  void park(joining j, runtime::context& ctx);
  void unpark(runtime::context& ctx);
  /// It is told when to come again, and keeps its place meanwhile.
  void defer(joining& j, error why, runtime::context& ctx);
  void finish_join(joining j, result<page> messages, runtime::context& ctx);
  /// Nothing of the page is below what may be shown, or was erased, at the time of `done`.
  void read_page(runtime::context& ctx, span s, page_limit limit, pages done);

  void committed(chat_message_ptr m);
  void fill_recent(bool publish_again, runtime::context& ctx);
  /// Publishes from the disk what was committed before `bound` and never handed on (its commit seemed to fail).
  void catch_up(offset bound, runtime::context& ctx);
  /// Adds to `what` that history goes which is due to, and the reminder of what will be next. The event is applied.
  void retain(runtime::changes& what, runtime::context& ctx);
  /// What the floor is when all is committed that was decided.
  [[nodiscard]] offset floor_ahead() const noexcept { return state_.history().floor(); }
  void trimmed_to(offset floor) noexcept { floor_ = std::max(floor_, floor); }
  void retain_now(runtime::context& ctx);
  /// The smallest offset that may be shown now, as far as memory tells; who reads rows looks at their times.
  [[nodiscard]] offset first_shown(wall_ms now);

  void departed(const roster::departure& d);
  void wake(runtime::context& ctx);
  /// The messages in memory are of use.
  void keep_recent(runtime::context& ctx);
  [[nodiscard]] room_status status() const;

  room_id id_;
  std::shared_ptr<const environment> env_;
  room_state state_;
  roster roster_;
  recent_messages recent_;
  announcements news_;
  std::vector<chat_message_ptr> batch_;  ///< committed and not yet published
  offset committed_;
  offset floor_{1};             ///< of history, as it is committed
  offset shown_from_{1};        ///< what is below is gone, or known to be too old
  offset published_;            ///< `batch_` starts after it, or a catch-up is due
  std::uint32_t erasures_ = 0;  ///< steps ended; a page read across one may hold what was erased
  moderation ruled_;  ///< as it is committed
  std::vector<session_id> banned_;  ///< out of the roster, and could not be told yet
  /// Who waits for the tally to be durable.
  struct reacting {
    runtime::reply r;
    reacted answer;
  };
  tally tally_;
  std::vector<reacting> reacting_;
  std::optional<steady_time> tally_due_;
  board_watch watching_;
  typists typing_;
  steady_time tally_quiet_{};             ///< from then on a reaction need not wait for others
  std::vector<reaction_sum> reacted_;     ///< as it is committed
  bool sweeping_ = false;
  std::optional<steady_time> sweep_at_;  ///< the last try failed
  bool erased_perhaps_ = false;  ///< the disk may have withdrawn what memory still has
  bool exists_ = false;         ///< the creation is committed
  bool recovered_once_ = false;
  bool catching_up_ = false;
  token_bucket fan_rate_;
  turns fan_turns_;
  bool filling_ = false;  ///< the newest messages are being read
  std::vector<joining> parked_;
  steady_time roll_until_{};
  steady_time recent_until_{};  ///< then the messages in memory go, if there are any
};

}  // namespace lightstick::actors::room
