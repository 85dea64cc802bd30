#pragma once

#include "storage/engine.hpp"
#include "storage/rocks/database.hpp"

namespace lightstick::storage::rocks {

/// What RocksDB says of itself, all but `log_bytes`.
[[nodiscard]] engine_state state_of(const database& d);

}  // namespace lightstick::storage::rocks
