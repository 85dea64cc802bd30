#pragma once

#include <memory>

#include "runtime/cell.hpp"
#include "runtime/durable_log.hpp"

namespace lightstick::runtime {

/// Hands commits of one generation on to the actor that waits for them; drops them when it has gone.
[[nodiscard]] std::shared_ptr<append_listener> make_commit_listener(weak_cell to, std::uint32_t generation);

}  // namespace lightstick::runtime
