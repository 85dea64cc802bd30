#include <gtest/gtest.h>

#include <limits>

#include "gateway/wire/msgpack_codec.hpp"

namespace lightstick::gateway::wire {
namespace {

using namespace std::string_view_literals;

std::string why_not(std::string_view bytes, bounds b = {}) {
  auto v = read_msgpack(bytes, b);
  if (v) return "(accepted)";
  EXPECT_EQ(v.error().code, errc::invalid);
  return v.error().detail;
}

std::string written(const value& v) {
  std::string out;
  msgpack_writer w(out);
  write(w, v);
  return out;
}

void expect_read_as(std::string_view bytes, const value& v) {
  auto found = read_msgpack(bytes, {});
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ(*found, v);
}

TEST(wire_msgpack, reads_every_kind_of_value) {
  expect_read_as("\xC0"sv, value());
  expect_read_as("\xC3"sv, value(true));
  expect_read_as("\xA0"sv, value(""));
  expect_read_as("\x90"sv, value(array{}));
  expect_read_as("\x80"sv, value(map{}));
  expect_read_as("\x82\xA1\x62\x93\x01\xFE\xCB\x3F\xE0\0\0\0\0\0\0\xA1\x61\x81\xA1\x78\xC0"sv,
                 value(map{{"b", value(array{value(std::uint64_t{1}), value(std::int64_t{-2}), value(0.5)})},
                           {"a", value(map{{"x", value()}})}}));
}

TEST(wire_msgpack, reads_long_forms_as_the_same_values) {
  expect_read_as("\xD3\0\0\0\0\0\0\0\x05"sv, value(std::uint64_t{5}));
  expect_read_as("\xD0\x80"sv, value(std::int64_t{-128}));
  expect_read_as("\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, value(std::numeric_limits<std::uint64_t>::max()));
  expect_read_as("\xCA\x3F\x00\x00\x00"sv, value(0.5));
  expect_read_as("\xDB\0\0\0\x02hi"sv, value("hi"));
  expect_read_as("\xD9\0"sv, value(""));
  expect_read_as("\xDD\0\0\0\x01\xC2"sv, value(array{value(false)}));
  expect_read_as("\xDF\0\0\0\x01\xA1k\xC2"sv, value(map{{"k", value(false)}}));
  expect_read_as("\xDC\0\0"sv, value(array{}));
}

TEST(wire_msgpack, refuses_what_json_could_not_say) {
  EXPECT_EQ(why_not("\xC4\x01x"sv), "a bin value");
  EXPECT_EQ(why_not("\x81\xA1k\xC4\0"sv), "a bin value");
  EXPECT_EQ(why_not("\xD4\x01\x02"sv), "an ext value");
  EXPECT_EQ(why_not("\xD6\xFF\0\0\0\0"sv), "an ext value");  // a timestamp
  EXPECT_EQ(why_not("\xC7\0\x01"sv), "an ext value");
  EXPECT_EQ(why_not("\xCB\x7F\xF8\0\0\0\0\0\0"sv), "a number is not finite");
  EXPECT_EQ(why_not("\xCA\xFF\x80\0\0"sv), "a number is not finite");
  for (auto key : {"\x01"sv, "\xC0"sv, "\xC2"sv, "\xFF"sv, "\xCB\0\0\0\0\0\0\0\0"sv, "\x90"sv, "\x80"sv}) {
    EXPECT_EQ(why_not("\x81" + std::string(key) + "\xC0"), "a map key that is no string");
  }
}

TEST(wire_msgpack, refuses_strings_and_keys_that_are_not_utf8) {
  EXPECT_EQ(why_not("\xA1\xFF"sv), "a string is not UTF-8");
  EXPECT_EQ(why_not("\xA3\xED\xA0\x80"sv), "a string is not UTF-8");
  EXPECT_EQ(why_not("\x81\xA1\xFF\xC0"sv), "a string is not UTF-8");
}

TEST(wire_msgpack, refuses_a_key_twice) {
  EXPECT_EQ(why_not("\x82\xA1\x61\x01\xA1\x61\x02"sv), "a map has a key twice");
  EXPECT_EQ(why_not("\x82\xA1\x61\x01\xD9\x01\x61\x02"sv), "a map has a key twice");
}

TEST(wire_msgpack, refuses_every_truncation_and_every_trailing_byte) {
  auto whole = written(value(map{{"text", value(std::string(300, 'x'))},
                                 {"list", value(array{value(0.5), value(std::uint64_t{1} << 40), value()})}}));
  ASSERT_EQ(why_not(whole), "(accepted)");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(why_not(whole.substr(0, size)), "(accepted)") << size;
  }
  for (char extra : {'\0', '\xC0', '\xC1', 'x'}) {
    EXPECT_EQ(why_not(whole + extra),
              "bytes after the end of the msgpack object at byte " + std::to_string(whole.size()));
  }
}

TEST(wire_msgpack, refuses_the_reserved_byte) { EXPECT_NE(why_not("\xC1"sv), "(accepted)"); }

TEST(wire_msgpack, does_not_believe_announced_lengths) {
  EXPECT_EQ(why_not("\xDD\xFF\xFF\xFF\xFF"sv), "more than 2048 keys and elements");
  EXPECT_EQ(why_not("\xDF\xFF\xFF\xFF\xFF"sv), "more than 2048 keys and elements");
  EXPECT_EQ(why_not("\xDB\xFF\xFF\xFF\xFFx"sv), "not msgpack at byte 5");
  EXPECT_EQ(why_not("\xC6\xFF\xFF\xFF\xFFx"sv), "not msgpack at byte 5");
  EXPECT_EQ(why_not("\xC9\xFF\xFF\xFF\xFF\x01"sv), "not msgpack at byte 5");
}

TEST(wire_msgpack, holds_each_bound_exactly) {
  bounds b{.bytes = 10, .depth = 3, .items = 5};
  EXPECT_EQ(why_not("\x91\x91\x90"sv, b), "(accepted)");
  EXPECT_EQ(why_not("\x91\x91\x91\x90"sv, b), "nested deeper than 3 arrays and maps");
  EXPECT_EQ(why_not("\x91\x81\xA0\x91\x80"sv, b), "nested deeper than 3 arrays and maps");
  EXPECT_EQ(why_not("\x95\1\2\3\4\5"sv, b), "(accepted)");
  EXPECT_EQ(why_not("\x96\1\2\3\4\5\6"sv, b), "more than 5 keys and elements");
  EXPECT_EQ(why_not("\x92\x92\1\2\x91\1"sv, b), "(accepted)");
  EXPECT_EQ(why_not("\x92\x92\1\2\x92\1\2"sv, b), "more than 5 keys and elements");
  EXPECT_EQ(why_not("\xA9" + std::string(9, 'x'), b), "(accepted)");
  EXPECT_EQ(why_not("\xAA" + std::string(10, 'x'), b), "more than 10 bytes");
}

TEST(wire_msgpack, refuses_extreme_depth_without_recursion) {
  std::string deep(5'000'000, '\x91');
  EXPECT_EQ(why_not(deep, {.bytes = deep.size(), .depth = 8, .items = 2'048}), "nested deeper than 8 arrays and maps");
}

TEST(wire_msgpack, writes_shortest_forms) {
  EXPECT_EQ(written(value(std::uint64_t{127})), "\x7F"sv);
  EXPECT_EQ(written(value(std::uint64_t{128})), "\xCC\x80"sv);
  EXPECT_EQ(written(value(std::uint64_t{65'536})), "\xCE\0\x01\0\0"sv);
  EXPECT_EQ(written(value(std::uint64_t{1} << 32)), "\xCF\0\0\0\x01\0\0\0\0"sv);
  EXPECT_EQ(written(value(std::int64_t{-32})), "\xE0"sv);
  EXPECT_EQ(written(value(std::int64_t{-33})), "\xD0\xDF"sv);
  EXPECT_EQ(written(value(std::string(31, 'x'))), "\xBF" + std::string(31, 'x'));
  EXPECT_EQ(written(value(std::string(32, 'x'))), "\xD9\x20" + std::string(32, 'x'));
  EXPECT_EQ(written(value(array(16, value()))), std::string("\xDC\0\x10"sv) + std::string(16, '\xC0'));
}

TEST(wire_msgpack, writes_doubles_as_doubles) {
  EXPECT_EQ(written(value(1.0)), "\xCB\x3F\xF0\0\0\0\0\0\0"sv);
  EXPECT_EQ(written(value(-0.0)), "\xCB\x80\0\0\0\0\0\0\0"sv);
  EXPECT_EQ(written(value(18'446'744'073'709'551'616.0)), "\xCB\x43\xF0\0\0\0\0\0\0"sv);
}

TEST(wire_msgpack, writes_numbers_given_with_a_sign_as_those_without) {
  std::string out;
  msgpack_writer w(out);
  w.number(std::int64_t{200});
  EXPECT_EQ(out, "\xCC\xC8"sv);
}

}  // namespace
}  // namespace lightstick::gateway::wire
