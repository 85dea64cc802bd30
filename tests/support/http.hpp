#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/stream.hpp"
#include "tests/support/value.hpp"

namespace lightstick::test {

using http_headers = std::vector<std::pair<std::string, std::string>>;

struct http_response {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body{};

  [[nodiscard]] value json() const { return decode(encoding::json, body); }
  [[nodiscard]] std::string header(const std::string& name) const;  ///< empty when there is none
};

struct http_request {
  std::string method = "GET";
  std::string path = "/";
  http_headers headers{};
  std::string body{};
};

/// One request over a connection of its own, answered in full. Throws when no HTTP comes back in time.
[[nodiscard]] http_response http(const dial_options& to, const http_request& request);
[[nodiscard]] http_response http_get(std::uint16_t port, const std::string& path, http_headers headers = {});
[[nodiscard]] http_response http_post(std::uint16_t port, const std::string& path, const value& body,
                                      http_headers headers = {});

/// The head of a response, up to its empty line, without a body. Throws `std::runtime_error`.
[[nodiscard]] http_response parse_response_head(std::string_view head);
/// Whether `raw`, what came after `head`, holds the whole body, by its length or its chunks; then `body` is it.
[[nodiscard]] bool complete_body(const http_response& head, std::string_view raw, std::string& body);

}  // namespace lightstick::test
