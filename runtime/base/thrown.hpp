#pragma once

#include <exception>
#include <optional>
#include <string>

namespace lightstick {

/// Calls what a kind of actor brought; nothing that it throws goes further. Empty when it returned, else what it threw.
template <class Call>
[[nodiscard]] std::optional<std::string> thrown_by(Call&& call) {
  try {
    call();
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "unknown exception";
  }
  return std::nullopt;
}

}  // namespace lightstick
