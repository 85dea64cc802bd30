#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "tests/support/room_driver.hpp"

/// What moderators order, for tests.
namespace lightstick::actors::room {

/// By the moderator `mod`, because of "because".
inline moderate order(act what, const std::string& user = {}) {
  moderate m;
  m.by = user_id{"mod"};
  m.as = role::moderator;
  m.what = what;
  m.user = user_id{user};
  m.why = "because";
  return m;
}
inline moderate at(act what, std::uint64_t off) {
  auto m = order(what);
  m.off = offset{off};
  return m;
}
inline moderate lasting(act what, const std::string& user, std::chrono::milliseconds ms) {
  auto m = order(what, user);
  m.ms = static_cast<std::uint64_t>(ms.count());
  return m;
}

/// Waits until nothing is under way.
inline testing::answer_of<moderated> carry_out(room_driver& d, moderate m) {
  auto answer = d.ctx->send<moderated>(std::move(m));
  d.ctx->settle();
  return answer;
}

}  // namespace lightstick::actors::room
