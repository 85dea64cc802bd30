#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace lightstick {

/// A string that is one kind of name and cannot be passed for another.
template <class Tag>
class strong_string {
 public:
  strong_string() = default;
  explicit strong_string(std::string value) : value_(std::move(value)) {}
  [[nodiscard]] const std::string& str() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }
  friend auto operator<=>(const strong_string&, const strong_string&) = default;
  friend std::ostream& operator<<(std::ostream& out, const strong_string& s) { return out << s.value_; }

 private:
  std::string value_;
};

/// An unsigned 64-bit number that is one kind of number and cannot be passed for another.
template <class Tag>
class strong_number {
 public:
  constexpr strong_number() = default;
  constexpr explicit strong_number(std::uint64_t value) : value_(value) {}
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }
  [[nodiscard]] constexpr strong_number next() const noexcept { return strong_number{value_ + 1}; }
  friend constexpr auto operator<=>(const strong_number&, const strong_number&) = default;
  friend std::ostream& operator<<(std::ostream& out, const strong_number& n) { return out << n.value_; }

 private:
  std::uint64_t value_ = 0;
};

using room_id = strong_string<struct room_tag>;        ///< 1 to 128 bytes, see `valid_name`
using user_id = strong_string<struct user_tag>;        ///< the token's `sub`; 1 to 128 bytes
using device_id = strong_string<struct device_tag>;    ///< chosen by the client; 1 to 64 bytes
using session_id = strong_string<struct session_tag>;  ///< one device's connection, unique on this cluster
using node_id = strong_string<struct node_tag>;
using history_id = strong_string<struct history_tag>;  ///< protocol.md `hist`

using offset = strong_number<struct offset_tag>;       ///< of a room, dense from 1; 0 = nothing yet
using sequence = strong_number<struct sequence_tag>;   ///< of a journal, dense from 1; 0 = nothing yet
using epoch = strong_number<struct epoch_tag>;         ///< grows when a partition changes hands
using trace_id = strong_number<struct trace_tag>;      ///< follows a command and all that it causes; 0 = none

/// A fixed hash slice of all actors: the unit of ownership, order, replication and fencing.
struct partition {
  std::uint16_t value = 0;
  friend constexpr auto operator<=>(const partition&, const partition&) = default;
};
inline constexpr std::uint16_t partition_count = 256;

/// Address of a virtual actor: `kind/key`, such as `room/aurora`. A kind has no `/`, a key neither.
struct actor_id {
  std::string kind;
  std::string key;

  [[nodiscard]] std::string to_string() const { return kind + "/" + key; }
  friend auto operator<=>(const actor_id&, const actor_id&) = default;
};

/// XXH3-64 of "kind/key" modulo `partition_count`; fixed for ever (it is in every stored key).
[[nodiscard]] partition partition_of(const actor_id& id) noexcept;
[[nodiscard]] std::size_t hash_of(const actor_id& id) noexcept;

}  // namespace lightstick

template <class Tag>
struct std::hash<lightstick::strong_string<Tag>> {
  std::size_t operator()(const lightstick::strong_string<Tag>& s) const noexcept {
    return std::hash<std::string>{}(s.str());
  }
};
template <class Tag>
struct std::hash<lightstick::strong_number<Tag>> {
  std::size_t operator()(const lightstick::strong_number<Tag>& n) const noexcept {
    return std::hash<std::uint64_t>{}(n.value());
  }
};
template <>
struct std::hash<lightstick::actor_id> {
  std::size_t operator()(const lightstick::actor_id& id) const noexcept { return lightstick::hash_of(id); }
};
