#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/result.hpp"

namespace lightstick::gateway::auth {

/// What a token lets another service do by the HTTP API (`scope` of RFC 8693 4.2).
enum class scope : std::uint8_t {
  rooms_read = 1,   ///< `rooms:read`: what rooms there are, who is there, what was said
  rooms_write = 2,  ///< `rooms:write`: make rooms and set them up
  publish = 4,
  moderate = 8,
};
[[nodiscard]] std::string_view to_string(scope s) noexcept;

/// Some of them; a token with at least one is a service's and no fan's.
class scopes {
 public:
  [[nodiscard]] bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] bool has(scope s) const noexcept { return (bits_ & static_cast<std::uint8_t>(s)) != 0; }
  void add(scope s) noexcept { bits_ |= static_cast<std::uint8_t>(s); }
  friend bool operator==(const scopes&, const scopes&) = default;

 private:
  std::uint8_t bits_ = 0;
};
/// "rooms:read publish", in the order of the enumeration.
[[nodiscard]] std::string to_string(const scopes& all);
/// Takes the words between blanks. Errors: invalid, naming the first that is none; `all` then has the others.
[[nodiscard]] result<void> add_scopes(std::string_view text, scopes& all);

}  // namespace lightstick::gateway::auth
