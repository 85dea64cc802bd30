#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/auth/claims.hpp"
#include "gateway/auth/key_ring.hpp"
#include "gateway/auth/revocation_list.hpp"

/// JSON Web Tokens (RFC 7519, RFC 7515 compact form): HS256, RS256 and ES256 (RFC 7518 3), EdDSA (RFC 8037).
namespace lightstick::gateway::auth {

inline constexpr std::size_t secret_bytes_min = 32;
inline constexpr std::size_t token_bytes_max = 8'192;

/// Signs tokens with one shared secret, and checks them: HS256 by that secret and nothing else, the others by the public
/// keys. Thread-safe.
class token_authority {
 public:
  /// `keys` may be null: only HS256. Errors: invalid when the secret has fewer than 32 bytes.
  [[nodiscard]] static result<std::shared_ptr<const token_authority>> make(std::string secret, expectations e = {},
                                                                           std::shared_ptr<const key_ring> keys = {});
  virtual ~token_authority() = default;

  /// Errors: actors::errc::unauthenticated (malformed, another `alg`, an unknown key, bad signature, bad or missing
  /// claim, not yet valid, revoked), actors::errc::token_expired, actors::errc::unavailable (its key is being fetched; it
  /// is not known yet what is revoked, which an admin need not wait for, who may have to mend it: ask again). The error's detail is for the log and never holds the token.
  [[nodiscard]] virtual result<claims> verify(std::string_view token, wall_ms now) const = 0;
  /// What it refuses though it is signed well. Empty and known at first.
  [[nodiscard]] virtual revocation_list& revoked() const noexcept = 0;
  /// HS256.
  [[nodiscard]] virtual std::string sign(const claims& c, wall_ms now) const = 0;
};

/// The raw bytes of a secret file less one final newline. Errors: not_found, denied, invalid (too short), each with
/// the file's name and a way out.
[[nodiscard]] result<std::string> read_secret_file(const std::string& path);

}  // namespace lightstick::gateway::auth
