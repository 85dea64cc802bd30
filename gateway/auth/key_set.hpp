#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/auth/public_key.hpp"

namespace lightstick::gateway::auth {

/// The public keys of a JSON Web Key Set (RFC 7517 5), each bound to one algorithm: that of its `alg`, else the one that
/// its type has here. Immutable: thread-safe.
class key_set {
 public:
  static constexpr std::size_t bytes_max = 256 * 1024;
  static constexpr std::size_t keys_max = 64;
  static constexpr std::size_t kid_bytes_max = 256;

  /// Keys that are not for signatures, or of a kind that is not spoken here, are left out and counted.
  /// Errors: invalid: no key set, beyond a bound, no key is left, a key holds its private part, a broken one of a kind
  /// that is spoken here, two of one algorithm with the same `kid`. The detail never holds what the text held.
  [[nodiscard]] static result<key_set> read(std::string_view json);

  /// The key for a token's header. Without a `kid` the only one of that algorithm; null when there is none, or several.
  [[nodiscard]] const public_key* find(std::string_view kid, algorithm alg) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
  [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }

 private:
  struct named {
    std::string kid;
    public_key key;
  };
  std::vector<named> keys_;
  std::size_t left_out_ = 0;
};

}  // namespace lightstick::gateway::auth
