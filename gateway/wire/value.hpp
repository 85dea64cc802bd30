#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/base/result.hpp"

/// What the two encodings have in common: a tree of values, readers that turn bytes from outside into it within
/// bounds, and writers that append to a string. Pure: no clock, no I/O. Thread: any; nothing is shared.
namespace lightstick::gateway::wire {

class value;
/// A template so that it is complete where `value` is.
template <class Value>
struct basic_member {
  std::string key;
  Value val;
  friend bool operator==(const basic_member&, const basic_member&) = default;
};
using member = basic_member<value>;
using array = std::vector<value>;
using map = std::vector<member>;  ///< in the order read; no key twice

/// One value of what JSON and msgpack can both say: null, bool, integers of 64 bits, finite doubles, UTF-8 strings,
/// arrays, and maps with string keys. An integer from 0 on is held as std::uint64_t, a negative one as std::int64_t.
/// Copying, comparing, writing and destroying recurse as deep as the tree: readers bound it by `bounds::depth`.
class value {
 public:
  using variant = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, array, map>;

  value() noexcept = default;  ///< null
  explicit value(bool b) : held_(b) {}
  explicit value(std::uint64_t n) : held_(n) {}
  explicit value(std::int64_t n) {
    if (n < 0) {
      held_ = n;
    } else {
      held_ = static_cast<std::uint64_t>(n);
    }
  }
  explicit value(double d) : held_(d) {}  ///< REQUIRES: finite
  explicit value(std::string s) : held_(std::move(s)) {}
  explicit value(std::string_view s) : held_(std::string(s)) {}
  explicit value(const char* s) : held_(std::string(s)) {}  // else a literal would be a bool
  explicit value(array a) : held_(std::move(a)) {}
  explicit value(map m) : held_(std::move(m)) {}

  [[nodiscard]] bool is_null() const noexcept { return std::holds_alternative<std::monostate>(held_); }
  /// Null pointer when it holds something else. `as<std::int64_t>` finds negative numbers only.
  template <class T>
  [[nodiscard]] T* as() noexcept {
    return std::get_if<T>(&held_);
  }
  template <class T>
  [[nodiscard]] const T* as() const noexcept {
    return std::get_if<T>(&held_);
  }
  [[nodiscard]] const variant& held() const noexcept { return held_; }

  friend bool operator==(const value& a, const value& b);

 private:
  variant held_;
};

/// The value of a key, or a null pointer.
[[nodiscard]] const value* find(const map& m, std::string_view key) noexcept;
[[nodiscard]] value* find(map& m, std::string_view key) noexcept;

/// What a reader accepts; beyond it the bytes are refused, and nothing larger was ever allocated: a reader holds at
/// most `items` values and the strings that it has seen.
struct bounds {
  std::size_t bytes = 65'536;   ///< of the whole input
  std::uint32_t depth = 8;      ///< arrays and maps inside one another
  std::uint32_t items = 2'048;  ///< keys and elements together
};

/// Writes a value with either writer (json.hpp, msgpack_codec.hpp).
template <class Writer>
void write(Writer& w, const value& v) {
  std::visit(
      [&w](const auto& held) {
        using held_type = std::remove_cvref_t<decltype(held)>;
        if constexpr (std::is_same_v<held_type, std::monostate>) {
          w.null();
        } else if constexpr (std::is_same_v<held_type, bool>) {
          w.boolean(held);
        } else if constexpr (std::is_same_v<held_type, std::string>) {
          w.string(held);
        } else if constexpr (std::is_same_v<held_type, array>) {
          w.begin_array(held.size());
          for (const auto& element : held) {
            write(w, element);
          }
          w.end_array();
        } else if constexpr (std::is_same_v<held_type, map>) {
          w.begin_map(held.size());
          for (const auto& [key, val] : held) {
            w.key(key);
            write(w, val);
          }
          w.end_map();
        } else {
          w.number(held);
        }
      },
      v.held());
}

}  // namespace lightstick::gateway::wire
