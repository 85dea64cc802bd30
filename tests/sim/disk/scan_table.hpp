#pragma once

#include <functional>
#include <iterator>
#include <map>
#include <string>

#include "storage/engine.hpp"

namespace lightstick::sim {

/// One family of an engine that keeps its tables in memory.
using memory_table = std::map<std::string, std::string, std::less<>>;

/// What `storage::engine_reader::scan` does, over a table.
inline void scan_table(const memory_table& of, const storage::scan_range& range, const storage::visitor& visit) {
  if (range.from >= range.to) return;
  auto from = of.lower_bound(range.from);
  auto to = of.lower_bound(range.to);
  if (range.backwards) {
    while (to != from && visit(std::prev(to)->first, std::prev(to)->second)) --to;
  } else {
    while (from != to && visit(from->first, from->second)) ++from;
  }
}

}  // namespace lightstick::sim
