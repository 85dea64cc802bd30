#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "gateway/auth/key_set.hpp"

namespace lightstick::gateway::auth {

/// The public keys in force, which may be replaced while tokens are verified. Thread-safe.
class key_ring {
 public:
  /// Asks for newer keys, on any thread, without waiting, because a token names `kid` (empty: none). How long until they
  /// may be there; nothing when the newest that can be had do not have it.
  using renewal = std::function<std::optional<std::chrono::milliseconds>(std::string_view kid)>;

  explicit key_ring(key_set keys) : keys_(std::make_shared<const key_set>(std::move(keys))) {}

  void replace(key_set keys) {
    auto next = std::make_shared<const key_set>(std::move(keys));
    std::lock_guard lock(mutex_);
    keys_.swap(next);
  }
  [[nodiscard]] std::shared_ptr<const key_set> keys() const {
    std::lock_guard lock(mutex_);
    return keys_;
  }

  /// Who to ask when a token names a key that is not here. Empty: nobody.
  void renew_by(renewal ask) {
    std::lock_guard lock(mutex_);
    ask_ = std::move(ask);
  }
  [[nodiscard]] std::optional<std::chrono::milliseconds> renew(std::string_view kid) const {
    renewal ask;
    {
      std::lock_guard lock(mutex_);
      ask = ask_;
    }
    return ask ? ask(kid) : std::nullopt;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const key_set> keys_;
  renewal ask_;
};

}  // namespace lightstick::gateway::auth
