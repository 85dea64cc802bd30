#pragma once

#include <cstdint>
#include <cstdlib>

namespace lightstick::test {

/// A whole number that the environment sets, or another.
[[nodiscard]] inline std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace lightstick::test
