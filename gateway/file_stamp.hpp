#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lightstick::gateway {

/// What tells that a file is another than it was.
struct file_stamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t changed_ns = 0;   ///< its status
  std::int64_t modified_ns = 0;  ///< its bytes
  std::int64_t bytes = 0;
  friend bool operator==(const file_stamp&, const file_stamp&) = default;
};

/// Follows links. Nothing when there is no such file, or no right to ask. Thread: any.
[[nodiscard]] std::optional<file_stamp> stamp_of(const std::string& path);

}  // namespace lightstick::gateway
