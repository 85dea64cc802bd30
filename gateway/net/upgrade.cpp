#include "gateway/net/upgrade.hpp"

#include "gateway/net/text.hpp"
#include "gateway/ws/handshake.hpp"
#include "runtime/base/names.hpp"

namespace lightstick::gateway::net {
namespace {

constexpr std::string_view json_name = "lightstick.v1.json";
constexpr std::string_view websocket_version = "13";
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

std::optional<http_response> bad_upgrade(std::string_view version, std::string_view key) {
  if (trimmed(version) != websocket_version) {
    auto why = error_response(426, actors::errc::bad_request, "Sec-WebSocket-Version has to be 13");
    why.headers.emplace_back("Sec-WebSocket-Version", websocket_version);
    return why;
  }
  if (!ws::valid_key(trimmed(key))) {
    return error_response(400, actors::errc::bad_request, "Sec-WebSocket-Key is not 16 bytes in base64");
  }
  return std::nullopt;
}

std::string upgrade_answer(std::string_view key, std::string_view subprotocol) {
  std::string out =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
  out.append(ws::accept_value(trimmed(key))).append("\r\n");
  if (!subprotocol.empty()) out.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
  out.append("\r\n");
  return out;
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

std::string origin_refusal(std::string_view origin) {
  constexpr std::size_t shown_bytes_max = 200;
  const bool shown = origin.size() <= shown_bytes_max && valid_utf8(origin);
  return "pages of " + (shown ? "'" + std::string(origin) + "'" : std::string("this origin")) +
         " may not open a WebSocket here: the operator can name their origin in web.origins";
}

}  // namespace lightstick::gateway::net
