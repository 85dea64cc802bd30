#include "gateway/net/http_message.hpp"

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <ctime>

#include "gateway/wire/json.hpp"

namespace lightstick::gateway::net {
namespace {

void append_date(std::string& out) {
  const auto now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 40> text{};
  const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  out.append("Date: ").append(text.data(), size).append("\r\n");
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return fail(errc::invalid, "bad %XX");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string_view http_request::parameter(std::string_view name) const noexcept {
  auto rest = query;
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const auto pair = rest.substr(0, end);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) == name)
      return equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return {};
}

std::uint64_t http_request::number(std::string_view name, std::uint64_t otherwise) const noexcept {
  const auto text = parameter(name);
  std::uint64_t n = otherwise;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, n);
  return read.ec == std::errc() && read.ptr == end ? n : otherwise;
}

http_response error_response(unsigned status, actors::errc code, std::string_view msg,
                             std::optional<std::chrono::milliseconds> retry) {
  http_response out;
  out.status = status;
  wire::json_writer w(out.body);
  w.begin_map(1);
  w.key("error");
  w.begin_map(retry ? 3 : 2);
  w.key("code");
  w.number(static_cast<std::uint32_t>(code));
  w.key("msg");
  w.string(msg);
  if (retry) {
    w.key("retry_ms");
    w.number(static_cast<std::uint64_t>(retry->count()));
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*retry).count();
    out.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
  w.end_map();
  w.end_map();
  return out;
}

http_response json_response(std::string body) {
  http_response out;
  out.body = std::move(body);
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

std::string write_head(const http_response& r, bool keep_alive) {
  namespace http = boost::beast::http;
  const auto reason = http::obsolete_reason(http::int_to_status(r.status));
  std::string out;
  out.reserve(512);
  out.append("HTTP/1.1 ")
      .append(std::to_string(r.status))
      .append(" ")
      .append(reason.data(), reason.size())
      .append("\r\n");
  append_date(out);
  const auto content = r.content();
  if (!content.empty()) out.append("Content-Type: ").append(r.content_type).append("\r\n");
  if (r.status != 304) out.append("Content-Length: ").append(std::to_string(content.size())).append("\r\n");
  out.append("X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n");
  for (const auto& [name, value] : r.headers) out.append(name).append(": ").append(value).append("\r\n");
  out.append(keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
  return out;
}

http_response not_found_response() { return error_response(404, actors::errc::bad_request, "no such page"); }

http_response wrong_method_response(std::string_view allow) {
  auto out = error_response(405, actors::errc::bad_request, "this page takes " + std::string(allow));
  out.headers.emplace_back("Allow", std::string(allow));
  return out;
}

}  // namespace lightstick::gateway::net
