#pragma once

#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/revocations/messages.hpp"
#include "gateway/auth/claims.hpp"

namespace lightstick::gateway::auth {

using actors::revocations::revocation;

/// Whether a token that says this is one that `r` is about.
[[nodiscard]] bool concerns(const revocation& r, const token_name& token) noexcept;

/// What is revoked, as far as this node has heard: asked for each token, so a copy in memory of what `revocations/all`
/// keeps. Thread-safe. Bound: what that actor holds; expired entries go when others come.
class revocation_list {
 public:
  /// Nothing is known: until `know`, nobody can say whether a token is good.
  void forget();
  /// Those that were added meanwhile stay.
  void know(const std::vector<revocation>& all);
  void add(const revocation& r, wall_ms now);

  [[nodiscard]] bool known() const;
  [[nodiscard]] bool refuses(const token_name& token, wall_ms now) const;
  [[nodiscard]] std::size_t size() const;

 private:
  using by_name = std::unordered_map<std::string, revocation>;
  mutable std::shared_mutex mutex_;
  bool known_ = true;
  by_name users_;
  by_name tokens_;
};

}  // namespace lightstick::gateway::auth
