#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/result.hpp"

namespace lightstick::gateway {

struct http_call {
  std::string method = "GET";
  std::string url;                 ///< http:// or https://HOST[:PORT]/PATH[?QUERY]; the path as it goes out
  std::string bearer;              ///< a token; empty: no Authorization
  std::string body;                ///< sent as application/json when not empty
  std::chrono::milliseconds limit{std::chrono::seconds{10}};  ///< for all of it
  std::size_t body_bytes_max = 64 * 1024 * 1024;
  std::vector<std::pair<std::string, std::string>> headers{};  ///< beside those
  std::string ca_file{};           ///< PEM: who may vouch for an https host; empty: those whom the system trusts
};

struct http_reply {
  unsigned status = 0;
  std::string content_type;
  std::string cache_control;
  std::string body;
};

/// Makes one call on a connection of its own and waits for the answer. https is TLS 1.2 or newer, and the host shows a
/// certificate of its name. A redirection is an answer and not followed. Thread: any; blocks at most `limit`, and as
/// long as the system looks for the host's name.
/// Errors: invalid (the URL; the CA file), unavailable (nobody listens; the certificate is not to be believed; the
/// connection broke; the answer is not HTTP or too long), timed_out. Each names the URL's host. Any status is an answer.
[[nodiscard]] result<http_reply> call_http(const http_call& call);

/// What `call_http` would say of the URL before it calls. Errors: invalid.
[[nodiscard]] result<void> check_url(const std::string& url);

}  // namespace lightstick::gateway
