#pragma once

#include <array>
#include <string>

#include "runtime/base/ids.hpp"
#include "runtime/base/random.hpp"
#include "storage/engine.hpp"

/// What `family::meta` says about the store as a whole.
namespace lightstick::storage {

/// Of the data folder. A folder of a newer format is refused; older ones stay readable.
/// 2 added the families reminders, due and floors.
inline constexpr std::uint64_t folder_format = 2;

struct identity {
  std::string store_id;              ///< 32 hex digits
  lightstick::history_id history_id; ///< 16 hex digits
  std::uint64_t format = folder_format;
};

[[nodiscard]] identity make_identity(random_source& random);
/// Durable on return. Errors: disk_full, io_failed.
[[nodiscard]] result<void> write_identity(engine& disk, const identity& who);
/// Gives a new store its identity. Durable on return. Errors: disk_full, io_failed.
[[nodiscard]] result<identity> introduce(engine& disk);
/// Writes down that the store has the format of this program. Durable on return. Errors: disk_full, io_failed.
[[nodiscard]] result<void> write_format(engine& disk);
/// Another store id and history id, and nothing else. Durable on return. Errors: disk_full, io_failed.
[[nodiscard]] result<void> change_identity(engine& disk, const identity& who);
/// Nothing when the engine holds no identity: it is new. Errors: corrupt, newer_format, io_failed.
[[nodiscard]] result<std::optional<identity>> read_identity(const engine_reader& disk);

/// All partitions; 0 for one that was never owned. Errors: corrupt, newer_format, io_failed.
[[nodiscard]] result<std::array<epoch, partition_count>> read_epochs(const engine_reader& disk);
[[nodiscard]] write_op encode_epoch(partition p, epoch e);

/// The sentence for a folder of a format that this program does not know.
[[nodiscard]] std::string newer_format_message(const std::string& format);

}  // namespace lightstick::storage
