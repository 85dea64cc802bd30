#pragma once

#include <concepts>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Frames as a client sees them, written independently of the gateway's codecs so that an error there is seen here.
namespace lightstick::test {

enum class encoding : std::uint8_t { json, msgpack };
[[nodiscard]] std::string_view to_string(encoding e) noexcept;
std::ostream& operator<<(std::ostream& out, encoding e);

/// What JSON and msgpack have in common, and msgpack's byte strings. Every accessor throws `std::runtime_error`,
/// with the value's JSON in it, when the value is something else: in a test that is a failure.
class value {
 public:
  using array = std::vector<value>;
  using map = std::vector<std::pair<std::string, value>>;
  struct bytes {
    std::string raw;
    friend bool operator==(const bytes&, const bytes&) = default;
  };

  value() = default;
  value(bool b) : held_(b) {}
  template <std::unsigned_integral N>
    requires(!std::same_as<N, bool>)
  value(N n) : held_(std::uint64_t{n}) {}
  template <std::signed_integral N>
  value(N n) {
    if (n < 0) {
      held_ = std::int64_t{n};
    } else {
      held_ = static_cast<std::uint64_t>(n);
    }
  }
  value(double d) : held_(d) {}
  value(const char* s) : held_(std::string(s)) {}
  value(std::string s) : held_(std::move(s)) {}
  value(std::string_view s) : held_(std::string(s)) {}
  value(bytes b) : held_(std::move(b)) {}
  value(array a) : held_(std::move(a)) {}
  value(map m) : held_(std::move(m)) {}

  [[nodiscard]] bool is_null() const noexcept { return std::holds_alternative<std::monostate>(held_); }
  [[nodiscard]] bool is_map() const noexcept { return std::holds_alternative<map>(held_); }
  [[nodiscard]] bool is_array() const noexcept { return std::holds_alternative<array>(held_); }
  [[nodiscard]] bool is_number() const noexcept { return std::holds_alternative<std::uint64_t>(held_); }

  [[nodiscard]] bool flag() const;
  /// Not negative.
  [[nodiscard]] std::uint64_t number() const;
  [[nodiscard]] std::int64_t signed_number() const;
  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] const array& items() const;
  [[nodiscard]] const map& entries() const;

  [[nodiscard]] bool has(std::string_view key) const;
  /// The entry of a map; throws when there is none.
  [[nodiscard]] const value& operator[](std::string_view key) const;
  [[nodiscard]] const value& operator[](const char* key) const { return (*this)[std::string_view(key)]; }
  [[nodiscard]] const value& at(std::size_t index) const;
  /// Sets or replaces the entry of a map.
  void set(std::string_view key, value v);

  /// Maps compare without regard to the order of their keys.
  friend bool operator==(const value& a, const value& b);
  friend std::ostream& operator<<(std::ostream& out, const value& v);

  using storage =
      std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, bytes, array, map>;
  [[nodiscard]] const storage& held() const noexcept { return held_; }

 private:
  storage held_;
};

[[nodiscard]] std::string encode(encoding e, const value& v);
/// One value that fills `bytes`, strictly (duplicate keys, invalid UTF-8 and trailing bytes are errors).
/// Throws `std::runtime_error`.
[[nodiscard]] value decode(encoding e, std::string_view bytes);

}  // namespace lightstick::test
