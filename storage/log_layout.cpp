#include "storage/log_layout.hpp"

#include "storage/record.hpp"

namespace lightstick::storage {
namespace {

write_op put(family f, std::string key, std::string value) {
  return {write_op::kind::put, f, std::move(key), std::move(value)};
}

write_op encode_row(const std::string& prefix, const row_write& r) {
  auto f = r.table == row_table::history ? family::history : family::marks;
  auto key = row_key(prefix, r.key);
  if (!r.value) return {write_op::kind::erase, f, std::move(key), {}};
  auto value = f == family::history ? encode_history_row(key, *r.value) : encode_mark(key, {r.expires_ms, *r.value});
  return put(f, std::move(key), std::move(value));
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

}  // namespace

encoded_append encode_append(const std::string& prefix, const append_request& request, sequence oldest) {
  encoded_append out;
  out.oldest = oldest;
  out.ops.reserve(request.events.size() + request.rows.size() + 1);
  auto at = request.expected;
  for (const auto& event : request.events) {
    at = at.next();
    if (request.snapshot) continue;
    auto key = journal_key(prefix, at);
    auto value = encode_event(key, {request.owner_epoch, event});
    out.ops.push_back(put(family::journal, std::move(key), std::move(value)));
  }
  for (const auto& r : request.rows) out.ops.push_back(encode_row(prefix, r));
  if (!request.snapshot) return out;
  for (std::uint64_t n = 0; n < events_removed_max && out.oldest <= request.expected; ++n) {
    out.ops.push_back({write_op::kind::erase, family::journal, journal_key(prefix, out.oldest), {}});
    out.oldest = out.oldest.next();
  }
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
  return out;
}

result<row_page> load_rows(const engine_reader& disk, const std::string& prefix, const row_query& query,
                           std::int64_t now_ms) {
  bool history = query.table == row_table::history;
  scan_range range{history ? family::history : family::marks,
                   query.after.empty() ? prefix : row_key(prefix, query.after) + '\0',
                   query.before.empty() ? prefix_end(prefix) : row_key(prefix, query.before), query.newest_first};
  row_page page;
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
