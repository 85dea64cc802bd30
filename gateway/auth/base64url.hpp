#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lightstick::gateway::auth {

/// RFC 4648 section 5 without padding, as RFC 7515 wants it.
[[nodiscard]] std::string base64url(std::string_view bytes);

/// Strict: nothing for padding, white space, another alphabet, an impossible length or unused bits that are not zero,
/// so that no two texts mean the same bytes.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace lightstick::gateway::auth
