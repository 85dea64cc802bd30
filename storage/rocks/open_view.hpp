#pragma once

#include "storage/raw_view.hpp"
#include "storage/rocks/open.hpp"

namespace lightstick::storage::rocks {

/// Opens a database in order to look at it; changes nothing in its folder. Errors: as rocks::open.
[[nodiscard]] result<std::unique_ptr<raw_view>> open_view(const open_options& o);

}  // namespace lightstick::storage::rocks
