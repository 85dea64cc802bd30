#pragma once

#include <atomic>
#include <memory>
#include <shared_mutex>

#include "storage/raw_view.hpp"
#include "storage/rocks/database.hpp"
#include "storage/rocks/open_view.hpp"

namespace lightstick::storage::rocks {

/// Of a database that is open elsewhere and stays so while the view lives. `leaving`, when given, is looked at now and
/// then, and outlives the view.
[[nodiscard]] std::unique_ptr<raw_view> view_of(database& db, std::shared_lock<std::shared_mutex> lock,
                                                const std::atomic<bool>* leaving);

}  // namespace lightstick::storage::rocks
