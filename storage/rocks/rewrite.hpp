#pragma once

#include <atomic>
#include <functional>
#include <span>

#include "storage/engine.hpp"
#include "storage/rocks/database.hpp"

namespace lightstick::storage::rocks {

/// What engine::rewrite does, on an open database. Ends soon after `go_on` says no. Blocks; a second thread compacts,
/// so that `go_on` is asked meanwhile. Errors: as engine::rewrite.
[[nodiscard]] result<void> rewrite(database& db, std::span<const key_span> spans, const std::function<bool()>& go_on);

}  // namespace lightstick::storage::rocks
