#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/result.hpp"
#include "runtime/base/token_bucket.hpp"

/// Quantities as an operator writes and reads them. Pure. Every `format_` gives what its `parse_` reads back as the
/// same value; a parse error is errc::invalid and says which forms there are.
namespace lightstick::tools::text {

/// Digits alone: no sign, no separators.
[[nodiscard]] result<std::uint64_t> parse_number(std::string_view text);

/// A whole number and one of `ms` `s` `m` `h` `d`: "500ms", "25s", "12h". Not negative.
[[nodiscard]] result<std::chrono::milliseconds> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(std::chrono::milliseconds d);

/// A whole number of bytes, or with one of `B` `KiB` `MiB` `GiB` `TiB`: "65536", "64KiB".
[[nodiscard]] result<std::uint64_t> parse_size(std::string_view text);
[[nodiscard]] std::string format_size(std::uint64_t bytes);

/// "5/s burst 20", "0.5/s burst 1", or "unlimited". Without `burst`: one second's worth, at least 1.
[[nodiscard]] result<rate_limit> parse_rate(std::string_view text);
[[nodiscard]] std::string format_rate(const rate_limit& r);

/// For people only, rounded down, without blanks: "850ms", "25s", "3m12s", "2d4h".
[[nodiscard]] std::string human_duration(std::chrono::milliseconds d);
/// For people only, rounded, without blanks: "512B", "1.5MiB".
[[nodiscard]] std::string human_size(std::uint64_t bytes);

}  // namespace lightstick::tools::text
