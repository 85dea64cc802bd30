// The tests' own client is checked first: what it cannot see, no test sees.
#include <gtest/gtest.h>

#include "tests/support/ledger.hpp"
#include "tests/support/token.hpp"
#include "tests/support/value.hpp"
#include "tests/support/ws_frame.hpp"

namespace lightstick::test {
namespace {

using namespace std::string_literals;

TEST(support_value, survives_both_encodings) {
  const value v = value::map{{"null", {}},
                             {"yes", true},
                             {"small", 7},
                             {"wide", 1'790'000'000'000},
                             {"widest", 18'446'744'073'709'551'615U},
                             {"negative", -70'000},
                             {"half", 0.5},
                             {"text", "안녕 \" \\ \n"},
                             {"long", std::string(70'000, 'x')},
                             {"list", value::array{1, "two", value::map{{"three", 3}}}},
                             {"empty", value::map{}}};
  EXPECT_EQ(decode(encoding::json, encode(encoding::json, v)), v);
  EXPECT_EQ(decode(encoding::msgpack, encode(encoding::msgpack, v)), v);
}

TEST(support_value, msgpack_of_the_specification_is_read) {
  EXPECT_EQ(decode(encoding::msgpack, "\xcd\x01\x00"s), value(256));
  EXPECT_EQ(decode(encoding::msgpack, "\xd0\x80"s), value(-128));
  EXPECT_EQ(decode(encoding::msgpack, "\xff"s), value(-1));
  EXPECT_EQ(decode(encoding::msgpack, "\xda\x00\x02hi"s), value("hi"));
  EXPECT_EQ(decode(encoding::msgpack, "\xdc\x00\x01\x05"s), value(value::array{5}));
  EXPECT_EQ(decode(encoding::msgpack, "\xde\x00\x01\xa1k\xc3"s), value(value::map{{"k", true}}));
  EXPECT_EQ(decode(encoding::msgpack, "\xc4\x01z"s), value(value::bytes{"z"}));
}

TEST(support_value, what_is_malformed_is_refused) {
  for (const auto& bad : {"\x92\x01"s, "\xa2h"s, "\x01\x01"s, "\xa1\xff"s, "\x82\xa1k\x01\xa1k\x02"s, ""s}) {
    EXPECT_THROW(static_cast<void>(decode(encoding::msgpack, bad)), std::runtime_error);
  }
  for (const auto& bad : {"{"s, "{} {}"s, "\"\xff\""s, "{\"a\":1,\"a\":2}"s, "{\"a\":}"s, ""s}) {
    EXPECT_THROW(static_cast<void>(decode(encoding::json, bad)), std::runtime_error);
  }
}

TEST(support_ws_reader, joins_fragments_and_lets_control_frames_pass) {
  ws_reader reader;
  reader.feed("\x01\x02he"s);
  EXPECT_FALSE(reader.next().has_value());
  reader.feed("\x89\x01p"s);
  const auto ping = reader.next();
  ASSERT_TRUE(ping.has_value());
  EXPECT_EQ(ping->kind, opcode::ping);
  reader.feed("\x80\x03llo"s);
  const auto whole = reader.next();
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->kind, opcode::text);
  EXPECT_EQ(whole->payload, "hello");
}

TEST(support_ws_reader, refuses_what_a_server_must_not_send) {
  for (const auto& bad : {"\xc1\x00"s, "\x81\x80"s, "\x80\x00"s, "\x83\x00"s, "\x09\x00"s}) {
    ws_reader reader;
    reader.feed(bad);
    EXPECT_THROW(static_cast<void>(reader.next()), std::runtime_error);
  }
}

TEST(support_token, base64url_is_that_of_rfc_4648) {
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("fo"), "Zm8");
  EXPECT_EQ(base64url("foo"), "Zm9v");
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
}

class support_ledger : public testing::Test {
 protected:
  static chat at(std::uint64_t off, const std::string& text) { return {off, 1'000, "u", "U", "fan", text}; }
  static remark answered(const std::string& text, std::uint64_t off) { return {"r", text, text, receipt{off, 1'000}}; }
  static remark open(const std::string& text) { return {"r", text, text, {}}; }
  const std::vector<chat> history_{at(1, "a"), at(2, "b"), at(3, "c")};
};

TEST_F(support_ledger, is_content_when_all_is_there) {
  EXPECT_EQ(compare("r", {answered("a", 1), answered("b", 2), open("c"), open("d")}, history_).total(), 0U);
  EXPECT_EQ(compare_reader("x", history_, history_, true).total(), 0U);
  EXPECT_EQ(compare_reader("x", {at(1, "a")}, history_, false).total(), 0U);
}

TEST_F(support_ledger, finds_what_is_lost) {
  const auto found = compare("r", {answered("a", 1), answered("b", 2), open("c"), answered("d", 4)}, history_);
  EXPECT_EQ(found.lost, 1U);
  EXPECT_EQ(found.total(), 1U);
}

TEST_F(support_ledger, finds_what_is_doubled) {
  const auto found = compare("r", {answered("a", 1), open("b")}, {at(1, "a"), at(2, "b"), at(3, "b")});
  EXPECT_EQ(found.doubled, 1U);
  EXPECT_EQ(found.total(), 1U);
}

TEST_F(support_ledger, finds_what_stands_elsewhere) {
  EXPECT_EQ(compare("r", {answered("a", 1), answered("b", 3), open("c")}, history_).misplaced, 1U);
  EXPECT_EQ(compare("r", {{"r", "a", "a", receipt{1, 999}}, open("b"), open("c")}, history_).misplaced, 1U);
}

TEST_F(support_ledger, finds_what_nobody_said) {
  EXPECT_EQ(compare("r", {answered("a", 1), answered("b", 2)}, history_).strange, 1U);
  EXPECT_EQ(compare("r", {answered("a", 1), answered("b", 2), {"other", "c", "c", {}}}, history_).strange, 1U);
}

TEST_F(support_ledger, finds_gaps) {
  EXPECT_EQ(compare("r", {open("a"), open("b")}, {at(1, "a"), at(3, "b")}).gaps, 1U);
  EXPECT_EQ(compare("r", {open("a")}, {at(2, "a")}).gaps, 1U);
}

TEST_F(support_ledger, finds_a_reader_that_saw_another_order) {
  EXPECT_EQ(compare_reader("x", {at(1, "b"), at(2, "a")}, history_, false).disordered, 1U);
  EXPECT_EQ(compare_reader("x", {at(1, "a"), at(2, "b")}, history_, true).disordered, 1U);
  EXPECT_EQ(compare_reader("x", {at(1, "a"), at(2, "b"), at(3, "c"), at(4, "d")}, history_, false).disordered, 1U);
}

}  // namespace
}  // namespace lightstick::test
