#pragma once

#include <cstdint>

#include "storage/rocks/open.hpp"

namespace lightstick::storage::rocks {

/// Whether there is room to open the database: opening writes what the log or the memory holds (`unwritten_bytes`) to
/// tables, and RocksDB 7.8 can end the process when the disk fills up under it. A file system that does not tell is taken
/// to have room. Errors: disk_full.
[[nodiscard]] result<void> check_disk_room(const open_options& o, std::uint64_t unwritten_bytes);

/// The bytes of the write-ahead log in the folder of a database that is closed; 0 when there is none.
[[nodiscard]] std::uint64_t log_bytes(const open_options& o);

}  // namespace lightstick::storage::rocks
