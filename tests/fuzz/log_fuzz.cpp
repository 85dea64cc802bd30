// What a store reads of a whole log, and of itself, from an engine that holds anything.
//
//     input    entries, each: family (1) | place (1) | version (1) | type (1) | length (1) | payload

#include <array>

#include "storage/identity.hpp"
#include "storage/log_layout.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/seal.hpp"
#include "tests/sim/disk/scan_table.hpp"

namespace lightstick::storage {
namespace {

using fuzz::require;

class made_up_engine final : public engine_reader {
 public:
  [[nodiscard]] result<std::optional<std::string>> get(family f, std::string_view key) const override {
    const auto& table = tables_.at(static_cast<std::size_t>(f));
    auto found = table.find(key);
    return found == table.end() ? std::optional<std::string>{} : found->second;
  }
  [[nodiscard]] result<void> scan(const scan_range& range, const visitor& visit) const override {
    sim::scan_table(tables_.at(static_cast<std::size_t>(range.family)), range, visit);
    return {};
  }
  void put(family f, const std::string& key, std::string value) {
    tables_.at(static_cast<std::size_t>(f))[key] = std::move(value);
  }

 private:
  std::array<sim::memory_table, family_count> tables_;
};

std::string key_at(family f, const std::string& prefix, std::uint8_t place) {
  switch (f) {
    case family::journal: return journal_key(prefix, sequence{place});
    case family::snapshots:
    case family::floors: return prefix;
    case family::due:
      return due_key({partition{7}, place / 16, "room/aurora", std::string(1, static_cast<char>(place % 16))});
    case family::meta:
      return std::string(place == 0   ? format_key
                         : place == 1 ? store_id_key
                         : place == 2 ? history_id_key
                                      : std::string_view(epoch_key(partition{place})));
    default: return row_key(prefix, std::string(1, static_cast<char>(place)));
  }
}

void read_all(const made_up_engine& disk, const std::string& prefix) {
  constexpr std::int64_t now_ms = 1'790'000'000'000;
  if (auto log = load_log(disk, prefix, now_ms)) {
    const auto& c = log->contents;
    require(c.last.value() == c.snapshot_at.value() + c.events.size());
    require(c.snapshot.has_value() || c.snapshot_at == sequence{});
  } else {
    require(!log.error().to_string().empty());
  }
  for (bool newest_first : {false, true}) {
    row_query q;
    q.newest_first = newest_first;
    q.rows_max = 3;
    q.bytes_max = 100;
    for (int pages = 0; pages < 300; ++pages) {
      auto page = load_rows(disk, prefix, q, now_ms);
      if (!page) break;
      require(page->rows.size() <= q.rows_max);
      if (!page->more) break;
      require(!page->rows.empty());
      (newest_first ? q.before : q.after) = page->rows.back().key;
    }
  }
  std::string cursor;
  for (int pages = 0; pages < 300; ++pages) {
    auto page = load_due(disk, partition{7}, 9, cursor, 3);
    if (!page) break;
    require(page->entries.size() <= 3);
    if (!page->more) break;
    require(page->cursor > cursor);
    cursor = page->cursor;
  }
  (void)read_identity(disk);
  (void)read_epochs(disk);
}

}  // namespace
}  // namespace lightstick::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lightstick::storage;
  lightstick::fuzz::input in(data, size);
  const auto prefix = log_prefix({lightstick::partition{7}, "room/aurora"});
  made_up_engine disk;
  while (!in.empty()) {
    auto f = static_cast<family>(in.byte() % family_count);
    auto key = key_at(f, prefix, in.byte());
    auto version = in.byte();
    auto type = in.byte();
    auto payload = in.text();
    disk.put(f, key, version == 0xFF ? payload : lightstick::fuzz::seal(key, version, type, payload));
  }
  read_all(disk, prefix);
  return 0;
}
