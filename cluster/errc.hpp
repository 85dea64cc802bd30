#pragma once

#include "runtime/base/result.hpp"

namespace lightstick::cluster {

enum class errc : std::uint8_t {
  not_owner = 1,  ///< another node owns the partition, or none does (not_owner)
  overloaded,     ///< too many reads wait (overloaded)
  stopping,       ///< the log is closing (retryable)
  never_written,  ///< nothing is stored of this actor (not_found)
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc e) noexcept;

}  // namespace lightstick::cluster

template <>
struct std::is_error_code_enum<lightstick::cluster::errc> : std::true_type {};
