#pragma once

#include <cstdint>
#include <functional>

namespace lightstick::storage {

/// Told now and then how far a long work is; false ends it with errc::stopping. `total` is an estimate. Called on any
/// thread, never on two at once; must not throw. Empty: nobody asks.
using progress = std::function<bool(std::uint64_t done_bytes, std::uint64_t total_bytes)>;

}  // namespace lightstick::storage
