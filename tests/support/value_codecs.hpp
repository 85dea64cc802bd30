#pragma once

#include "tests/support/value.hpp"

/// The two encodings behind `encode` and `decode`.
namespace lightstick::test::codecs {

inline constexpr int depth_max = 32;

[[nodiscard]] std::string encode_json(const value& v);
[[nodiscard]] value decode_json(std::string_view bytes);
[[nodiscard]] std::string encode_msgpack(const value& v);
[[nodiscard]] value decode_msgpack(std::string_view bytes);

/// Appends the entry; throws `std::runtime_error` when the key is already there.
void add_entry(value::map& entries, std::string key, value v);

}  // namespace lightstick::test::codecs
