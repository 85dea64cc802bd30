#pragma once

#include "actors/revocations/messages.hpp"
#include "runtime/system.hpp"

namespace lightstick::actors::revocations {

void register_kind(runtime::system& sys);

}  // namespace lightstick::actors::revocations
