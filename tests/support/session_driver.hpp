#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/session/session_logic.hpp"
#include "tests/support/fake_context.hpp"

namespace lightstick::actors::session {

/// Keeps what a session told its client.
class recording_port final : public client_port {
 public:
  void answer(request_id id, answer_body body) override { answers.emplace_back(id, std::move(body)); }
  void refuse(request_id id, refusal r) override { refusals.emplace_back(id, std::move(r)); }
  void push(const user::cursor_moved& moved) override { pushed.push_back(moved); }
  void push(const echoed& echo) override { echoes.push_back(echo); }
  void close(close_code code, std::string_view) override { closed.push_back(code); }

  /// The last answer, when it is a `T`.
  template <class T>
  [[nodiscard]] const T* last() const {
    return answers.empty() ? nullptr : std::get_if<T>(&answers.back().second);
  }
  [[nodiscard]] std::error_code last_refusal() const {
    return refusals.empty() ? std::error_code{} : refusals.back().second.why.code;
  }

  std::vector<std::pair<request_id, answer_body>> answers;
  std::vector<std::pair<request_id, refusal>> refusals;
  std::vector<user::cursor_moved> pushed;
  std::vector<echoed> echoes;
  std::vector<close_code> closed;
};

inline room_id aurora{"aurora"};

/// A session of mina; the test plays rooms and user.
class session_driver {
 public:
  explicit session_driver(options how = {}, identity who = mina())
      : port(std::make_shared<recording_port>()),
        logic(std::make_unique<session_logic>(session_id{"s1"}, std::move(who), port, how)) {
    ctx.drive(*logic);
    logic->started(ctx);
  }

  static identity mina() { return {user_id{"17"}, device_id{"web"}, "Mina", role::fan, {}, 0}; }

  template <class Body>
  void send(Body b) {
    ctx.send(std::move(b));
  }
  void room_lets_in(std::uint64_t off = 0) {
    room::joined in;
    in.room = aurora;
    in.off = offset{off};
    ctx.answer_ask<room::join>(std::move(in));
  }
  void user_notes(std::uint64_t read = 0) { ctx.answer_ask<user::enter_room>(user::room_cursor{aurora, offset{read}}); }
  /// Joins aurora without further ado.
  void be_in(room_id room = aurora) {
    send(join{100, std::move(room), std::nullopt, 0});
    room_lets_in();
    user_notes();
  }
  [[nodiscard]] std::vector<room::leave> leaves() const {
    std::vector<room::leave> out;
    for (auto& [to, l] : ctx.told_bodies<room::leave>()) out.push_back(l);
    return out;
  }

  testing::fake_context ctx{{kind, "s1"}};
  std::shared_ptr<recording_port> port;
  std::unique_ptr<session_logic> logic;
};

inline publish say_hi(request_id id = 1) { return {id, aurora, "c1", "hi", std::nullopt, std::nullopt, {}}; }
inline std::error_code code(errc e) { return make_error_code(e); }
inline error failure(lightstick::errc e) { return {make_error_code(e), "test"}; }

}  // namespace lightstick::actors::session
