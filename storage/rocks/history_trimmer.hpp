#pragma once

#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <mutex>

namespace lightstick::storage::rocks {

/// Leaves the rows of history that a floor hides out of the files that compactions write.
///
/// A compaction meets the keys of `history` in their order, which is that of `floors`: one iterator over the latter goes
/// along, and whole ranges are skipped unread. So it takes no memory that grows, and leaves no tombstone behind. A floor
/// that is damaged removes nothing.
///
/// A synced write is seen only after its sync. With durability::os a power cut may take back a floor whose rows are gone:
/// they are missing then, as if the floor were there, until it is raised again. (Syncing the log from here would end the
/// process when a write to it has just failed: RocksDB 7.8 asserts that nobody does.)
///
/// Thread-safe. Removes nothing unless attached.
class history_trimmer final : public rocksdb::CompactionFilterFactory {
 public:
  /// REQUIRES: both live until `detach`, and after it until compactions under way have ended.
  void attach(rocksdb::DB& db, rocksdb::ColumnFamilyHandle& floors);
  void detach();

  [[nodiscard]] const char* Name() const override { return "lightstick.history_trimmer"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& context) override;

 private:
  std::mutex mutex_;
  rocksdb::DB* db_ = nullptr;
  rocksdb::ColumnFamilyHandle* floors_ = nullptr;
};

}  // namespace lightstick::storage::rocks
