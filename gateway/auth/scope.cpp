#include "gateway/auth/scope.hpp"

#include <algorithm>
#include <array>

namespace lightstick::gateway::auth {
namespace {

constexpr std::array<scope, 4> every{scope::rooms_read, scope::rooms_write, scope::publish, scope::moderate};

}  // namespace

std::string_view to_string(scope s) noexcept {
  switch (s) {
    case scope::rooms_read: return "rooms:read";
    case scope::rooms_write: return "rooms:write";
    case scope::publish: return "publish";
    case scope::moderate: return "moderate";
  }
  return {};
}

std::string to_string(const scopes& all) {
  std::string out;
  for (const auto each : every) {
    if (all.has(each)) out.append(out.empty() ? "" : " ").append(to_string(each));
  }
  return out;
}

result<void> add_scopes(std::string_view text, scopes& all) {
  result<void> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    const auto known = std::ranges::find(every, word, [](scope s) { return to_string(s); });
    if (known != every.end()) {
      all.add(*known);
    } else if (out) {
      out = fail(errc::invalid, "\"" + std::string(word) + "\" is none of rooms:read, rooms:write, publish, moderate");
    }
  }
  return out;
}

}  // namespace lightstick::gateway::auth
