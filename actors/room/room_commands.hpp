#pragma once

#include "runtime/kind_options.hpp"

/// What operators meet of a room's commands: as bytes when one is set aside, as a line when they look. Thread: any.
namespace lightstick::actors::room {

[[nodiscard]] runtime::command_codec make_codec();

/// "room::publish user/17 device web-1, 24 bytes": never what people wrote, nor their names.
[[nodiscard]] std::string describe(const runtime::message& m);

}  // namespace lightstick::actors::room
