#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "runtime/base/result.hpp"
#include "storage/engine.hpp"

/// The writes of `measure_commits` on RocksDB alone: what they are compared with.
namespace lightstick::tools::bench {

/// One put or erase; the bytes belong to whoever made it.
struct raw_op {
  storage::write_op::kind what;
  storage::family family;
  std::string_view key;
  std::string_view value;
};
using raw_group = std::vector<raw_op>;

/// Writes the groups one after the other, each with one fsync, into a new database in `folder` (made, and left there)
/// with as many column families and otherwise RocksDB's defaults. The time that the writes took. Errors: io_failed.
[[nodiscard]] result<std::chrono::nanoseconds> bare_rocks_writes(const std::filesystem::path& folder,
                                                                 const std::vector<raw_group>& groups);

/// Writes the first `count` of the same ops as they fall due, evenly, in `lasting`; all that is due goes with one fsync
/// as soon as the last one has ended. Milliseconds from when each op was due until it was durable: what the disk leaves
/// to anybody. REQUIRES: there are as many. Errors: io_failed.
[[nodiscard]] result<std::vector<double>> bare_rocks_steady(const std::filesystem::path& folder,
                                                            const std::vector<raw_group>& groups, std::size_t count,
                                                            std::chrono::nanoseconds lasting);

}  // namespace lightstick::tools::bench
