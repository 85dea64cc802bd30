#include <charconv>

#include "gateway/gateway.hpp"
#include "gateway/net/ip_address.hpp"

namespace lightstick::gateway {

result<endpoint> parse_endpoint(std::string_view text) {
  const auto bad = [&] {
    return fail(errc::invalid, "'" + std::string(text) + "' is not ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080");
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad();
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);

  endpoint out;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  if (ec != std::errc{} || end != digits.data() + digits.size()) return bad();
  if (host == "localhost" && !bracketed) host = "127.0.0.1";
  // An IPv6 address needs its brackets: without them the port could be a part of it.
  if (!net::ip_address::parse(host) || bracketed != (host.find(':') != std::string_view::npos)) return bad();
  out.address = host;
  return out;
}

std::string to_string(const endpoint& e) {
  const bool brackets = e.address.find(':') != std::string::npos;
  return (brackets ? "[" + e.address + "]" : e.address) + ":" + std::to_string(e.port);
}

}  // namespace lightstick::gateway
