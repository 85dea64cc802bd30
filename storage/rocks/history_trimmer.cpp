#include "storage/rocks/history_trimmer.hpp"

#include <string>
#include <string_view>

#include "storage/keys.hpp"
#include "storage/record.hpp"

namespace lightstick::storage::rocks {
namespace {

/// Floors that are passed one by one before the next one is sought.
constexpr int steps_max = 16;

std::string_view view_of(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

/// One compaction, one thread, keys in rising order.
class history_filter final : public rocksdb::CompactionFilter {
 public:
  explicit history_filter(std::unique_ptr<rocksdb::Iterator> floors) : floors_(std::move(floors)) {
    floors_->SeekToFirst();
  }
  [[nodiscard]] const char* Name() const override { return "lightstick.history_filter"; }

  Decision FilterV2(int /*level*/, const rocksdb::Slice& key, ValueType type, const rocksdb::Slice& /*value*/,
                    std::string* /*new_value*/, std::string* skip_until) const override {
    if (type != ValueType::kValue) return Decision::kKeep;
    auto row = view_of(key);
    auto prefix = row.substr(0, log_prefix_size(row));
    if (prefix.empty()) return Decision::kKeep;
    if (prefix != prefix_) find(prefix);
    if (row >= first_shown_) return Decision::kKeep;
    *skip_until = first_shown_;
    return Decision::kRemoveAndSkipUntil;
  }

 private:
  void find(std::string_view prefix) const {
    prefix_ = prefix;
    first_shown_.clear();
    for (int steps = 0; floors_->Valid() && view_of(floors_->key()) < prefix; ++steps) {
      if (steps < steps_max) {
        floors_->Next();
      } else {
        floors_->Seek(prefix_);
      }
    }
    if (!floors_->Valid() || view_of(floors_->key()) != prefix) return;
    first_shown_ = first_row_shown(prefix, view_of(floors_->value()));
  }

  const std::unique_ptr<rocksdb::Iterator> floors_;
  mutable std::string prefix_;       ///< the log that the last key was of
  mutable std::string first_shown_;  ///< its rows from here on are kept; empty: all
};

}  // namespace

void history_trimmer::attach(rocksdb::DB& db, rocksdb::ColumnFamilyHandle& floors) {
  std::lock_guard lock(mutex_);
  db_ = &db;
  floors_ = &floors;
}

void history_trimmer::detach() {
  std::lock_guard lock(mutex_);
  db_ = nullptr;
}

std::unique_ptr<rocksdb::CompactionFilter> history_trimmer::CreateCompactionFilter(
    const rocksdb::CompactionFilter::Context& /*context*/) {
  std::lock_guard lock(mutex_);
  if (db_ == nullptr) return nullptr;
  rocksdb::ReadOptions how;
  how.fill_cache = false;
  return std::make_unique<history_filter>(std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(how, floors_)));
}

}  // namespace lightstick::storage::rocks
