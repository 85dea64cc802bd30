#pragma once

#include "runtime/kind_options.hpp"

/// What operators meet of a user's commands: as bytes when one is set aside, as a line when they look. Thread: any.
namespace lightstick::actors::user {

[[nodiscard]] runtime::command_codec make_codec();

/// "user::move_cursor room/aurora to 45".
[[nodiscard]] std::string describe(const runtime::message& m);

}  // namespace lightstick::actors::user
