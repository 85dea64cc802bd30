#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/result.hpp"
#include "storage/keys.hpp"
#include "storage/raw_view.hpp"

/// Which logs there are, without reading what is in them.
namespace lightstick::storage {

struct names_wanted {
  std::string name_begin{};   ///< of the logs' names: "room/"
  std::string cursor{};       ///< of the page before, or empty
  std::uint32_t logs_max = 100;  ///< in one page, at least 1
  std::uint32_t looks_max = 10'000;  ///< logs of any name that are passed for one page, at least 1
};

struct found_names {
  std::vector<log_id> logs;  ///< in the order of their keys
  std::string cursor;        ///< where the next page begins; empty: there is none
};

/// One page of a view: two looks into the index a log, however much it holds. Logs that cannot be read are left out.
/// Errors: invalid, stopping (the view's owner wants it back).
[[nodiscard]] result<found_names> names_in_view(const raw_view& view, const names_wanted& what);

}  // namespace lightstick::storage
