#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "actors/chat_message.hpp"
#include "gateway/auth/scope.hpp"
#include "gateway/wire/value.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/result.hpp"

namespace lightstick::gateway::auth {

inline constexpr std::chrono::seconds clock_skew{60};

/// What revocations go by.
struct token_name {
  user_id user;
  std::string jti;  ///< empty: it has none
  wall_ms issued;   ///< 0: it does not say, and counts as older than all others
};

struct claims {
  user_id user;                          ///< `sub`
  std::string name;                      ///< `name`, or the user id when absent
  actors::role as = actors::role::fan;   ///< the highest of `roles`
  std::vector<std::string> rooms;        ///< empty = all
  std::int64_t expires_ms = 0;           ///< `exp`
  std::string jti{};                     ///< `jti`, or nothing
  std::int64_t issued_ms = 0;            ///< `iat`; 0 when absent
  auth::scopes scopes{};                 ///< those of `scope` that are ours; others belong to other services

  [[nodiscard]] token_name named() const { return {user, jti, {issued_ms}}; }
};

/// What else a token must say; empty = not checked.
struct expectations {
  std::string audience;
  std::string issuer;
};

/// What the payload of a token says (RFC 7519 4.1, and ours). Errors: actors::errc::unauthenticated (a bad or missing claim, not
/// yet valid), actors::errc::token_expired. The detail names the claim, never its value.
[[nodiscard]] result<claims> read_claims(const wire::map& payload, const expectations& expected, wall_ms now);

}  // namespace lightstick::gateway::auth
