#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/chat_message.hpp"
#include "gateway/net/ip_address.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/unique_function.hpp"

/// HTTP requests and answers without the sockets under them.
namespace lightstick::gateway::net {

/// The parts of a request that our routes look at. Views: valid while the handler runs, not after it returned.
struct http_request {
  std::string_view method;  ///< "GET", "HEAD" or "POST"; on the clients' listener "PUT", "PATCH" and "DELETE" too
  std::string_view path;    ///< as sent, without the query
  std::string_view query;
  std::string_view body;
  std::string_view bearer;  ///< the token of `Authorization: Bearer`, or empty
  std::string_view if_none_match;
  std::string_view content_type;
  std::string idempotency_key{};  ///< as sent; with commas when it was sent more than once
  ip_address client;
  bool client_known = true;  ///< false: `client` is a balancer that did not tell for whom it asks

  /// The value of a query parameter, not decoded; empty when it is not there.
  [[nodiscard]] std::string_view parameter(std::string_view name) const noexcept;
  /// The same as a number; `otherwise` when it is none.
  [[nodiscard]] std::uint64_t number(std::string_view name, std::uint64_t otherwise) const noexcept;
};

struct http_response {
  unsigned status = 200;
  std::string_view content_type = "application/json";  ///< static storage
  std::string body;
  std::string_view static_body;  ///< instead of `body`; lives as long as the process
  /// Values must be free of line breaks.
  std::vector<std::pair<std::string_view, std::string>> headers;

  [[nodiscard]] std::string_view content() const noexcept {
    return static_body.empty() ? std::string_view(body) : static_body;
  }
};

/// What `%41` stands for. Errors: invalid.
[[nodiscard]] result<std::string> percent_decoded(std::string_view text);

/// `{"error":{"code":107,"msg":"..."}}`, with `retry_ms` (and Retry-After) when given.
[[nodiscard]] http_response error_response(unsigned status, actors::errc code, std::string_view msg,
                                           std::optional<std::chrono::milliseconds> retry = std::nullopt);
[[nodiscard]] http_response json_response(std::string body);

/// The status line and header fields as they go out. `body_bytes` is the length announced.
[[nodiscard]] std::string write_head(const http_response& r, bool keep_alive);

/// The last known path, then 405 with Allow; anything else 404.
[[nodiscard]] http_response not_found_response();
[[nodiscard]] http_response wrong_method_response(std::string_view allow);

/// Takes the one answer to a request; may be called on any thread, at once or later. Not called: 503 after a while.
using responder = unique_function<void(http_response)>;

class http_service {
 public:
  virtual ~http_service() = default;
  virtual void handle(const http_request& request, responder respond) = 0;
};

}  // namespace lightstick::gateway::net
