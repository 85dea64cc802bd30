#include "gateway/net/upgrade.hpp"

#include "gateway/net/text.hpp"

namespace lightstick::gateway::net {
namespace {

constexpr std::string_view json_name = "lightstick.v1.json";
constexpr std::string_view msgpack_name = "lightstick.v1.msgpack";

std::string_view without_port(std::string_view host, std::string_view port) {
  if (host.size() > port.size() && host.substr(host.size() - port.size()) == port) host.remove_suffix(port.size());
  return host;
}

}  // namespace

result<subprotocol> choose_subprotocol(std::string_view offers) {
  if (trimmed(offers).empty()) return subprotocol{};
  for (const auto offer : split(offers, ',')) {
    if (trimmed(offer) == json_name) return subprotocol{protocol::encoding::json, json_name};
    if (trimmed(offer) == msgpack_name) return subprotocol{protocol::encoding::msgpack, msgpack_name};
  }
  return fail(errc::invalid, "offer the subprotocol lightstick.v1.json or lightstick.v1.msgpack, or none for JSON");
}

bool origin_allowed(std::string_view origin, std::string_view host, const std::vector<std::string>& allowed) {
  if (origin.empty()) return true;
  for (const auto& each : allowed) {
    if (each == "*" || equal_ignoring_case(each, origin)) return true;
  }
  // A port that is the scheme's own may stand in one of the two and not in the other.
  constexpr std::string_view http = "http://";
  constexpr std::string_view https = "https://";
  const auto same_host = [&](std::string_view scheme, std::string_view port) {
    if (!equal_ignoring_case(origin.substr(0, scheme.size()), scheme)) return false;
    return equal_ignoring_case(without_port(origin.substr(scheme.size()), port), without_port(host, port));
  };
  return !host.empty() && (same_host(http, ":80") || same_host(https, ":443"));
}

}  // namespace lightstick::gateway::net
