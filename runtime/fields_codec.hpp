#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/record_codec.hpp"

/// Structs as records, without a line of code a field: a struct names its members once, in the order they are stored,
///
///     struct added {
///       std::int64_t by = 0;
///       static constexpr auto fields = std::tuple(&added::by);
///     };
///
/// Members may be bool, integers, enums, std::string, the strong types of base/ids.hpp, wall_ms, other such structs, and
/// optionals and vectors of these. What is written is flat: a vector is its length and then its elements, an optional a
/// flag and then its value. Reading never trusts: the first mistake is kept (`record_reader`), and a vector is no longer
/// than there are fields left. A member more is a new version; read the old one with a struct of its own.
namespace lightstick::runtime {

template <class T>
concept has_fields = requires { T::fields; };

namespace detail {

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_strong_string : std::false_type {};
template <class Tag>
struct is_strong_string<strong_string<Tag>> : std::true_type {};
template <class T>
struct is_strong_number : std::false_type {};
template <class Tag>
struct is_strong_number<strong_number<Tag>> : std::true_type {};

template <class T, class Visit>
void each_field(T& of, Visit&& visit) {
  std::apply([&](auto... member) { (visit(of.*member), ...); }, std::remove_const_t<T>::fields);
}

template <class T>
std::size_t count_fields(const T& x) {
  if constexpr (has_fields<T>) {
    std::size_t n = 0;
    each_field(x, [&](const auto& member) { n += count_fields(member); });
    return n;
  } else if constexpr (is_vector<T>::value) {
    std::size_t n = 1;
    for (const auto& each : x) n += count_fields(each);
    return n;
  } else if constexpr (is_optional<T>::value) {
    return x ? 1 + count_fields(*x) : 1;
  } else {
    return 1;
  }
}

template <class T>
void write_field(record_writer& out, const T& x) {
  if constexpr (has_fields<T>) {
    each_field(x, [&](const auto& member) { write_field(out, member); });
  } else if constexpr (is_vector<T>::value) {
    out.number(x.size());
    for (const auto& each : x) write_field(out, each);
  } else if constexpr (is_optional<T>::value) {
    out.flag(x.has_value());
    if (x) write_field(out, *x);
  } else if constexpr (std::same_as<T, bool>) {
    out.flag(x);
  } else if constexpr (std::is_enum_v<T>) {
    out.number(static_cast<std::uint64_t>(x));
  } else if constexpr (std::unsigned_integral<T>) {
    out.number(x);
  } else if constexpr (std::signed_integral<T>) {
    out.integer(x);
  } else if constexpr (std::same_as<T, wall_ms>) {
    out.integer(x.value);
  } else if constexpr (is_strong_string<T>::value) {
    out.bytes(x.str());
  } else if constexpr (is_strong_number<T>::value) {
    out.number(x.value());
  } else {
    static_assert(std::same_as<T, std::string>, "a member of a type that records do not hold");
    out.bytes(x);
  }
}

template <class T>
T read_number(record_reader& in) {
  if constexpr (std::unsigned_integral<T>) {
    const auto n = in.number();
    if (n > std::numeric_limits<T>::max()) in.refuse("has a number that is too large");
    return static_cast<T>(n);
  } else {
    const auto n = in.integer();
    if (n > std::numeric_limits<T>::max() || n < std::numeric_limits<T>::min()) {
      in.refuse("has a number that is too large");
    }
    return static_cast<T>(n);
  }
}

template <class T>
void read_field(record_reader& in, T& x) {
  if constexpr (has_fields<T>) {
    each_field(x, [&](auto& member) { read_field(in, member); });
  } else if constexpr (is_vector<T>::value) {
    const auto size = in.number();
    if (size > in.remaining()) return in.refuse("has a list that is too long");
    x.clear();
    for (std::uint64_t i = 0; i < size; ++i) read_field(in, x.emplace_back());
  } else if constexpr (is_optional<T>::value) {
    x.reset();
    if (in.flag()) read_field(in, x.emplace());
  } else if constexpr (std::same_as<T, bool>) {
    x = in.flag();
  } else if constexpr (std::is_enum_v<T>) {
    x = static_cast<T>(read_number<std::make_unsigned_t<std::underlying_type_t<T>>>(in));
  } else if constexpr (std::integral<T>) {
    x = read_number<T>(in);
  } else if constexpr (std::same_as<T, wall_ms>) {
    x.value = in.integer();
  } else if constexpr (is_strong_string<T>::value) {
    x = T{in.bytes()};
  } else if constexpr (is_strong_number<T>::value) {
    x = T{in.number()};
  } else {
    x = in.bytes();
  }
}

}  // namespace detail

/// `[version, field, ...]`.
template <has_fields T>
[[nodiscard]] std::string encode_fields(const T& x, std::uint64_t version = 1) {
  record_writer out{version, detail::count_fields(x)};
  detail::write_field(out, x);
  return out.take();
}

/// Errors: corrupt, naming `what`. An enum may hold a value that it does not name: check it where it matters.
template <has_fields T>
[[nodiscard]] result<T> decode_fields(std::string_view record, std::string_view what, std::uint64_t newest = 1) {
  record_reader in{record, what, newest};
  T x{};
  detail::read_field(in, x);
  if (auto ok = in.finish(); !ok) return fail(std::move(ok.error()));
  return x;
}

/// The fields of a struct out of a record that is being read; a mistake is kept by `in`.
template <has_fields T>
[[nodiscard]] T read_fields(record_reader& in) {
  T x{};
  detail::read_field(in, x);
  return x;
}

/// `[version, type, field, ...]`, for a codec that gives its types numbers of its own.
template <has_fields T>
[[nodiscard]] std::string encode_fields_as(std::uint64_t type, const T& x, std::uint64_t version) {
  record_writer out{version, 1 + detail::count_fields(x)};
  out.number(type);
  detail::write_field(out, x);
  return out.take();
}

/// How many fields `write_fields` writes.
template <has_fields T>
[[nodiscard]] std::size_t fields_of(const T& x) {
  return detail::count_fields(x);
}

/// The fields of a struct as a part of a record. REQUIRES: `out` was made for `fields_of(x)` more.
template <has_fields T>
void write_fields(record_writer& out, const T& x) {
  detail::write_field(out, x);
}

/// One of several structs, told apart by their place in the list: `[version, place, field, ...]`. Add to the end only.
template <has_fields... Ts>
[[nodiscard]] std::string encode_one_of(const std::variant<Ts...>& x, std::uint64_t version = 1) {
  return std::visit(
      [&](const auto& one) {
        record_writer out{version, 1 + detail::count_fields(one)};
        out.number(x.index());
        detail::write_field(out, one);
        return out.take();
      },
      x);
}

/// Errors: corrupt, naming `what`.
template <class Variant>
[[nodiscard]] result<Variant> decode_one_of(std::string_view record, std::string_view what, std::uint64_t newest = 1) {
  record_reader in{record, what, newest};
  const auto place = in.number();
  Variant x{};
  const bool known = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return ((place == I ? (detail::read_field(in, x.template emplace<I>()), true) : false) || ...);
  }(std::make_index_sequence<std::variant_size_v<Variant>>{});
  if (!known) in.refuse("is of a kind that does not exist");
  if (auto ok = in.finish(); !ok) return fail(std::move(ok.error()));
  return x;
}

}  // namespace lightstick::runtime
