#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/store.hpp"

namespace lightstick::sim {

/// What is due in a partition at `until_ms`, in pages of `page_max`; nothing when the disk fails. Throws violation for
/// damage, and for pages that are not as they were asked for.
[[nodiscard]] std::optional<std::vector<storage::due_reminder>> read_due(const storage::store& from, partition p,
                                                                         std::int64_t until_ms, std::uint32_t page_max);

/// Throws violation when `given` is not what of `set` is due at `until_ms`, in order of time, each once.
void check_due(partition p, std::vector<storage::due_reminder> set, std::int64_t until_ms,
               const std::vector<storage::due_reminder>& given);

}  // namespace lightstick::sim
