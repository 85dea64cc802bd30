#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/wire/value.hpp"
#include "runtime/base/result.hpp"

namespace lightstick::tools {

/// Pages of the audit journal, the newest first, put together to one answer. One thread.
class audit_pages {
 public:
  /// At most so many entries are in one answer of a node.
  static constexpr std::uint32_t page_max = 1'000;

  /// The next older page. Errors: invalid when it is of another shape.
  [[nodiscard]] result<void> add(std::string_view json);
  /// Entries that are older than those added.
  [[nodiscard]] bool more() const noexcept { return more_; }
  /// The number of the oldest entry added; 0 when there is none.
  [[nodiscard]] std::uint64_t oldest() const noexcept { return oldest_; }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// As one answer of a node: `{"more":true,"entries":[...]}`.
  [[nodiscard]] std::string json() &&;

 private:
  gateway::wire::array entries_;
  bool more_ = false;
  std::uint64_t oldest_ = 0;
};

}  // namespace lightstick::tools
