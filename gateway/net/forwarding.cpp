#include "gateway/net/forwarding.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "gateway/net/text.hpp"

namespace lightstick::gateway::net {
namespace {

using namespace std::string_view_literals;

constexpr auto v2_signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t v2_fixed_bytes = 16;
constexpr std::size_t v1_bytes_max = 107;
constexpr auto v1_prefix = "PROXY "sv;

tl::unexpected<error> bad(std::string_view why) { return fail(errc::invalid, "PROXY header: " + std::string(why)); }

bool starts_as(std::string_view bytes, std::string_view whole) {
  return bytes.substr(0, whole.size()) == whole.substr(0, bytes.size());
}

result<std::optional<proxy_header>> parse_v1(std::string_view bytes) {
  const auto end = bytes.substr(0, v1_bytes_max).find("\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() >= v1_bytes_max) return bad("the line has no end");
    return std::nullopt;
  }
  proxy_header out;
  out.bytes = end + 2;
  const auto words = split(bytes.substr(v1_prefix.size(), end - v1_prefix.size()), ' ');
  if (words.front() == "UNKNOWN") return out;
  if (words.size() != 5 || (words[0] != "TCP4" && words[0] != "TCP6")) return bad("not TCP4, TCP6 or UNKNOWN");
  auto client = ip_address::parse(words[1]);
  if (!client || client->is_v4() != (words[0] == "TCP4")) return bad("not an address");
  out.client = *client;
  return out;
}

result<std::optional<proxy_header>> parse_v2(std::string_view bytes) {
  if (bytes.size() < v2_fixed_bytes) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const unsigned version = byte(12) >> 4U;
  const unsigned command = byte(12) & 0xFU;
  const unsigned family = byte(13) >> 4U;
  const std::size_t length = (std::size_t{byte(14)} << 8U) | byte(15);
  if (version != 2 || command > 1) return bad("unknown version or command");
  if (v2_fixed_bytes + length > proxy_header_bytes_max) return bad("too long");
  if (bytes.size() < v2_fixed_bytes + length) return std::nullopt;

  proxy_header out;
  out.bytes = v2_fixed_bytes + length;
  if (command == 0) return out;  // LOCAL: the balancer itself
  const auto addresses = bytes.substr(v2_fixed_bytes, length);
  if (family == 1) {
    if (length < 12) return bad("IPv4 addresses are cut off");
    std::array<std::uint8_t, 4> quad{};
    std::transform(addresses.begin(), addresses.begin() + 4, quad.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    out.client = ip_address::v4(quad);
  } else if (family == 2) {
    if (length < 36) return bad("IPv6 addresses are cut off");
    ip_address client;
    std::transform(addresses.begin(), addresses.begin() + 16, client.bytes.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    out.client = client;
  }
  return out;
}

/// "192.0.2.7", "192.0.2.7:4711", "[2001:db8::1]:4711", "2001:db8::1", with or without quotes.
std::optional<ip_address> address_of_node(std::string_view node) {
  node = trimmed(node);
  if (node.size() >= 2 && node.front() == '"' && node.back() == '"') node = node.substr(1, node.size() - 2);
  if (!node.empty() && node.front() == '[') {
    node = node.substr(1, node.find(']') - 1);
  } else if (std::count(node.begin(), node.end(), ':') == 1) {
    node = node.substr(0, node.find(':'));
  }
  auto parsed = ip_address::parse(node);
  if (!parsed) return std::nullopt;
  return *parsed;
}

std::string_view for_parameter(std::string_view element) {
  for (auto pair : split(element, ';')) {
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (equal_ignoring_case(trimmed(pair.substr(0, equals)), "for")) return pair.substr(equals + 1);
  }
  return {};
}

template <class AddressOfHop>
std::optional<ip_address> rightmost_untrusted(std::string_view header, const ip_networks& trusted,
                                              AddressOfHop address_of_hop) {
  const auto hops = split(header, ',');
  std::optional<ip_address> nearest;
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const std::optional<ip_address> address = address_of_hop(*hop);
    // An unreadable hop hides everything to its left: only what a trusted proxy wrote is believed.
    if (!address) return nearest;
    nearest = address;
    if (!trusted.contains(*address)) return nearest;
  }
  return nearest;
}

}  // namespace

result<std::optional<proxy_header>> parse_proxy_header(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  if (starts_as(bytes, v2_signature)) {
    if (bytes.size() < v2_signature.size()) return std::nullopt;
    return parse_v2(bytes);
  }
  if (starts_as(bytes, v1_prefix)) {
    if (bytes.size() < v1_prefix.size()) return std::nullopt;
    return parse_v1(bytes);
  }
  return bad("there is none");
}

std::optional<ip_address> client_of_forwarded(std::string_view header, const ip_networks& trusted) {
  return rightmost_untrusted(header, trusted, [](std::string_view hop) { return address_of_node(for_parameter(hop)); });
}

std::optional<ip_address> client_of_x_forwarded_for(std::string_view header, const ip_networks& trusted) {
  return rightmost_untrusted(header, trusted, address_of_node);
}

}  // namespace lightstick::gateway::net
