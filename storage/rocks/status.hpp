#pragma once

#include <rocksdb/status.h>
#include <string>

#include "runtime/base/result.hpp"

namespace lightstick::storage::rocks {

/// The one place where RocksDB's errors become ours. `doing` begins the detail: "read journal, partition 7, ...".
/// REQUIRES: !s.ok().
[[nodiscard]] error to_error(const rocksdb::Status& s, const std::string& doing);

}  // namespace lightstick::storage::rocks
