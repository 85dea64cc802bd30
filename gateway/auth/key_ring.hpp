#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "gateway/auth/key_set.hpp"

namespace lightstick::gateway::auth {

/// The public keys in force, which may be replaced while tokens are verified. Thread-safe.
class key_ring {
 public:
  /// Asks for newer keys, on any thread, without waiting. True when they may come soon; false when they were asked for
  /// just now, or cannot be had.
  using renewal = std::function<bool()>;

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
  [[nodiscard]] bool renew() const {
    renewal ask;
    {
      std::lock_guard lock(mutex_);
      ask = ask_;
    }
    return ask && ask();
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const key_set> keys_;
  renewal ask_;
};

}  // namespace lightstick::gateway::auth
