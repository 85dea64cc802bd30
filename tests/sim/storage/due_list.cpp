#include "tests/sim/storage/due_list.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "storage/keys.hpp"
#include "tests/sim/run.hpp"

namespace lightstick::sim {

std::optional<std::vector<storage::due_reminder>> read_due(const storage::store& from, partition p,
                                                           std::int64_t until_ms, std::uint32_t page_max) {
  std::vector<storage::due_reminder> out;
  std::string cursor;
  for (bool more = true; more;) {
    auto page = from.due_reminders(p, until_ms, cursor, page_max);
    if (!page && page.error().is(condition::corrupt)) throw violation(page.error().to_string());
    if (!page) return std::nullopt;
    if (!page->damaged.empty()) throw violation(page->damaged.front().to_string());
    if (page->entries.size() > page_max) throw violation("a page of reminders has too many");
    if (page->more && page->cursor <= cursor) throw violation("a page of reminders does not go on");
    more = page->more;
    cursor = std::move(page->cursor);
    std::ranges::move(page->entries, std::back_inserter(out));
  }
  return out;
}

void check_due(partition p, std::vector<storage::due_reminder> set, std::int64_t until_ms,
               const std::vector<storage::due_reminder>& given) {
  std::erase_if(set, [&](const storage::due_reminder& r) { return r.due_ms > until_ms; });
  std::ranges::sort(set, {}, [&](const storage::due_reminder& r) {
    return storage::due_key({p, r.due_ms, r.log, r.name});
  });
  const auto [is, should] = std::ranges::mismatch(given, set);
  if (should != set.end() && (is == given.end() || is->due_ms > should->due_ms)) {
    throw violation("lost: " + should->log + ": the reminder " + should->name + " is not among those that fall due");
  }
  if (is != given.end()) throw violation(is->log + ": the reminder " + is->name + " falls due and is none, or another");
}

}  // namespace lightstick::sim
