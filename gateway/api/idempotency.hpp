#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "gateway/net/http_message.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"

namespace lightstick::gateway::api {

/// The key in an `Idempotency-Key` header, with quotes as draft-ietf-httpapi-idempotency-key-header has it or without; empty
/// when there is no header. Errors: bad_request (not 1 to 64 printable characters, or more than one header).
[[nodiscard]] result<std::string> read_key(std::string_view header);

/// What services have asked with a key lately, and what was answered: the same again gets the same answer. For changes that
/// are idempotent by nature and so may be done again after a restart, which forgets all of it; what is said is
/// deduplicated by its room instead, durably.
/// Thread: any; one mutex, held for a look into a table. Bound: `keys_max`, each for `kept_for` at most; at the bound the
/// oldest that was answered goes, and when all are under way a new one is refused.
class answered_keys {
 public:
  static constexpr std::chrono::minutes kept_for{5};

  explicit answered_keys(std::size_t keys_max = 10'000) : keys_max_(keys_max) {}

  struct name {
    user_id service;
    std::string key;
    friend bool operator==(const name&, const name&) = default;
  };
  enum class verdict : std::uint8_t { fresh, under_way, another, full };
  /// Fresh: the caller does it, and calls `settle`. `digest`: of all that the request says.
  [[nodiscard]] std::variant<verdict, net::http_response> begin(const name& which, std::uint64_t digest,
                                                                steady_time now);
  /// An answer that says to come again is not kept.
  void settle(const name& which, const net::http_response& answer);
  [[nodiscard]] std::size_t size() const;

 private:
  struct entry {
    name which;
    std::uint64_t digest = 0;
    steady_time since{};
    std::optional<net::http_response> answer{};
  };
  struct hash {
    std::size_t operator()(const name& n) const noexcept {
      return std::hash<user_id>{}(n.service) * 31 + std::hash<std::string>{}(n.key);
    }
  };
  using entries = std::list<entry>;  ///< the oldest first

  void remove(entries::iterator at);

  const std::size_t keys_max_;
  mutable std::mutex mutex_;
  entries all_;
  std::unordered_map<name, entries::iterator, hash> by_name_;
};

}  // namespace lightstick::gateway::api
