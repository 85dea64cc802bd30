#pragma once

#include <vector>

#include "actors/user/user_state.hpp"
#include "runtime/logic.hpp"

namespace lightstick::actors::user {

/// The shell of one user: answers when committed, and tells the user's other devices about cursors.
///
/// Sessions are volatile. After a restart a device is known again when it attaches or moves a cursor; one that is
/// found gone is forgotten.
class user_logic final : public runtime::logic {
 public:
  void reset() override { state_ = {}; }
  [[nodiscard]] result<void> restore(std::string_view snapshot) override;
  [[nodiscard]] result<void> replay(std::string_view event) override;
  [[nodiscard]] std::string snapshot() const override;

  void handle(runtime::message& m, runtime::reply& r, runtime::context& ctx) override;
  [[nodiscard]] bool passive() const override { return sessions_.empty(); }
  [[nodiscard]] runtime::inspection inspect() const override;

 private:
  void on_attach(const attach& a, runtime::reply r, runtime::context& ctx);
  void on_move(const move_cursor& m, runtime::reply r, runtime::context& ctx);
  void on_erase(runtime::reply r, runtime::context& ctx);
  /// Applies and commits, then answers.
  void commit(decision d, runtime::reply r, runtime::context& ctx);
  void tell_others(const room_cursor& at, const session_id& from, runtime::context& ctx);
  /// False when `sessions_max` are there.
  bool remember(const session_id& session);

  user_state state_;
  std::vector<session_id> sessions_;
};

}  // namespace lightstick::actors::user
