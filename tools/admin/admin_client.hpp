#pragma once

#include <string>
#include <string_view>

#include "runtime/base/result.hpp"

namespace lightstick::tools {

/// Asks the admin listener of a node. Thread: any; blocks at most 10 s a call.
class admin_client {
 public:
  /// "http://127.0.0.1:8081" or "127.0.0.1:8081". Errors: invalid.
  [[nodiscard]] static result<admin_client> make(std::string node_url, std::string token);

  /// The body of a 200. Errors, each a sentence that says what to do: not_found (`path`'s thing does not exist),
  /// denied (the token), invalid (no admin listener there), unavailable, timed_out.
  [[nodiscard]] result<std::string> get(const std::string& path_and_query) const;
  /// The body of a 200 or 202 to a POST of JSON. Errors: as get; what the node says why it refuses is the detail.
  [[nodiscard]] result<std::string> post(const std::string& path, std::string json) const;

 private:
  admin_client(std::string base, std::string token) : base_(std::move(base)), token_(std::move(token)) {}

  [[nodiscard]] result<std::string> ask(const std::string& method, const std::string& path, std::string json) const;

  std::string base_;
  std::string token_;
};

/// The token in a file, without blanks and line ends around it. Errors: invalid, with a way to make one.
[[nodiscard]] result<std::string> read_token_file(const std::string& path);

/// For a value in a query: everything but letters, digits and `-_.~` as %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace lightstick::tools
