#pragma once

#include <memory>

#include "storage/engine.hpp"
#include "tests/sim/run.hpp"

namespace lightstick::sim {

/// An engine that writes what a store would that is broken in this way; reads are those of `inside`. Only of a breakage for
/// which `breaks_writes` is true. As `inside` in all else.
[[nodiscard]] std::unique_ptr<storage::engine> break_engine(std::unique_ptr<storage::engine> inside, breakage how);

[[nodiscard]] bool breaks_writes(breakage how) noexcept;

}  // namespace lightstick::sim
