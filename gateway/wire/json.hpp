#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/wire/value.hpp"

namespace lightstick::gateway::wire {

/// Reads one JSON text (RFC 8259), which must be all of `bytes`. Refused beyond the grammar: a byte order mark, an
/// integer outside of -2^63..2^64-1, a number that no finite double is near, a lone surrogate (`\ud800`), a key twice
/// in one map. A number without fraction and exponent is an integer. Never recurses. Errors: invalid, with the reason
/// and where it shows.
[[nodiscard]] result<value> read_json(std::string_view bytes, const bounds& b);

/// Appends JSON without white space to a string. REQUIRES: calls form one value, strings are UTF-8, doubles finite.
/// Sizes given to `begin_*` are for the interface that both writers share.
class json_writer {
 public:
  explicit json_writer(std::string& out) noexcept : out_(out) {}

  void begin_map(std::size_t size);
  void key(std::string_view name);
  void end_map();
  void begin_array(std::size_t size);
  void end_array();

  void null();
  void boolean(bool b);
  void number(std::uint64_t n);
  void number(std::int64_t n);
  void number(std::uint32_t n) { number(std::uint64_t{n}); }
  void number(double d);  ///< shortest that reads back as the same; never without fraction or exponent
  void string(std::string_view utf8);

 private:
  void separate() {
    if (comma_) out_.push_back(',');
    comma_ = true;
  }
  void quote(std::string_view utf8);

  std::string& out_;
  bool comma_ = false;  ///< what comes next follows another member or element
};

}  // namespace lightstick::gateway::wire
