#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/wire/value.hpp"

namespace lightstick::gateway::protocol {

/// Takes typed fields out of one map and remembers the first thing that is wrong, so that a parser is a list of its
/// fields. A key with null is as good as absent. After a failure fields may have any value.
class fields {
 public:
  /// `path` comes before the key in sentences, such as "since.".
  explicit fields(wire::map& from, std::string path = {}) : from_(from), path_(std::move(path)) {}

  /// A name as check_name wants it; missing is a failure.
  [[nodiscard]] std::string name(std::string_view key, std::size_t bytes_max);
  [[nodiscard]] std::optional<std::string> optional_name(std::string_view key, std::size_t bytes_max);
  /// Any string with 1 byte or more; missing is a failure.
  [[nodiscard]] std::string filled_string(std::string_view key);
  [[nodiscard]] std::optional<std::string> optional_string(std::string_view key, std::size_t bytes_max);

  /// An integer within min..max.
  [[nodiscard]] std::uint64_t number(std::string_view key, std::uint64_t min, std::uint64_t max);
  [[nodiscard]] std::optional<std::uint64_t> optional_number(std::string_view key, std::uint64_t min,
                                                             std::uint64_t max);
  /// Any integer of 64 bits with a sign.
  [[nodiscard]] std::optional<std::int64_t> optional_signed(std::string_view key);

  [[nodiscard]] std::optional<bool> optional_flag(std::string_view key);

  /// Null pointer when absent, or of another kind (a failure).
  [[nodiscard]] wire::map* optional_map(std::string_view key);
  [[nodiscard]] wire::array* optional_array(std::string_view key);

  [[nodiscard]] bool has(std::string_view key) { return present(key) != nullptr; }

  /// Records that `key` is wrong: "<path><key> <why>".
  void refuse(std::string_view key, std::string_view why);
  /// Takes over the failure of a nested map.
  void refuse(std::string why);
  [[nodiscard]] bool failed() const noexcept { return !why_.empty(); }
  [[nodiscard]] const std::string& why() const noexcept { return why_; }

 private:
  [[nodiscard]] wire::value* present(std::string_view key);
  template <class T>
  [[nodiscard]] T* typed(std::string_view key, std::string_view wanted);
  template <class T>
  [[nodiscard]] T required(std::string_view key, std::optional<T> found);

  wire::map& from_;
  std::string path_;
  std::string why_;
};

}  // namespace lightstick::gateway::protocol
