#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.hpp"

namespace lightstick::gateway::net {

/// An IPv4 or IPv6 address as 16 bytes; IPv4 is held in its mapped form (::ffff:a.b.c.d), so that a client is the
/// same whichever socket it came through. Value type; "::" when made empty.
struct ip_address {
  std::array<std::uint8_t, 16> bytes{};

  /// "192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7"; no brackets, no port, no zone. Errors: invalid.
  [[nodiscard]] static result<ip_address> parse(std::string_view text);
  [[nodiscard]] static ip_address v4(std::array<std::uint8_t, 4> quad) noexcept;

  [[nodiscard]] bool is_v4() const noexcept;
  [[nodiscard]] bool is_loopback() const noexcept;
  [[nodiscard]] std::string to_string() const;
  friend auto operator<=>(const ip_address&, const ip_address&) = default;
};

/// The unit that limits count: an IPv4 address, or the /64 of an IPv6 one (a household gets 2^64 of those).
[[nodiscard]] ip_address limit_key(const ip_address& a) noexcept;

/// "10.0.0.0/8", "2001:db8::/32", or one address.
class ip_network {
 public:
  /// Errors: invalid, naming the text.
  [[nodiscard]] static result<ip_network> parse(std::string_view text);
  [[nodiscard]] bool contains(const ip_address& a) const noexcept;

 private:
  ip_address base_;
  unsigned bits_ = 128;  ///< of the mapped form
};

/// The peers whose word about a client's address is believed. Immutable; thread-safe.
class ip_networks {
 public:
  ip_networks() = default;
  /// Errors: invalid, naming the first bad text.
  [[nodiscard]] static result<ip_networks> parse(const std::vector<std::string>& texts);
  [[nodiscard]] bool contains(const ip_address& a) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return networks_.empty(); }

 private:
  std::vector<ip_network> networks_;
};

}  // namespace lightstick::gateway::net

template <>
struct std::hash<lightstick::gateway::net::ip_address> {
  std::size_t operator()(const lightstick::gateway::net::ip_address& a) const noexcept {
    return std::hash<std::string_view>{}(
        std::string_view(reinterpret_cast<const char*>(a.bytes.data()), a.bytes.size()));
  }
};
