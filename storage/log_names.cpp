#include "storage/log_names.hpp"

#include <array>
#include <memory>
#include <optional>

#include "storage/bytes.hpp"
#include "storage/errc.hpp"

namespace lightstick::storage {
namespace {

constexpr std::size_t header_bytes = 4;

/// The prefix of the log that `key` belongs to; empty when it begins with none.
std::string_view prefix_of(std::string_view key) {
  const auto size = log_prefix_size(key);
  return size > header_bytes ? key.substr(0, size) : std::string_view{};
}

/// The smallest prefix that one of the cursors is at; nothing at their end.
std::optional<std::string> smallest(std::array<std::unique_ptr<record_cursor>, 2>& cursors) {
  std::optional<std::string> least;
  for (auto& each : cursors) {
    while (each && each->valid() && prefix_of(each->key()).empty()) each->next();
    if (!each || !each->valid()) continue;
    const auto prefix = prefix_of(each->key());
    if (!least || prefix < *least) least = std::string(prefix);
  }
  return least;
}

}  // namespace

result<found_names> names_in_view(const raw_view& view, const names_wanted& what) {
  if (what.logs_max == 0 || what.looks_max == 0) return fail(errc::invalid, "a page holds at least one log");
  // Every log has an event, or a snapshot in the place of all of them.
  std::array<std::unique_ptr<record_cursor>, 2> cursors{view.cursor(family::journal), view.cursor(family::snapshots)};
  const auto seek = [&](const std::string& to) {
    for (auto& each : cursors) {
      if (each) each->seek(to);
    }
  };
  seek(what.cursor);
  found_names out;
  for (std::uint32_t looked = 0;; ++looked) {
    if (view.leaving()) return fail(errc::stopping, "the store is wanted back");
    const auto next = smallest(cursors);
    if (!next) return out;
    if (looked == what.looks_max || out.logs.size() == what.logs_max) {
      out.cursor = *next;
      return out;
    }
    log_id log{partition{get_big_endian<std::uint16_t>(*next)}, next->substr(header_bytes)};
    if (log.name.starts_with(what.name_begin)) out.logs.push_back(std::move(log));
    seek(prefix_end(*next));
  }
}

}  // namespace lightstick::storage
