#pragma once

#include <rocksdb/db.h>

#include "runtime/base/result.hpp"
#include "storage/backup_copy.hpp"

namespace lightstick::storage::rocks {

/// Adds a back-up of an open database to those in a folder. Writes go on meanwhile. Thread: any; blocks until it is
/// done. Errors: disk_full, io_failed, corrupt, stopping (`watch` said so).
[[nodiscard]] result<backup_copied> copy_backup(rocksdb::DB& db, const backup_copy& order);

}  // namespace lightstick::storage::rocks
