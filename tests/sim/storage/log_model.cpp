#include "tests/sim/storage/log_model.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "storage/bytes.hpp"
#include "tests/sim/trace.hpp"

namespace lightstick::sim {
namespace {

constexpr std::string_view snapshot_title = "state ";

std::uint64_t number_of(const std::string& key) {
  if (key.size() != 8) throw violation("a row's key has " + std::to_string(key.size()) + " bytes");
  return storage::get_big_endian<std::uint64_t>(key);
}

}  // namespace

std::string event_of(const std::string& cid) {
  auto size = hash_of(cid) % 200;
  return cid + ':' + std::string(size, static_cast<char>('a' + size % 26));
}

std::uint64_t chain_of(std::uint64_t before, const std::string& event) {
  std::string bytes = event;
  storage::put_big_endian(bytes, before);
  return hash_of(bytes);
}

std::string snapshot_of(std::uint64_t count, std::uint64_t chain) {
  return std::string(snapshot_title) + std::to_string(count) + ' ' + std::to_string(chain);
}

std::uint64_t chain_from(const std::string& snapshot) {
  std::uint64_t chain = 0;
  auto space = snapshot.rfind(' ');
  if (!snapshot.starts_with(snapshot_title) || space == std::string::npos) throw violation("a snapshot is none");
  std::from_chars(snapshot.data() + space + 1, snapshot.data() + snapshot.size(), chain);
  return chain;
}

std::string row_key_of(std::uint64_t at) {
  std::string key;
  storage::put_big_endian(key, at);
  return key;
}

void log_model::fail(const std::string& what) const { throw violation(name_ + ": " + what); }

void log_model::accepted(sequence expected, std::span<const std::string> cids, std::int64_t expires_ms, upkeep also) {
  auto at = expected.value();
  if (at < floor_) {
    fail("an append was accepted after " + std::to_string(at) + ", but " + std::to_string(floor_) + " is committed");
  }
  if (at > entries_.size()) fail("an append was accepted after " + std::to_string(at) + ", which nobody wrote");
  entries_.resize(at);
  for (const auto& cid : cids)
    entries_.push_back({cid, expires_ms, chain_of(chain_at(entries_.size()), event_of(cid)), false});
  entries_.back().ends_append = true;
  upkeep_.forget_after(at);
  upkeep_.accepted(entries_.size(), std::move(also));
}

void log_model::committed(sequence last) {
  if (last.value() > entries_.size()) fail("committed is " + std::to_string(last.value()) + ", which was not appended");
  floor_ = std::max(floor_, last.value());
}

void log_model::acknowledged(const std::string& cid, std::uint64_t at) {
  if (at == 0 || at > floor_) fail(cid + " was acknowledged at " + std::to_string(at) + " and is not committed");
  if (entries_.at(at - 1).cid != cid) {
    fail(cid + " was acknowledged at " + std::to_string(at) + ", where " + entries_.at(at - 1).cid + " is");
  }
  auto [known, fresh] = acknowledged_.try_emplace(cid, at);
  if (!fresh && known->second != at) {
    fail(cid + " was acknowledged at " + std::to_string(known->second) + " and at " + std::to_string(at));
  }
}

void log_model::check(const storage::log_contents& c, std::int64_t now_ms) {
  auto last = c.last.value();
  if (last < floor_) fail("lost: it ends at " + std::to_string(last) + ", committed was " + std::to_string(floor_));
  if (last > entries_.size()) fail("it ends at " + std::to_string(last) + ", which nobody wrote");
  if (last > 0 && !entries_.at(last - 1).ends_append) fail("half of an append is there, up to " + std::to_string(last));
  if (c.snapshot_at.value() + c.events.size() != last) fail("its events do not reach from the snapshot to the end");
  if (c.snapshot.has_value() != (c.snapshot_at.value() > 0)) fail("its snapshot has no place");
  auto chain = c.snapshot ? chain_from(*c.snapshot) : 0;
  if (chain != chain_at(c.snapshot_at.value())) fail("its snapshot is of another past");
  for (const auto& event : c.events) chain = chain_of(chain, event);
  if (chain != chain_at(last)) fail("replaying it to " + std::to_string(last) + " gives another state than it had");
  check_marks(c, now_ms);
  check_upkeep(c);
  floor_ = last;
}

void log_model::check_upkeep(const storage::log_contents& c) const {
  const auto kept = upkeep_.until(c.last.value());
  const auto begins = c.history_floor.empty() ? 0 : number_of(c.history_floor);
  if (begins != kept.floor) {
    fail("its history begins at " + std::to_string(begins) + ", it was told to at " + std::to_string(kept.floor));
  }
  for (const auto& r : c.reminders) {
    auto set = kept.reminders.find(r.name);
    if (set == kept.reminders.end()) fail("the reminder " + r.name + " is there, and nobody set it, or it was removed");
    if (set->second != r) fail("the reminder " + r.name + " is another");
  }
  if (c.reminders.size() != kept.reminders.size()) {
    fail("lost: it has " + std::to_string(c.reminders.size()) + " reminders of " +
         std::to_string(kept.reminders.size()));
  }
}

void log_model::check_marks(const storage::log_contents& c, std::int64_t now_ms) const {
  std::vector<storage::row> expected;
  for (std::uint64_t at = 1; at <= c.last.value(); ++at) {
    const auto& e = entries_.at(at - 1);
    if (e.expires_ms > now_ms) expected.push_back({e.cid, std::to_string(at)});
  }
  std::ranges::sort(expected, {}, &storage::row::key);
  if (c.marks.size() != expected.size()) {
    fail("it has " + std::to_string(c.marks.size()) + " marks instead of " + std::to_string(expected.size()));
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (c.marks[i] != expected[i]) fail("the mark of " + expected[i].key + " is another");
  }
}

void log_model::check_row(const storage::row& r, std::uint64_t at) const {
  if (number_of(r.key) != at)
    fail("row " + std::to_string(number_of(r.key)) + " where " + std::to_string(at) + " belongs");
  if (at > entries_.size() || r.value != event_of(entries_.at(at - 1).cid)) {
    fail("row " + std::to_string(at) + " is not what was written");
  }
}

void log_model::check(const storage::row_query& q, const storage::row_page& page) const {
  const auto after = q.after.empty() ? 0 : number_of(q.after);
  const auto before = q.before.empty() ? UINT64_MAX : number_of(q.before);
  // Appends under way may be committed, and with them a higher beginning of history.
  const auto low = std::max(after + 1, kept().floor);
  const auto low_perhaps = std::max(after + 1, upkeep_.until(entries_.size()).floor);
  const auto high = before - 1;
  const auto sure = std::min(floor_, high);
  if (page.rows.size() > q.rows_max) fail("a page has too many rows");
  if (page.rows.empty()) {
    if (low_perhaps <= sure) fail("lost: no row after " + std::to_string(after));
    return;
  }
  const auto first = number_of(page.rows.front().key);
  const auto end = number_of(page.rows.back().key);
  const auto least = std::min(first, end);
  if (least < low) fail("row " + std::to_string(least) + " is there again; history begins at " + std::to_string(low));
  if (!q.newest_first && first > low_perhaps) fail("lost: row " + std::to_string(low_perhaps));
  if (q.newest_first && (first < sure || first > high)) fail("the newest row is " + std::to_string(first));
  for (std::size_t i = 0; i < page.rows.size(); ++i) check_row(page.rows[i], q.newest_first ? first - i : first + i);
  bool all = q.newest_first ? end <= low_perhaps : end >= sure;
  if (!all && !page.more) fail("lost: a page ends at row " + std::to_string(end) + " and says that there is no more");
}

void log_model::check_all(const std::vector<storage::row>& history) const {
  const auto first = std::max<std::uint64_t>(kept().floor, 1);
  if (history.size() != floor_ + 1 - std::min(first, floor_ + 1)) {
    fail("it has " + std::to_string(history.size()) + " rows from " + std::to_string(first) + " to " +
         std::to_string(floor_));
  }
  std::unordered_map<std::string, std::uint64_t> seen;
  for (std::uint64_t at = 1; at <= floor_; ++at) {
    if (at >= first) check_row(history.at(at - first), at);
    const auto& cid = entries_.at(at - 1).cid;
    auto [known, fresh] = seen.try_emplace(cid, at);
    if (!fresh)
      fail("doubled: " + cid + " is there at " + std::to_string(known->second) + " and " + std::to_string(at));
  }
  for (const auto& [cid, at] : acknowledged_) {
    auto found = seen.find(cid);
    if (found == seen.end()) fail("lost: " + cid + ", acknowledged at " + std::to_string(at));
    if (found->second != at) fail(cid + " moved from " + std::to_string(at) + " to " + std::to_string(found->second));
  }
}

}  // namespace lightstick::sim
