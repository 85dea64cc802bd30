#pragma once

#include "runtime/base/result.hpp"

namespace lightstick::storage {

/// Every way in which the store says no. The condition in brackets is what a caller can act on.
enum class errc : std::uint8_t {
  corrupt = 1,     ///< stored bytes are damaged; the detail names family and key (corrupt)
  newer_format,    ///< written by a newer version than this one (invalid)
  not_a_store,     ///< the folder holds something else (invalid)
  missing,         ///< there is no data folder, and none was to be made (not_found)
  locked,          ///< another process has the data folder open (retryable)
  not_permitted,   ///< the operating system denies access to the data folder (denied)
  disk_full,       ///< no room: nothing was written; goes on by itself when there is room (retryable)
  io_failed,       ///< the disk or the engine failed: nothing was written (retryable)
  queue_full,      ///< too many appends or bytes wait (overloaded)
  not_open,        ///< the log is not open for appends, or an append of it failed: open it (again) (retryable)
  stale_epoch,     ///< the partition has a newer owner (not_owner)
  stale_sequence,  ///< something else was appended since: open the log again (retryable)
  invalid,         ///< an argument that can never work (invalid)
  stopping,        ///< the store is closing (retryable)
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc e) noexcept;

}  // namespace lightstick::storage

template <>
struct std::is_error_code_enum<lightstick::storage::errc> : std::true_type {};
