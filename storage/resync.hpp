#pragma once

#include <functional>
#include <optional>
#include <string>

namespace lightstick::storage {

/// How often `next_readable` asks at most, in hundreds of blocks of a few KiB.
inline constexpr std::size_t resync_probes_max = 4096;

/// Where reading can go on after `bad`: a key above it from which on reading works, and closely above the last from
/// which it does not. Nothing when there is none. `readable(key)` says whether reading from `key` on works. Where
/// several unreadable stretches are near each other the result may lie behind the last of them. Pure.
[[nodiscard]] std::optional<std::string> next_readable(const std::string& bad,
                                                       const std::function<bool(const std::string&)>& readable);

}  // namespace lightstick::storage
