#include "tests/support/http.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace lightstick::test {
namespace {

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return made;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::size_t parse_size(std::string_view digits, int base) {
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n, base);
  if (error != std::errc{} || end == digits.data()) {
    throw std::runtime_error("'" + std::string(digits.substr(0, 40)) + "' is no size");
  }
  return n;
}

}  // namespace

bool complete_body(const http_response& head, std::string_view raw, std::string& body) {
  if (head.header("transfer-encoding") == "chunked") {
    std::string joined;
    for (;;) {
      const auto line = raw.find("\r\n");
      if (line == std::string_view::npos) {
        return false;
      }
      const auto size = parse_size(raw.substr(0, line), 16);
      if (raw.size() < line + 2 + size + 2) {
        return false;
      }
      if (size == 0) {
        body = std::move(joined);
        return true;
      }
      joined += raw.substr(line + 2, size);
      raw.remove_prefix(line + 2 + size + 2);
    }
  }
  const auto length = head.header("content-length");
  if (length.empty() || raw.size() < parse_size(length, 10)) {
    return false;
  }
  body = raw.substr(0, parse_size(length, 10));
  return true;
}

std::string http_response::header(const std::string& name) const {
  const auto at = headers.find(name);
  return at == headers.end() ? "" : at->second;
}

http_response parse_response_head(std::string_view head) {
  http_response made;
  auto line = head.substr(0, head.find("\r\n"));
  if (!line.starts_with("HTTP/1.") || line.size() < 12) {
    throw std::runtime_error("no HTTP answer: '" + std::string(head.substr(0, 100)) + "'");
  }
  made.status = static_cast<int>(parse_size(line.substr(9, 3), 10));
  while (head.size() > line.size() + 2) {
    head.remove_prefix(line.size() + 2);
    line = head.substr(0, head.find("\r\n"));
    if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      made.headers[lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
    }
  }
  return made;
}

http_response http(const dial_options& to, const http_request& request) {
  std::string text = request.method + " " + request.path + " HTTP/1.1\r\nHost: " + to.address + ":" +
                     std::to_string(to.port) + "\r\nConnection: close\r\n";
  for (const auto& [name, held] : request.headers) {
    text += name + ": " + held + "\r\n";
  }
  if (!request.body.empty() || request.method == "POST") {
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  text += "\r\n" + request.body;

  const deadline until;
  stream connection(to, until);
  connection.write(text, until);
  std::string raw;
  for (bool open = true;;) {
    if (const auto end = raw.find("\r\n\r\n"); end != std::string::npos) {
      auto response = parse_response_head(std::string_view(raw).substr(0, end));
      const auto rest = std::string_view(raw).substr(end + 4);
      const bool bodyless = request.method == "HEAD" || response.status == 204 || response.status == 304;
      if (bodyless || complete_body(response, rest, response.body)) {
        return response;
      }
      if (!open && response.header("content-length").empty()) {
        response.body = rest;
        return response;
      }
    }
    if (!open) {
      throw std::runtime_error("the connection ended within an answer: '" + raw.substr(0, 200) + "'");
    }
    if (until.passed()) {
      throw timed_out("no whole answer to " + request.method + " " + request.path);
    }
    open = connection.read(raw, until) == stream::state::open;
  }
}

http_response http_get(std::uint16_t port, const std::string& path, http_headers headers) {
  return http({.port = port}, {.path = path, .headers = std::move(headers)});
}

http_response http_post(std::uint16_t port, const std::string& path, const value& body, http_headers headers) {
  headers.emplace_back("Content-Type", "application/json");
  return http({.port = port},
              {.method = "POST", .path = path, .headers = std::move(headers), .body = encode(encoding::json, body)});
}

}  // namespace lightstick::test
