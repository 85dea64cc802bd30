#pragma once

#include <string_view>

#include "runtime/base/result.hpp"

namespace lightstick {

inline constexpr std::size_t name_bytes_max = 128;    ///< rooms, users, shown names
inline constexpr std::size_t device_bytes_max = 64;   ///< device ids
inline constexpr std::size_t cid_bytes_max = 64;      ///< a client's id of a publish

/// Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool valid_utf8(std::string_view bytes) noexcept;

/// 1 to `bytes_max` bytes of UTF-8 without control characters (U+0000-001F, U+007F-009F) or '/'.
/// `what` names the thing in the error ("room name ..."). Errors: errc::invalid.
[[nodiscard]] result<void> check_name(std::string_view name, std::string_view what,
                                      std::size_t bytes_max = name_bytes_max);

}  // namespace lightstick
