#include <gtest/gtest.h>

#include "gateway/wire/json.hpp"

namespace lightstick::gateway::wire {
namespace {

using namespace std::string_view_literals;

result<value> read(std::string_view text, bounds b = {}) { return read_json(text, b); }

std::string why_not(std::string_view text, bounds b = {}) {
  auto v = read(text, b);
  if (v) return "(accepted)";
  EXPECT_EQ(v.error().code, errc::invalid);
  return v.error().detail;
}

std::string written(const value& v) {
  std::string out;
  json_writer w(out);
  write(w, v);
  return out;
}

void expect_refused(std::string_view text) { EXPECT_NE(why_not(text), "(accepted)") << text; }
void expect_read_as(std::string_view text, const value& v) {
  auto found = read(text);
  ASSERT_TRUE(found) << text << ": " << found.error().to_string();
  EXPECT_EQ(*found, v) << text;
}

TEST(wire_json, reads_every_kind_of_value) {
  expect_read_as("null", value());
  expect_read_as(" true\n", value(true));
  expect_read_as("\"\"", value(""));
  expect_read_as("[]", value(array{}));
  expect_read_as("{}", value(map{}));
  expect_read_as(R"({"b":[1,-2,0.5],"a":{"x":null}})",
                 value(map{{"b", value(array{value(std::uint64_t{1}), value(std::int64_t{-2}), value(0.5)})},
                           {"a", value(map{{"x", value()}})}}));
}

TEST(wire_json, keeps_integers_of_64_bits_and_refuses_larger_ones) {
  expect_read_as("0", value(std::uint64_t{0}));
  expect_read_as("-0", value(std::uint64_t{0}));
  expect_read_as("9007199254740993", value(std::uint64_t{9'007'199'254'740'993}));
  expect_read_as("18446744073709551615", value(std::numeric_limits<std::uint64_t>::max()));
  expect_read_as("-9223372036854775808", value(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(why_not("18446744073709551616"), "the number 18446744073709551616 is out of range");
  EXPECT_EQ(why_not("-9223372036854775809"), "the number -9223372036854775809 is out of range");
}

TEST(wire_json, a_number_with_fraction_or_exponent_is_a_double) {
  expect_read_as("1.0", value(1.0));
  expect_read_as("1e3", value(1000.0));
  expect_read_as("0.1", value(0.1));
  expect_read_as("2.2250738585072014e-308", value(2.2250738585072014e-308));
  expect_read_as("1.7976931348623157e308", value(1.7976931348623157e308));
  expect_refused("1e400");
  expect_refused("-1e400");
  expect_refused("1e999999999999999999999");
}

TEST(wire_json, refuses_what_is_no_json) {
  for (auto text : {""sv,     " "sv,        "{"sv,         "[1,]"sv,     "{\"a\":1,}"sv,    "{'a':1}"sv,  "{a:1}"sv,
                    "01"sv,   "+1"sv,       ".5"sv,        "1."sv,       "NaN"sv,           "Infinity"sv, "-"sv,
                    "tru"sv,  "\"a\nb\""sv, "\"\\x41\""sv, "\"open"sv,   "// note\n1"sv,    "1 2"sv,      "{}{}"sv,
                    "{} x"sv, "{}\0"sv,     "{}\0{"sv,     "\"a\0b\""sv, "\xEF\xBB\xBF{}"sv}) {
    expect_refused(text);
  }
}

TEST(wire_json, refuses_strings_and_keys_that_are_not_utf8) {
  for (auto bytes :
       {"\x80"sv, "\xC0\x80"sv, "\xED\xA0\x80"sv, "\xF5\x80\x80\x80"sv, "\xE2\x82"sv, "longer than a word \xFF"sv}) {
    EXPECT_EQ(why_not("\"" + std::string(bytes) + "\""), "a string is not UTF-8");
    EXPECT_EQ(why_not("{\"" + std::string(bytes) + "\":1}"), "a string is not UTF-8");
  }
}

TEST(wire_json, refuses_lone_surrogates_and_joins_pairs) {
  expect_read_as(R"("\ud83d\udc9c")", value("\xF0\x9F\x92\x9C"));
  expect_refused(R"("\ud83d")");
  expect_refused(R"("\ud83d\u0041")");
  expect_refused(R"("\udc9c")");
  expect_refused(R"("\udc9c\ud83d")");
}

TEST(wire_json, reads_escapes) { expect_read_as(R"("\"\\\/\b\f\n\r\t\u0041\u0000")", value("\"\\/\b\f\n\r\tA\0"sv)); }

TEST(wire_json, refuses_a_key_twice) {
  EXPECT_EQ(why_not(R"({"a":1,"b":2,"a":3})"), "a map has a key twice");
  EXPECT_EQ(why_not(R"({"a":1,"\u0061":3})"), "a map has a key twice");
  std::string many = "{\"k\":0";
  for (int i = 0; i < 100; ++i) {
    many += ",\"k" + std::to_string(i) + "\":0";
  }
  EXPECT_EQ(why_not(many + "}"), "(accepted)");
  EXPECT_EQ(why_not(many + ",\"k57\":0}"), "a map has a key twice");
}

TEST(wire_json, holds_each_bound_exactly) {
  bounds b{.bytes = 40, .depth = 3, .items = 5};
  EXPECT_EQ(why_not("[[[]]]", b), "(accepted)");
  EXPECT_EQ(why_not("[[[[]]]]", b), "nested deeper than 3 arrays and maps");
  EXPECT_EQ(why_not("[{\"a\":[{}]}]", b), "nested deeper than 3 arrays and maps");
  EXPECT_EQ(why_not("[1,2,3,4,5]", b), "(accepted)");
  EXPECT_EQ(why_not("[1,2,3,4,5,6]", b), "more than 5 keys and elements");
  EXPECT_EQ(why_not(R"({"a":[1,2],"b":[1]})", b), "(accepted)");
  EXPECT_EQ(why_not(R"({"a":[1,2],"b":[1,2]})", b), "more than 5 keys and elements");
  EXPECT_EQ(why_not(std::string(39, ' ') + "1", b), "(accepted)");
  EXPECT_EQ(why_not(std::string(40, ' ') + "1", b), "more than 40 bytes");
}

TEST(wire_json, refuses_extreme_depth_without_recursion) {
  std::string deep(5'000'000, '[');
  EXPECT_EQ(why_not(deep, {.bytes = deep.size(), .depth = 8, .items = 2'048}), "nested deeper than 8 arrays and maps");
}

TEST(wire_json, writes_compact_text_with_separators_in_their_places) {
  map m{{"a", value(array{value(), value(true), value(array{}), value(map{}), value(map{{"k", value("v")}})})},
        {"b", value(std::int64_t{-7})},
        {"c", value(array{value(array{value(1.5)}), value(false)})}};
  EXPECT_EQ(written(value(m)), R"({"a":[null,true,[],{},{"k":"v"}],"b":-7,"c":[[1.5],false]})");
}

TEST(wire_json, writes_doubles_so_that_they_stay_doubles) {
  EXPECT_EQ(written(value(1000.0)), "1000.0");
  EXPECT_EQ(written(value(-0.0)), "-0.0");
  EXPECT_EQ(written(value(0.1)), "0.1");
  EXPECT_EQ(written(value(1e300)), "1e+300");
}

TEST(wire_json, escapes_what_json_must_and_nothing_else) {
  EXPECT_EQ(written(value("\"\\/\b\f\n\r\t\x1F\x7F\xEC\x95\x88</script>\0!"sv)),
            "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\t\\u001f\x7F\xEC\x95\x88</script>\\u0000!\"");
}

}  // namespace
}  // namespace lightstick::gateway::wire
