#include "storage/rocks/view.hpp"

#include <rocksdb/table_properties.h>
#include <algorithm>
#include <atomic>
#include <set>

#include "runtime/base/clock.hpp"
#include "storage/resync.hpp"
#include "storage/rocks/disk_room.hpp"
#include "storage/rocks/status.hpp"
#include "storage/rocks/tuning.hpp"

namespace lightstick::storage::rocks {
namespace {

constexpr std::size_t readahead_bytes = std::size_t{1} << 20U;

rocksdb::Slice slice_of(std::string_view s) { return {s.data(), s.size()}; }
std::string_view text_of(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

class cursor final : public record_cursor {
 public:
  cursor(const database& db, family f, const rocksdb::Snapshot* at, std::optional<std::string> prefix)
      : prefix_(std::move(prefix)), end_(prefix_ ? prefix_end(*prefix_) : std::string()), upper_(end_) {
    rocksdb::ReadOptions how;
    how.snapshot = at;
    how.fill_cache = false;
    how.verify_checksums = true;
    if (prefix_) {
      how.iterate_upper_bound = &upper_;
      how.prefix_same_as_start = true;
    } else {
      how.readahead_size = readahead_bytes;
      how.total_order_seek = true;
    }
    it_.reset(db.db().NewIterator(how, db.handle(f)));
    seek(prefix_ ? *prefix_ : std::string());
  }

  [[nodiscard]] bool valid() const override { return it_->Valid(); }
  [[nodiscard]] std::string_view key() const override { return text_of(it_->key()); }
  [[nodiscard]] std::string_view value() const override { return text_of(it_->value()); }
  [[nodiscard]] const std::optional<key_gap>& gap() const override { return gap_; }

  void next() override {
    last_.assign(it_->key().data(), it_->key().size());
    it_->Next();
    pass_over_damage();
  }
  void seek(std::string_view key) override {
    last_ = key;
    it_->Seek(slice_of(key));
    pass_over_damage();
  }

 private:
  void pass_over_damage() {
    gap_.reset();
    if (it_->Valid() || it_->status().ok()) return;
    gap_ = key_gap{last_, std::nullopt, it_->status().ToString()};
    auto at = next_readable(last_, [&](const std::string& from) {
      if (prefix_ && from >= end_) return true;
      it_->Seek(slice_of(from));
      return it_->Valid() || it_->status().ok();
    });
    if (!at || (prefix_ && *at >= end_)) {
      it_->Seek(slice_of(end_of_all()));  // leaves the cursor invalid
      return;
    }
    it_->Seek(slice_of(*at));
    if (it_->Valid()) gap_->before = std::string(key());
  }
  [[nodiscard]] std::string end_of_all() const { return prefix_ ? end_ : std::string(8, '\xFF'); }

  const std::optional<std::string> prefix_;
  const std::string end_;
  const rocksdb::Slice upper_;
  std::unique_ptr<rocksdb::Iterator> it_;
  std::string last_;
  std::optional<key_gap> gap_;
};

/// The one key of a log, as a read of that key gives it: a filter may know that it is not there.
class point_cursor final : public record_cursor {
 public:
  point_cursor(const database& db, family f, const rocksdb::Snapshot* at, const std::string& prefix) : key_(prefix) {
    rocksdb::ReadOptions how;
    how.snapshot = at;
    how.fill_cache = false;
    auto s = db.db().Get(how, db.handle(f), prefix, &value_);
    valid_ = s.ok();
    if (!s.ok() && !s.IsNotFound()) gap_ = key_gap{prefix, std::nullopt, s.ToString()};
  }
  [[nodiscard]] bool valid() const override { return valid_; }
  [[nodiscard]] std::string_view key() const override { return key_; }
  [[nodiscard]] std::string_view value() const override { return value_; }
  [[nodiscard]] const std::optional<key_gap>& gap() const override { return gap_; }
  void next() override { seek(key_ + '\0'); }
  void seek(std::string_view key) override {
    if (key <= key_) return;
    valid_ = false;
    gap_.reset();
  }

 private:
  const std::string key_;
  std::string value_;
  bool valid_ = false;
  std::optional<key_gap> gap_;
};

class database_view final : public raw_view {
 public:
  database_view(std::unique_ptr<database> owned, database& db, std::shared_lock<std::shared_mutex> lock,
                const std::atomic<bool>* leaving)
      : lock_(std::move(lock)), owned_(std::move(owned)), db_(db), leaving_(leaving), at_(db.db().GetSnapshot()) {}
  ~database_view() override { db_.db().ReleaseSnapshot(at_); }
  database_view(const database_view&) = delete;
  database_view& operator=(const database_view&) = delete;

  [[nodiscard]] std::unique_ptr<record_cursor> cursor(family f) const override { return open_cursor(f, std::nullopt); }
  [[nodiscard]] std::unique_ptr<record_cursor> log_cursor(family f, const std::string& prefix) const override {
    if (db_.handle(f) != nullptr && !many_keys_a_log(f)) return std::make_unique<point_cursor>(db_, f, at_, prefix);
    return open_cursor(f, prefix);
  }

  [[nodiscard]] std::vector<std::string> tables() const override {
    std::vector<rocksdb::LiveFileMetaData> files;
    db_.db().GetLiveFilesMetaData(&files);
    std::vector<std::string> out;
    out.reserve(files.size());
    for (const auto& f : files) out.push_back(f.relative_filename);
    return out;
  }

  [[nodiscard]] result<std::vector<family_size>> sizes() const override {
    std::vector<family_size> out;
    for (auto f : all_families) {
      if (db_.handle(f) == nullptr) continue;
      auto one = size_of(f);
      if (!one) return fail(std::move(one.error()));
      out.push_back(std::move(*one));
    }
    return out;
  }

  [[nodiscard]] std::uint64_t log_bytes() const override {
    open_options o;
    o.path = db_.db().GetName();
    return rocks::log_bytes(o);
  }
  [[nodiscard]] bool leaving() const override { return leaving_ != nullptr && *leaving_; }

 private:
  [[nodiscard]] std::unique_ptr<record_cursor> open_cursor(family f, std::optional<std::string> prefix) const {
    if (db_.handle(f) == nullptr) return nullptr;
    return std::make_unique<rocks::cursor>(db_, f, at_, std::move(prefix));
  }

  [[nodiscard]] result<family_size> size_of(family f) const {
    family_size out;
    out.family = f;
    rocksdb::ColumnFamilyMetaData meta;
    db_.db().GetColumnFamilyMetaData(db_.handle(f), &meta);
    for (const auto& level : meta.levels) {
      if (!level.files.empty()) out.levels.push_back({level.level, level.files.size(), level.size});
      out.bytes += level.size;
    }
    rocksdb::TablePropertiesCollection tables;
    if (auto s = db_.db().GetPropertiesOfAllTables(db_.handle(f), &tables); !s.ok()) {
      return fail(to_error(s, "read the tables of " + std::string(to_string(f))));
    }
    std::set<std::string> compressions;
    for (const auto& [name, table] : tables) {
      out.entries += table->num_entries;
      out.raw_bytes += table->raw_key_size + table->raw_value_size;
      compressions.insert(table->compression_name);
    }
    for (const auto& c : compressions) out.compression += (out.compression.empty() ? "" : "+") + c;
    return out;
  }

  std::shared_lock<std::shared_mutex> lock_;
  std::unique_ptr<database> owned_;
  database& db_;
  const std::atomic<bool>* leaving_;
  const rocksdb::Snapshot* at_;
};

}  // namespace

std::unique_ptr<raw_view> view_of(database& db, std::shared_lock<std::shared_mutex> lock,
                                  const std::atomic<bool>* leaving) {
  return std::make_unique<database_view>(nullptr, db, std::move(lock), leaving);
}

result<std::unique_ptr<raw_view>> open_view(const open_options& o) {
  auto opened = database::open(o, database::access::inspect, make_cache(o.memory_bytes), system_clock_source());
  if (!opened) return fail(std::move(opened.error()));
  auto& db = **opened;
  return std::make_unique<database_view>(std::move(*opened), db, std::shared_lock<std::shared_mutex>(), nullptr);
}

}  // namespace lightstick::storage::rocks
