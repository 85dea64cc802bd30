#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/value.hpp"

namespace lightstick::test {

/// What a token says; empty fields are left out.
struct token_claims {
  std::string user{};
  std::string name{};
  std::vector<std::string> roles{};
  std::vector<std::string> rooms{};
  std::chrono::seconds ttl{3600};  ///< from now; may be negative
  value::map more{};               ///< further claims, or the same ones with another value
};

/// An HS256 JWT, made here and not by the product.
[[nodiscard]] std::string make_token(const std::string& secret, const token_claims& claims,
                                     const std::string& algorithm = "HS256");
[[nodiscard]] std::string base64url(std::string_view bytes);

}  // namespace lightstick::test
