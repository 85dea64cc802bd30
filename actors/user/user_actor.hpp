#pragma once

#include "runtime/system.hpp"

namespace lightstick::actors::user {

/// Makes `user/<id>` a durable kind of `sys`.
void register_kind(runtime::system& sys);

}  // namespace lightstick::actors::user
