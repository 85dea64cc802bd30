#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/user/user_state.hpp"

/// The records of a user, as docs/formats.md lists them. Pure; every decoder's error is corrupt and names the record.
namespace lightstick::actors::user {

[[nodiscard]] std::string encode(const event& e);
[[nodiscard]] result<event> decode_event(std::string_view record);

[[nodiscard]] std::string encode(const std::vector<room_cursor>& rooms);
[[nodiscard]] result<std::vector<room_cursor>> decode_snapshot(std::string_view record);

}  // namespace lightstick::actors::user
