#include "gateway/wire/value.hpp"

#include <algorithm>

namespace lightstick::gateway::wire {

bool operator==(const value& a, const value& b) { return a.held_ == b.held_; }

const value* find(const map& m, std::string_view key) noexcept {
  auto at = std::find_if(m.begin(), m.end(), [key](const member& e) { return e.key == key; });
  return at == m.end() ? nullptr : &at->val;
}

value* find(map& m, std::string_view key) noexcept {
  auto at = std::find_if(m.begin(), m.end(), [key](const member& e) { return e.key == key; });
  return at == m.end() ? nullptr : &at->val;
}

}  // namespace lightstick::gateway::wire
