#pragma once

#include <optional>
#include <string>

#include "actors/chat_message.hpp"

/// The contract of `gate/node`: somebody outside who is asked whether a fan's message may be said, before a room hears of it.
namespace lightstick::actors::gate {

inline constexpr const char* kind = "gate";
inline constexpr const char* key = "node";

/// -> verdict. Errors: whatever kept the question from being answered; nothing is said of the message then.
struct question {
  room_id room;
  user_id user;
  device_id device;
  std::string name;
  role as = role::fan;
  std::string cid;
  std::string text;
  std::optional<offset> reply_to;
  std::optional<std::int64_t> vt;
  std::string data;  ///< a map as msgpack; empty = none
  static constexpr bool idempotent = true;
};

struct verdict {
  bool allowed = true;
  std::string why;  ///< told to the sender when it is not
};

}  // namespace lightstick::actors::gate
