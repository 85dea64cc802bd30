#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace lightstick::fuzz {

/// What the fuzzer made up, taken apart from the front. An input that has ended gives zeros and empty texts.
class input {
 public:
  input(const std::uint8_t* data, std::size_t size) : left_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool empty() const noexcept { return left_.empty(); }
  [[nodiscard]] std::uint8_t byte() {
    auto out = take(1);
    return out.empty() ? 0 : static_cast<std::uint8_t>(out.front());
  }
  /// A byte with the length, then the text.
  [[nodiscard]] std::string text() { return std::string(take(byte())); }
  [[nodiscard]] std::string rest() { return std::string(take(left_.size())); }

 private:
  std::string_view take(std::size_t n) {
    auto out = left_.substr(0, n);
    left_.remove_prefix(out.size());
    return out;
  }
  std::string_view left_;
};

/// What must hold whatever the input is.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace lightstick::fuzz
