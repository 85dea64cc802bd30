#pragma once

#include <string>
#include <utility>

#include "tests/support/room_driver.hpp"

namespace lightstick::actors::room {

/// `user` doubles as session and device.
inline react cheer(const std::string& user, std::uint64_t seq, std::uint32_t n = 1, std::string how = "cheer") {
  react c;
  c.session = session_id{user};
  c.user = user_id{user};
  c.device = device_id{user};
  c.name = user;
  c.kind = std::move(how);
  c.n = n;
  c.seq = seq;
  return c;
}

/// Lets a tick pass, so that it is committed and answered.
inline testing::answer_of<reacted> count(room_driver& d, react c) {
  auto answer = d.ctx->send<reacted>(std::move(c));
  d.ctx->advance(room_logic::tally_every);
  d.ctx->settle();
  return answer;
}

/// "cheer 3, heart 1", as whoever joins is told.
inline std::string sums_of(room_driver& d) {
  std::string out;
  const auto asked = d.enter(come("asks", 0));
  for (const auto& each : asked->status.reactions) {
    out += (out.empty() ? "" : ", ") + each.kind + " " + std::to_string(each.n);
  }
  return out;
}

}  // namespace lightstick::actors::room
