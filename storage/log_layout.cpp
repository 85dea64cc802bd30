#include "storage/log_layout.hpp"

#include <algorithm>

#include "storage/record.hpp"

namespace lightstick::storage {
namespace {

write_op put(family f, std::string key, std::string value) {
  return {write_op::kind::put, f, std::move(key), std::move(value)};
}

write_op erase(family f, std::string key) { return {write_op::kind::erase, f, std::move(key), {}}; }

write_op encode_row(const std::string& prefix, const row_write& r) {
  auto f = r.table == row_table::history ? family::history : family::marks;
  auto key = row_key(prefix, r.key);
  if (!r.value) return erase(f, std::move(key));
  auto value = f == family::history ? encode_history_row(key, *r.value) : encode_mark(key, {r.expires_ms, *r.value});
  return put(f, std::move(key), std::move(value));
}

/// The reminder, and its place among those of its partition.
void encode_reminder_write(const std::string& prefix, const log_id& log, const reminder_write& r,
                           std::vector<write_op>& ops) {
  auto key = row_key(prefix, r.name);
  if (r.was_due_ms && r.was_due_ms != r.due_ms) {
    ops.push_back(erase(family::due, due_key({log.partition, *r.was_due_ms, log.name, r.name})));
  }
  if (!r.due_ms) {
    ops.push_back(erase(family::reminders, std::move(key)));
    return;
  }
  auto due = due_key({log.partition, *r.due_ms, log.name, r.name});
  auto due_value = encode_due(due);
  ops.push_back(put(family::due, std::move(due), std::move(due_value)));
  auto value = encode_reminder(key, {*r.due_ms, r.payload});
  ops.push_back(put(family::reminders, std::move(key), std::move(value)));
}

/// Gives the epoch it was written under.
result<epoch> load_snapshot(const engine_reader& disk, const std::string& prefix, loaded_log& into) {
  auto value = disk.get(family::snapshots, prefix);
  if (!value) return fail(std::move(value.error()));
  if (!*value) return epoch{};
  auto snapshot = decode_snapshot(prefix, **value);
  if (!snapshot) return fail(std::move(snapshot.error()));
  into.contents.snapshot.emplace(snapshot->state);
  into.contents.snapshot_at = snapshot->at;
  into.oldest = snapshot->oldest;
  return snapshot->epoch;
}

result<void> load_events(const engine_reader& disk, const std::string& prefix, epoch newest, log_contents& into) {
  result<void> outcome;
  into.last = into.snapshot_at;
  auto visit = [&](std::string_view key, std::string_view value) {
    if (key != journal_key(prefix, into.last.next())) {
      outcome = fail(errc::corrupt, describe(family::journal, key) + ": follows sequence " +
                                        std::to_string(into.last.value()) + ", what is between is gone");
      return false;
    }
    auto event = decode_event(key, value);
    if (!event) {
      outcome = fail(std::move(event.error()));
      return false;
    }
    if (event->epoch < newest) {
      outcome = fail(errc::corrupt, describe(family::journal, key) + ": written under epoch " +
                                        std::to_string(event->epoch.value()) + " after one under " +
                                        std::to_string(newest.value()));
      return false;
    }
    newest = event->epoch;
    into.events.emplace_back(event->event);
    into.last = into.last.next();
    return true;
  };
  auto scanned =
      disk.scan({family::journal, journal_key(prefix, into.snapshot_at.next()), prefix_end(prefix), false}, visit);
  if (!scanned) return scanned;
  return outcome;
}

result<void> load_reminders(const engine_reader& disk, const std::string& prefix, log_contents& into) {
  result<void> outcome;
  auto visit = [&](std::string_view key, std::string_view value) {
    auto stored = decode_reminder(key, value);
    if (!stored) {
      outcome = fail(std::move(stored.error()));
      return false;
    }
    into.reminders.push_back({std::string(key.substr(prefix.size())), stored->due_ms, std::string(stored->payload)});
    return true;
  };
  auto scanned = disk.scan({family::reminders, prefix, prefix_end(prefix), false}, visit);
  if (!scanned) return scanned;
  return outcome;
}

/// The payload of a reminder when it is due at that time; nothing when it is gone or due at another.
result<std::optional<std::string>> payload_of(const engine_reader& disk, const due_entry& due) {
  auto key = row_key(log_prefix({due.partition, due.log}), due.name);
  auto value = disk.get(family::reminders, key);
  if (!value) return fail(std::move(value.error()));
  if (!*value) return std::optional<std::string>{};
  auto stored = decode_reminder(key, **value);
  if (!stored) return fail(std::move(stored.error()));
  if (stored->due_ms != due.due_ms) return std::optional<std::string>{};
  return std::optional<std::string>(stored->payload);
}

}  // namespace

encoded_append encode_append(const std::string& prefix, const append_request& request, sequence oldest,
                             sequence superfluous) {
  const bool all = request.snapshot && !request.remove_later;
  const auto removed_to = all ? request.expected : superfluous;
  const auto removed_max = all ? events_removed_max : events_removed_an_event * request.events.size();
  encoded_append out;
  out.oldest = oldest;
  out.ops.reserve(request.events.size() + request.rows.size() + 3 * request.reminders.size() + 2);
  auto at = request.expected;
  for (const auto& event : request.events) {
    at = at.next();
    if (request.snapshot) continue;
    auto key = journal_key(prefix, at);
    auto value = encode_event(key, {request.owner_epoch, event});
    out.ops.push_back(put(family::journal, std::move(key), std::move(value)));
  }
  for (const auto& r : request.rows) out.ops.push_back(encode_row(prefix, r));
  for (const auto& r : request.reminders) encode_reminder_write(prefix, request.log, r, out.ops);
  if (request.history_floor) {
    out.ops.push_back(put(family::floors, prefix, encode_floor(prefix, *request.history_floor)));
  }
  for (std::uint64_t n = 0; n < removed_max && out.oldest <= removed_to; ++n) {
    out.ops.push_back(erase(family::journal, journal_key(prefix, out.oldest)));
    out.oldest = out.oldest.next();
  }
  if (!request.snapshot) return out;
  if (out.oldest > request.expected) out.oldest = at.next();
  out.ops.push_back(put(family::snapshots, prefix,
                        encode_snapshot(prefix, {request.owner_epoch, at, out.oldest, *request.snapshot})));
  return out;
}

result<loaded_log> load_log(const engine_reader& disk, const std::string& prefix, std::int64_t now_ms) {
  loaded_log out;
  out.oldest = sequence{1};
  auto snapshot = load_snapshot(disk, prefix, out);
  if (!snapshot) return fail(std::move(snapshot.error()));
  if (auto loaded = load_events(disk, prefix, *snapshot, out.contents); !loaded) return fail(std::move(loaded.error()));
  row_query marks;
  marks.table = row_table::marks;
  marks.rows_max = UINT32_MAX;
  marks.bytes_max = UINT32_MAX;
  auto page = load_rows(disk, prefix, marks, now_ms);
  if (!page) return fail(std::move(page.error()));
  out.contents.marks = std::move(page->rows);
  if (auto loaded = load_reminders(disk, prefix, out.contents); !loaded) return fail(std::move(loaded.error()));
  auto floor = load_floor(disk, prefix);
  if (!floor) return fail(std::move(floor.error()));
  out.contents.history_floor = std::move(*floor);
  return out;
}

result<std::string> load_floor(const engine_reader& disk, const std::string& prefix) {
  auto value = disk.get(family::floors, prefix);
  if (!value) return fail(std::move(value.error()));
  if (!*value) return std::string{};
  auto floor = decode_floor(prefix, **value);
  if (!floor) return fail(std::move(floor.error()));
  return std::string(*floor);
}

result<due_page> load_due(const engine_reader& disk, partition p, std::int64_t until_ms,
                          const std::string& after_cursor, std::uint32_t entries_max) {
  due_page page;
  page.cursor = after_cursor;
  if (until_ms < 0) return page;
  scan_range range{family::due, due_begin(p, 0), due_begin(p, until_ms), false};
  range.to = prefix_end(range.to);
  if (!after_cursor.empty()) {
    if (!after_cursor.starts_with(std::string_view(range.from).substr(0, sizeof p.value))) {
      return fail(errc::invalid, "cursor of due reminders is not of partition " + std::to_string(p.value));
    }
    range.from = after_cursor + '\0';
  }
  if (range.from >= range.to) return page;
  result<void> outcome;
  std::size_t bytes = 0;
  auto visit = [&](std::string_view key, std::string_view value) {
    if (page.entries.size() + page.damaged.size() >= entries_max || bytes > due_page_bytes_max) {
      page.more = true;
      return false;
    }
    auto entry = decode_due(key, value);
    auto payload = entry ? payload_of(disk, *entry) : result<std::optional<std::string>>(fail(entry.error()));
    if (!payload && !payload.error().is(condition::corrupt)) {
      outcome = fail(std::move(payload.error()));
      return false;
    }
    page.cursor = key;
    if (!payload) {
      page.damaged.push_back(std::move(payload.error()));
    } else if (*payload) {
      bytes += (*payload)->size();
      page.entries.push_back({std::move(entry->log), std::move(entry->name), entry->due_ms, std::move(**payload)});
    }
    return true;
  };
  if (auto scanned = disk.scan(range, visit); !scanned) return fail(std::move(scanned.error()));
  if (!outcome) return fail(std::move(outcome.error()));
  return page;
}

result<row_page> load_rows(const engine_reader& disk, const std::string& prefix, const row_query& query,
                           std::int64_t now_ms) {
  bool history = query.table == row_table::history;
  scan_range range{history ? family::history : family::marks,
                   query.after.empty() ? prefix : row_key(prefix, query.after) + '\0',
                   query.before.empty() ? prefix_end(prefix) : row_key(prefix, query.before), query.newest_first};
  row_page page;
  if (history) {
    auto floor = load_floor(disk, prefix);
    if (!floor) return fail(std::move(floor.error()));
    range.from = std::max(range.from, row_key(prefix, *floor));
  }
  if (range.from >= range.to) return page;
  result<void> outcome;
  std::uint64_t bytes = 0;
  auto visit = [&](std::string_view key, std::string_view stored) {
    if (page.rows.size() >= query.rows_max) {
      page.more = true;
      return false;
    }
    std::string_view value;
    if (history) {
      auto row = decode_history_row(key, stored);
      if (!row) {
        outcome = fail(std::move(row.error()));
        return false;
      }
      value = *row;
    } else {
      auto mark = decode_mark(key, stored);
      if (!mark) {
        outcome = fail(std::move(mark.error()));
        return false;
      }
      if (mark->expires_ms != 0 && mark->expires_ms <= now_ms) return true;
      value = mark->value;
    }
    if (!page.rows.empty() && bytes + value.size() > query.bytes_max) {
      page.more = true;
      return false;
    }
    bytes += value.size();
    page.rows.push_back({std::string(key.substr(prefix.size())), std::string(value)});
    return true;
  };
  if (auto scanned = disk.scan(range, visit); !scanned) outcome = fail(std::move(scanned.error()));
  if (outcome) return page;
  if (!history || page.rows.empty() || !outcome.error().is(condition::corrupt)) return fail(std::move(outcome.error()));
  page.more = true;
  return page;
}

}  // namespace lightstick::storage
