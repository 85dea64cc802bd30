#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/wire/value.hpp"

namespace lightstick::gateway::wire {

/// Reads one msgpack object, which must be all of `bytes`. What JSON could not say is refused: `bin` and `ext` types,
/// keys that are no strings, strings that are not UTF-8, NaN and infinity, a key twice in one map. Announced lengths
/// are believed only as far as bytes and bounds allow. Never recurses. Errors: invalid, with the reason.
[[nodiscard]] result<value> read_msgpack(std::string_view bytes, const bounds& b);

/// Appends msgpack to a string, every integer, string and container in its shortest form, every double as float 64.
/// REQUIRES: calls form one value, sizes given to `begin_*` are right and fit 32 bits, strings are UTF-8.
class msgpack_writer {
 public:
  explicit msgpack_writer(std::string& out) noexcept : out_(out) {}

  void begin_map(std::size_t size);
  void key(std::string_view name) { string(name); }
  void end_map() {}
  void begin_array(std::size_t size);
  void end_array() {}

  void null();
  void boolean(bool b);
  void number(std::uint64_t n);
  void number(std::int64_t n);
  void number(std::uint32_t n) { number(std::uint64_t{n}); }
  void number(double d);
  void string(std::string_view utf8);

 private:
  std::string& out_;
};

}  // namespace lightstick::gateway::wire
