#include "gateway/net/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace lightstick::gateway::net {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr std::size_t text_max = INET6_ADDRSTRLEN;

}  // namespace

ip_address ip_address::v4(std::array<std::uint8_t, 4> quad) noexcept {
  ip_address out;
  std::copy(v4_prefix.begin(), v4_prefix.end(), out.bytes.begin());
  std::copy(quad.begin(), quad.end(), out.bytes.begin() + v4_prefix.size());
  return out;
}

result<ip_address> ip_address::parse(std::string_view text) {
  std::array<char, text_max + 1> zero_ended{};
  if (!text.empty() && text.size() <= text_max) {
    std::copy(text.begin(), text.end(), zero_ended.begin());
    std::array<std::uint8_t, 4> quad{};
    if (inet_pton(AF_INET, zero_ended.data(), quad.data()) == 1) return v4(quad);
    ip_address out;
    if (inet_pton(AF_INET6, zero_ended.data(), out.bytes.data()) == 1) return out;
  }
  return fail(errc::invalid, "not an IP address");
}

bool ip_address::is_v4() const noexcept { return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes.begin()); }

bool ip_address::is_loopback() const noexcept {
  if (is_v4()) return bytes[12] == 127;
  static constexpr std::array<std::uint8_t, 16> one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return bytes == one;
}

std::string ip_address::to_string() const {
  std::array<char, text_max + 1> text{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes.data() + v4_prefix.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  }
  return text.data();
}

ip_address limit_key(const ip_address& a) noexcept {
  if (a.is_v4() || a.is_loopback()) return a;
  ip_address out = a;
  std::fill(out.bytes.begin() + 8, out.bytes.end(), std::uint8_t{0});
  return out;
}

result<ip_network> ip_network::parse(std::string_view text) {
  const auto bad = [&] {
    return fail(errc::invalid, "'" + std::string(text) + "' is no address or network such as 10.0.0.0/8 or ::1");
  };
  const auto slash = text.find('/');
  auto base = ip_address::parse(text.substr(0, slash));
  if (!base) return bad();
  ip_network out;
  out.base_ = *base;
  if (slash == std::string_view::npos) return out;

  const auto digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool whole = ec == std::errc{} && end == digits.data() + digits.size();
  if (!whole || bits > (base->is_v4() ? 32U : 128U)) return bad();
  out.bits_ = base->is_v4() ? bits + 96 : bits;
  return out;
}

bool ip_network::contains(const ip_address& a) const noexcept {
  const std::size_t whole = bits_ / 8;
  if (!std::equal(base_.bytes.begin(), base_.bytes.begin() + whole, a.bytes.begin())) return false;
  const unsigned rest = bits_ % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFFU << (8 - rest));
  return (base_.bytes[whole] & mask) == (a.bytes[whole] & mask);
}

result<ip_networks> ip_networks::parse(const std::vector<std::string>& texts) {
  ip_networks out;
  for (const auto& text : texts) {
    auto network = ip_network::parse(text);
    if (!network) return fail(std::move(network.error()));
    out.networks_.push_back(*network);
  }
  return out;
}

bool ip_networks::contains(const ip_address& a) const noexcept {
  return std::any_of(networks_.begin(), networks_.end(), [&](const ip_network& n) { return n.contains(a); });
}

}  // namespace lightstick::gateway::net
