#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "runtime/base/result.hpp"

namespace lightstick::gateway {

struct http_call {
  std::string method = "GET";
  std::string url;                 ///< http://HOST[:PORT]/PATH[?QUERY]; the path as it goes out
  std::string bearer;              ///< a token; empty: no Authorization
  std::string body;                ///< sent as application/json when not empty
  std::chrono::milliseconds limit{std::chrono::seconds{10}};  ///< for all of it
  std::size_t body_bytes_max = 64 * 1024 * 1024;
};

struct http_reply {
  unsigned status = 0;
  std::string content_type;
  std::string body;
};

/// Makes one call on a connection of its own and waits for the answer. Thread: any; blocks at most `limit`.
/// Errors: invalid (the URL; https is not spoken here), unavailable (nobody listens; the connection broke; the answer
/// is not HTTP or too long), timed_out. Each names the URL's host. Any status is an answer, not an error.
[[nodiscard]] result<http_reply> call_http(const http_call& call);

}  // namespace lightstick::gateway
