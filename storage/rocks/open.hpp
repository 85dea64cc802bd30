#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/base/clock.hpp"
#include "storage/engine.hpp"

namespace rocksdb {
class Env;
}

namespace lightstick::storage::rocks {

/// Which families a database has: later formats of the data folder have more than earlier ones.
enum class families : std::uint8_t {
  all,            ///< it must have all
  those_there,    ///< it may lack some, which must not be used
  make_missing,   ///< it gets those that it lacks
};

struct open_options {
  std::filesystem::path path;       ///< the engine's own folder
  bool create = false;              ///< it must not exist yet; otherwise it must
  std::size_t memory_bytes = 0;     ///< block cache, filters, indexes and write buffers together
  rocksdb::Env* env = nullptr;      ///< the machine's when null; must outlive the engine
  rocks::families families = families::all;  ///< of one that exists
};

/// The families that an existing database lacks. Errors: as open.
[[nodiscard]] result<std::vector<family>> missing_families(const open_options& o);

/// Opens RocksDB. REQUIRES: `clock` outlives the engine; marks that it says have expired are dropped in compactions.
/// Errors: locked, not_permitted, disk_full, corrupt (names the file and the remedy), io_failed.
[[nodiscard]] result<std::unique_ptr<engine>> open(const open_options& o, const clock_source& clock);

}  // namespace lightstick::storage::rocks
