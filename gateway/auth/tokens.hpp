#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/chat_message.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/result.hpp"

/// JSON Web Tokens (RFC 7519, RFC 7515 compact form), HS256 (RFC 7518 3.2).
namespace lightstick::gateway::auth {

inline constexpr std::size_t secret_bytes_min = 32;
inline constexpr std::size_t token_bytes_max = 8'192;
inline constexpr std::chrono::seconds clock_skew{60};

struct claims {
  user_id user;                          ///< `sub`
  std::string name;                      ///< `name`, or the user id when absent
  actors::role as = actors::role::fan;   ///< the highest of `roles`
  std::vector<std::string> rooms;        ///< empty = all
  std::int64_t expires_ms = 0;           ///< `exp`
};

/// What else a token must say; empty = not checked.
struct expectations {
  std::string audience;
  std::string issuer;
};

/// Signs and checks tokens with one shared secret. Immutable: thread-safe.
class token_authority {
 public:
  /// Errors: invalid when the secret has fewer than 32 bytes.
  [[nodiscard]] static result<std::shared_ptr<const token_authority>> make(std::string secret, expectations e = {});
  virtual ~token_authority() = default;

  /// Errors: actors::errc::unauthenticated (malformed, another `alg`, bad signature, bad or missing claim, not yet
  /// valid), actors::errc::token_expired. The error's detail is for the log and never holds the token.
  [[nodiscard]] virtual result<claims> verify(std::string_view token, wall_ms now) const = 0;
  [[nodiscard]] virtual std::string sign(const claims& c, wall_ms now) const = 0;
};

/// The raw bytes of a secret file less one final newline. Errors: not_found, denied, invalid (too short), each with
/// the file's name and a way out.
[[nodiscard]] result<std::string> read_secret_file(const std::string& path);

}  // namespace lightstick::gateway::auth
