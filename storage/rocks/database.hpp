#pragma once

#include <rocksdb/db.h>
#include <array>
#include <memory>

#include "storage/rocks/history_trimmer.hpp"
#include "storage/rocks/open.hpp"

namespace lightstick::storage::rocks {

/// An open RocksDB with its column families.
class database {
 public:
  enum class access : std::uint8_t {
    read_write,
    read_only,
    inspect,  ///< as read_only; nothing in the folder changes
  };

  /// REQUIRES: `clock` outlives it. Errors: as rocks::open.
  [[nodiscard]] static result<std::unique_ptr<database>> open(const open_options& o, access a,
                                                              const std::shared_ptr<rocksdb::Cache>& cache,
                                                              const clock_source& clock);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  [[nodiscard]] rocksdb::DB& db() const { return *db_; }
  /// REQUIRES: the family is there, see `families`.
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(family f) const { return handles_.at(static_cast<std::size_t>(f)); }

 private:
  explicit database(std::unique_ptr<rocksdb::DB> db);

  std::shared_ptr<history_trimmer> trimmer_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, family_count> handles_{};
};

}  // namespace lightstick::storage::rocks
