#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/result.hpp"

struct evp_pkey_st;

namespace lightstick::gateway::auth {

/// What may sign a token: RFC 7518 (HS256, RS256, ES256), RFC 8037 with Ed25519 (EdDSA).
enum class algorithm : std::uint8_t { hs256, rs256, es256, eddsa };

[[nodiscard]] std::string_view to_string(algorithm a) noexcept;
[[nodiscard]] std::optional<algorithm> parse_algorithm(std::string_view name) noexcept;

/// Verifies signatures of its one algorithm. All numbers are raw bytes, the highest first. Immutable: thread-safe.
class public_key {
 public:
  static constexpr std::size_t rsa_bits_min = 2'048;  ///< RFC 7518 3.3
  static constexpr std::size_t rsa_bits_max = 8'192;  ///< to verify costs time with the square of it

  /// RS256. Errors: invalid (a modulus outside of the bounds, an exponent that is even or below 3).
  [[nodiscard]] static result<public_key> rsa(std::string_view modulus, std::string_view exponent);
  /// ES256. Errors: invalid (not 32 bytes each, not a point of the curve P-256).
  [[nodiscard]] static result<public_key> p256(std::string_view x, std::string_view y);
  /// EdDSA. Errors: invalid (not 32 bytes).
  [[nodiscard]] static result<public_key> ed25519(std::string_view x);

  [[nodiscard]] algorithm alg() const noexcept { return alg_; }
  /// `signature` as RFC 7515 writes it: raw, not DER.
  [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;

 private:
  public_key(algorithm alg, std::shared_ptr<evp_pkey_st> key) : alg_(alg), key_(std::move(key)) {}
  [[nodiscard]] static result<public_key> made(algorithm alg, evp_pkey_st* key, const char* otherwise);

  algorithm alg_;
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace lightstick::gateway::auth
