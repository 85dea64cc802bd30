#pragma once

#include <string_view>

namespace lightstick::gateway {

// One file of gateway/web, embedded in the binary at build time. All views live as long as the process.
struct web_asset {
  std::string_view path;          // from the root of the server, for example "/client/client.js"
  std::string_view content_type;  // value for the header Content-Type, charset included for text
  std::string_view etag;          // value for the header ETag, quotes included; changes with the bytes
  std::string_view body;
};

// Returns the asset with exactly this path, null when there is none. "/" is "/index.html" and
// "/playground" is "/playground.html". The path is compared as it is: no decoding, no query string, no "..". Any thread.
[[nodiscard]] const web_asset* find_web_asset(std::string_view path) noexcept;

}  // namespace lightstick::gateway
