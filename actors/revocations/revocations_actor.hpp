#pragma once

#include "actors/revocations/messages.hpp"
#include "runtime/system.hpp"

namespace lightstick::actors::revocations {

[[nodiscard]] runtime::kind_options make_kind();
void register_kind(runtime::system& sys);

}  // namespace lightstick::actors::revocations
