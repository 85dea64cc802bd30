#pragma once

#include <rocksdb/db.h>

#include "storage/rocks/open.hpp"

namespace lightstick::storage::rocks {

/// RocksDB set up for this store: everything that uses memory inside one budget, threads for two cores, nothing
/// trusted that can be checked.
[[nodiscard]] rocksdb::DBOptions database_options(const open_options& o, std::shared_ptr<rocksdb::Cache> cache);
[[nodiscard]] std::shared_ptr<rocksdb::Cache> make_cache(std::size_t memory_bytes);

[[nodiscard]] rocksdb::ColumnFamilyOptions column_family(family f, const open_options& o,
                                                         const std::shared_ptr<rocksdb::Cache>& cache,
                                                         const clock_source& clock);

}  // namespace lightstick::storage::rocks
