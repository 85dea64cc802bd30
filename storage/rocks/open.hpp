#pragma once

#include <filesystem>
#include <memory>

#include "runtime/base/clock.hpp"
#include "storage/engine.hpp"

namespace rocksdb {
class Env;
}

namespace lightstick::storage::rocks {

struct open_options {
  std::filesystem::path path;       ///< the engine's own folder
  bool create = false;              ///< it must not exist yet; otherwise it must
  std::size_t memory_bytes = 0;     ///< block cache, filters, indexes and write buffers together
  rocksdb::Env* env = nullptr;      ///< the machine's when null; must outlive the engine
};

/// Opens RocksDB. REQUIRES: `clock` outlives the engine; marks that it says have expired are dropped in compactions.
/// Errors: locked, not_permitted, disk_full, corrupt (names the file and the remedy), io_failed.
[[nodiscard]] result<std::unique_ptr<engine>> open(const open_options& o, const clock_source& clock);

}  // namespace lightstick::storage::rocks
