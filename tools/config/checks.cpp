#include "tools/config/checks.hpp"

#include <algorithm>

#include "gateway/http_client.hpp"
#include "gateway/net/ip_address.hpp"
#include "runtime/base/names.hpp"

namespace lightstick::tools::config {
namespace {

constexpr std::size_t node_name_bytes_max = 64;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

}  // namespace

result<void> any_text(const std::string& /*text*/) { return {}; }

result<void> not_empty(const std::string& text) {
  if (text.empty()) return fail(errc::invalid);
  return {};
}

result<void> node_name(const std::string& text) {
  auto fits = !text.empty() && text.size() <= node_name_bytes_max && std::ranges::all_of(text, is_name_character);
  if (!fits) return fail(errc::invalid);
  return {};
}

result<void> room_name(const std::string& text) { return check_name(text, "room name"); }

result<void> network(const std::string& text) {
  if (!gateway::net::ip_network::parse(text)) return fail(errc::invalid);
  return {};
}

result<void> key_location(const std::string& text) {
  constexpr char first_printable = ' ';
  if (std::ranges::any_of(text, [](char c) { return c >= 0 && c < first_printable; })) return fail(errc::invalid);
  return text.find("://") == std::string::npos ? result<void>{} : gateway::check_url(text);
}

result<void> issuer_url(const std::string& text) {
  if (text.empty()) return {};
  if (auto called = gateway::check_url(text); !called) return called;
  // These would end its word in the page's Content-Security-Policy.
  if (text.find_first_of("?#;,'\"") != std::string::npos) return fail(errc::invalid);
  return printable(text);
}

result<void> printable(const std::string& text) {
  constexpr std::size_t bytes_max = 256;
  const auto shown = [](char c) { return c >= ' ' && c <= '~'; };
  if (text.size() > bytes_max || !std::ranges::all_of(text, shown)) return fail(errc::invalid);
  return {};
}

result<void> web_origin(const std::string& text) {
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return fail(errc::invalid);
  }
  auto fits = !rest.empty() && rest.find_first_of("/?#@;,'\" \t\r\n") == std::string_view::npos;
  if (!fits) return fail(errc::invalid);
  return {};
}

}  // namespace lightstick::tools::config
