#pragma once

#include <string>

#include "runtime/base/result.hpp"

/// What a single text has to look like. Errors: invalid; the detail says what is wrong, and may be empty when the
/// option's `allowed` says it all. Pure.
namespace lightstick::tools::config {

[[nodiscard]] result<void> any_text(const std::string& text);
[[nodiscard]] result<void> not_empty(const std::string& text);
/// 1 to 64 of letters, digits, `-`, `_` and `.`.
[[nodiscard]] result<void> node_name(const std::string& text);
[[nodiscard]] result<void> room_name(const std::string& text);
/// "10.0.0.7", "10.0.0.0/8", "2001:db8::/32".
[[nodiscard]] result<void> network(const std::string& text);
/// A file's name without control characters, or a URL that can be called.
[[nodiscard]] result<void> key_location(const std::string& text);
/// Nothing, or a URL without a query whose origin can stand in the page's policy.
[[nodiscard]] result<void> issuer_url(const std::string& text);
/// At most 256 characters of ASCII from the blank on.
[[nodiscard]] result<void> printable(const std::string& text);
/// "https://fans.example:8443": as browsers send it, without a path.
[[nodiscard]] result<void> web_origin(const std::string& text);

}  // namespace lightstick::tools::config
