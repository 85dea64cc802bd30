#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "actors/gate/messages.hpp"
#include "actors/session/client_port.hpp"
#include "actors/session/session_actor.hpp"
#include "runtime/logic.hpp"

namespace lightstick::actors::session {

/// One device's session: checks, limits, and forwards to rooms and user; answers go to the port by request id.
///
/// What a client asks one after the other of one room reaches the room in that order. Joins and leaves of one room
/// run one at a time (`deferred_`), because each is a step at the room and one at the user; publishes do not wait.
/// Every join and every leave under way therefore has a `busy` place in `rooms_`, also when the session is not in the
/// room; nothing else may change a busy place or take it away.
///
/// A join that was refused before the room heard of it (`client_port::refuse`) changes nothing. One that failed
/// after (`answer` with an error) leaves the session outside of the room, whatever it was before.
///
/// Bounds: `rooms_max` rooms; `deferred_max` joins and leaves waiting (beyond it overloaded); the rest is bounded by
/// the mailbox and the runtime's asks.
class session_logic final : public runtime::logic {
 public:
  static constexpr std::size_t deferred_max = 16;
  /// Messages that wait to be looked at; beyond it overloaded.
  static constexpr std::size_t held_max = 64;

  session_logic(session_id id, identity who, std::shared_ptr<client_port> port, const options& o);
  /// Closes the connection, unless it has gone before: nobody else would answer its requests or watch its token.
  ~session_logic() override;
  session_logic(const session_logic&) = delete;
  session_logic& operator=(const session_logic&) = delete;

  void started(runtime::context& ctx) override;
  void handle(runtime::message& m, runtime::reply& r, runtime::context& ctx) override;
  void on_timer(runtime::context& ctx) override;
  void failed(runtime::context& ctx) override;
  [[nodiscard]] bool passive() const override { return false; }
  [[nodiscard]] runtime::inspection inspect() const override;

 private:
  enum class phase : std::uint8_t {
    joining,
    in,
    leaving,  ///< out; the room could not be told yet
    out,      ///< never in: only reserved, so that a join waits for the leave that is under way
  };
  struct place {
    room_id room;
    phase at = phase::joining;
    bool busy = false;      ///< a join or leave is under way
    bool exiting = false;   ///< it is a leave
    bool dropped = false;   ///< `leaving` because the connection has gone
    bool announce = false;  ///< the room has lost its roster and has to hear of us
  };
  /// The rooms of one `begin`.
  struct arrival {
    request_id id = 0;
    welcome answer;
    std::size_t missing = 0;
  };
  struct room_task {
    bool entering = true;
    request_id id = 0;
    room_id room;
    std::optional<room::since> since;
    std::uint32_t limit = 0;
    std::uint32_t bytes_max = 0;
    std::shared_ptr<arrival> of;  ///< null: a join or leave of its own
    std::size_t slot = 0;
  };
  /// What waits to be looked at, or behind such.
  struct held_message {
    std::uint64_t number = 0;
    request_id id = 0;
    room_id room;
    room::publish said;
    bool judged = false;
    std::optional<error> refused;
  };
  using places = std::vector<place>;

  // session_logic.cpp
  void on_publish(publish p, runtime::context& ctx);
  void on_history(const history& h, runtime::context& ctx);
  void on_read(const read& r, runtime::context& ctx);
  void on_presence(const presence& p, runtime::context& ctx);
  void on_refresh(refresh r, runtime::context& ctx);
  void on_moderate(moderate m, runtime::context& ctx);
  void on_react(react c, runtime::context& ctx);
  void on_board(const board& b, runtime::context& ctx);
  void on_typing(const typing& t, runtime::context& ctx);
  void on_banned(const room_id& room);
  /// False when it was refused: the token has ended, or too many requests.
  [[nodiscard]] bool admit(request_id id, token_bucket& limit, runtime::context& ctx);
  void refuse(request_id id, error why) {
    const auto retry = retry_of(why);
    port_->refuse(id, {std::move(why), retry});
  }
  void watch_token(runtime::context& ctx);

  // session_rooms.cpp
  void on_begin(begin b, runtime::context& ctx);
  void arrive(begin b, user::profile mine, runtime::context& ctx);
  void on_join(join j, runtime::context& ctx);
  void on_leave(const leave& l, runtime::context& ctx);
  void on_roll_call(const room_id& room, runtime::context& ctx);
  void on_disconnected(runtime::context& ctx);
  void start(room_task t, runtime::context& ctx);
  void enter(room_task t, runtime::context& ctx);
  void note_at_user(room_task t, room::joined in, runtime::context& ctx);
  void entered(const room_task& t, room::joined in, offset read, runtime::context& ctx);
  void not_entered(const room_task& t, error why, bool was_in, runtime::context& ctx);
  void exit(room_task t, runtime::context& ctx);
  void exited(const room_task& t, result<user::room_cursor> done, runtime::context& ctx);
  void finish(const room_task& t, join_result r, runtime::context& ctx);
  void next_task(const room_id& room, runtime::context& ctx);
  void announce(const room_id& room, runtime::context& ctx);
  /// Tells the room that the session is out; until that has worked the place stays `leaving`.
  void depart(const room_id& room, bool dropped, runtime::context& ctx);
  void retry_later(runtime::context& ctx);
  void say_goodbye(runtime::context& ctx);
  /// Asks for no messages.
  [[nodiscard]] room::join silent_join() const;
  [[nodiscard]] place* find(const room_id& room) noexcept;
  [[nodiscard]] bool is_in(const room_id& room) noexcept;
  /// Rooms that the session is in, enters, or has not told that it left.
  [[nodiscard]] std::size_t rooms_held() const noexcept;
  /// Whether a join or leave of this room has to wait for another.
  [[nodiscard]] bool must_wait(const room_task& t) noexcept;
  /// The end of a leave that reserved a place, or of a join that the room refused.
  void forget(const room_id& room);

  // session_gate.cpp
  /// Has it looked at first, where that is wanted. What one session says keeps its order.
  void say_or_ask(request_id id, room_id room, room::publish said, runtime::context& ctx);
  void judged(std::uint64_t number, result<gate::verdict> told, runtime::context& ctx);
  void pass_on(request_id id, room_id room, room::publish said, runtime::context& ctx);

  /// `limit` 0: as the options say.
  template <class Answer, class Body, class F>
  void ask(runtime::context& ctx, const char* kind_of, const std::string& key, Body body, F done,
           std::chrono::milliseconds limit = {});

  session_id id_;
  identity who_;
  std::shared_ptr<client_port> port_;
  options how_;
  token_bucket publishes_;
  token_bucket reacts_;
  token_bucket typings_;
  token_bucket requests_;
  places rooms_;
  std::vector<room_task> deferred_;
  std::vector<room_id> arriving_;  ///< rooms of the `begin`: other joins and leaves of them wait for the welcome
  std::vector<held_message> held_;
  std::uint64_t last_held_ = 0;
  std::optional<steady_time> retry_at_;
  std::uint8_t goodbyes_ = 0;
  bool begun_ = false;
  bool expired_ = false;
  bool gone_ = false;
  bool detached_ = false;
};

/// Asks an actor for an `Answer`; an answer of another type is an error.
template <class Answer, class Body, class F>
void session_logic::ask(runtime::context& ctx, const char* kind_of, const std::string& key, Body body, F done,
                        std::chrono::milliseconds limit) {
  ctx.ask({kind_of, key}, runtime::make_message(std::move(body)), limit.count() > 0 ? limit : how_.ask_limit,
          [done = std::move(done)](result<runtime::message_ptr> outcome, runtime::context& later) mutable {
            if (!outcome) return done(result<Answer>{fail(std::move(outcome.error()))}, later);
            auto* body_there = *outcome ? runtime::body_of<Answer>(**outcome) : nullptr;
            if (body_there != nullptr) return done(result<Answer>{std::move(*body_there)}, later);
            done(result<Answer>{fail(errc::internal, "answer of an unexpected type")}, later);
          });
}

}  // namespace lightstick::actors::session
