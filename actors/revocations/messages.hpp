#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/fields_codec.hpp"

/// The contract of `revocations/all`: which tokens are refused though their signature is good. Durable.
///
/// Bound: `entries_max` that have not expired; one more is `overloaded`, so that none is lost to make room.
namespace lightstick::actors::revocations {

inline constexpr const char* kind = "revocations";
inline constexpr const char* key = "all";
inline constexpr std::size_t entries_max = 20'000;
inline constexpr std::size_t jti_bytes_max = 256;

/// What is revoked: a user's tokens that were issued at `since` or before, or all tokens of one `jti`.
struct revocation {
  bool of_user = false;
  std::string name;  ///< the user, or the `jti`
  wall_ms since;     ///< when it was revoked
  wall_ms until;     ///< from then on it is forgotten: no token that it concerns is valid any more
  static constexpr auto fields =
      std::tuple(&revocation::of_user, &revocation::name, &revocation::since, &revocation::until);
  friend bool operator==(const revocation&, const revocation&) = default;
};

/// -> revoked, when it is durable. Of the same thing the later one takes the place of the earlier. Errors: invalid (no
/// name of its kind, `until` is not in the future), overloaded.
struct revoke {
  bool of_user = false;
  std::string name;
  wall_ms until;
  static constexpr auto fields = std::tuple(&revoke::of_user, &revoke::name, &revoke::until);
};
struct revoked {
  revocation what;
  static constexpr auto fields = std::tuple(&revoked::what);
};

/// All that have not expired, the oldest first. -> listed.
struct list {
  static constexpr auto fields = std::tuple();
};
struct listed {
  std::vector<revocation> entries;
};

}  // namespace lightstick::actors::revocations
