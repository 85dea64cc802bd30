#include "actors/room/room_codec.hpp"

#include <gtest/gtest.h>

#include "tests/support/room_fixtures.hpp"

namespace lightstick::actors::room {
namespace {

std::string hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (char c : bytes) {
    out.push_back(digits[static_cast<unsigned char>(c) >> 4U]);
    out.push_back(digits[static_cast<unsigned char>(c) & 15U]);
  }
  return out;
}

const event golden_created{created{{1'790'000'000'000}}};
const event golden_posted{
    posted{offset{45}, {1'790'000'000'123}, user_id{"17"}, device_id{"web-1"}, "c-77", 0xDEADBEEF}};

chat_message golden_message() {
  chat_message m;
  m.off = offset{45};
  m.ts = {1'790'000'000'123};
  m.user = user_id{"17"};
  m.name = "Mina";
  m.from = role::artist;
  m.text = "hi";
  m.reply_to = offset{12};
  m.vt = -5;
  m.data = "\x81\xa1\x73\x01";
  return m;
}

TEST(room_codec, events_have_golden_bytes) {
  EXPECT_EQ(hex(encode(golden_created)), "930101cf000001a0c4506c00");
  EXPECT_EQ(hex(encode(golden_posted)), "9801022dcf000001a0c4506c7ba23137a57765622d31a4632d3737cedeadbeef");
}

TEST(room_codec, the_snapshot_has_golden_bytes) {
  EXPECT_EQ(hex(encode(room_state::essence{{1'790'000'000'000}, offset{45}, {1'790'000'000'123}})),
            "9401cf000001a0c4506c002dcf000001a0c4506c7b");
}

TEST(room_codec, a_history_row_has_golden_bytes) {
  EXPECT_EQ(hex(encode(golden_message())), "9b012dcf000001a0c4506c7ba23137a44d696e6101a268690cfbc40481a17301c2");
  EXPECT_EQ(hex(encode(*message_at(1))), "9b010100a175a16e00a26869c0c0c400c2");
}

TEST(room_codec, a_mark_has_golden_bytes) {
  EXPECT_EQ(hex(encode(mark{offset{45}, {1'790'000'000'123}, 0xDEADBEEF})), "94012dcf000001a0c4506c7bcedeadbeef");
  EXPECT_EQ(hex(mark_key(user_id{"17"}, device_id{"web-1"}, "c-77")), "023137057765622d3104632d3737");
}

TEST(room_codec, what_was_said_has_a_fixed_digest) {
  auto p = say("17", "hi");
  EXPECT_EQ(digest_of(p), 0xefe51c7e2f46f62bU);
  p.reply_to = offset{12};
  p.vt = -5;
  p.data = "\x81\xa1\x73\x01";
  EXPECT_EQ(digest_of(p), 0x5f5909861e566a62U);
}

TEST(room_codec, everything_comes_back) {
  EXPECT_EQ(decode_event(encode(golden_created)).value(), golden_created);
  EXPECT_EQ(decode_event(encode(golden_posted)).value(), golden_posted);
  room_state::essence e{{1}, offset{2}, {3}};
  EXPECT_EQ(decode_snapshot(encode(e)).value(), e);
  mark m{offset{1}, {2}, UINT64_MAX};
  EXPECT_EQ(decode_mark(encode(m)).value(), m);
  auto said = golden_message();
  EXPECT_EQ(*decode_message({runtime::big_endian_key(45), encode(said)}).value(), said);
}

TEST(room_codec, a_row_under_another_key_is_refused) {
  auto wrong = decode_message({runtime::big_endian_key(46), encode(golden_message())});
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().is(condition::corrupt));
  EXPECT_FALSE(decode_message({"short", encode(golden_message())}));
}

TEST(room_codec, unknown_types_roles_and_versions_are_refused) {
  EXPECT_FALSE(decode_event("\x93\x01\x03\x01"));
  EXPECT_FALSE(decode_event("\x93\x02\x01\x01"));
  auto row = encode(golden_message());
  row[row.find("Mina") + 4] = '\x04';
  EXPECT_FALSE(decode_message({runtime::big_endian_key(45), row}));
}

TEST(room_codec, truncated_records_are_refused) {
  auto refused_at_every_length = [](const std::string& record, auto decode) {
    for (std::size_t size = 0; size < record.size(); ++size) EXPECT_FALSE(decode(record.substr(0, size))) << size;
  };
  refused_at_every_length(encode(golden_posted), [](const std::string& r) { return decode_event(r).has_value(); });
  refused_at_every_length(encode(room_state::essence{}),
                          [](const std::string& r) { return decode_snapshot(r).has_value(); });
  refused_at_every_length(encode(mark{}), [](const std::string& r) { return decode_mark(r).has_value(); });
  refused_at_every_length(encode(golden_message()), [](const std::string& r) {
    return decode_message({runtime::big_endian_key(45), r}).has_value();
  });
}

TEST(room_codec, one_commit_holds_event_row_and_mark) {
  room_state s;
  s.apply(s.decide_create({1000}));
  auto v = s.decide(say("mina", "hi", "c1"), {2000});
  auto what = to_changes(std::get<accepted>(v), std::chrono::milliseconds{500});
  ASSERT_EQ(what.events.size(), 1U);
  ASSERT_EQ(what.rows.size(), 2U);
  EXPECT_EQ(what.rows[0].table, runtime::row_table::history);
  EXPECT_EQ(what.rows[0].key, runtime::big_endian_key(1));
  EXPECT_EQ(what.rows[0].expires_ms, 0);
  EXPECT_EQ(what.rows[1].table, runtime::row_table::marks);
  EXPECT_EQ(what.rows[1].expires_ms, 2500);
  EXPECT_EQ(what.events[0].find("hi"), std::string::npos);
  auto without = to_changes(std::get<accepted>(s.decide(say("mina", "hi"), {2000})), std::chrono::milliseconds{500});
  EXPECT_EQ(without.rows.size(), 1U);
}

}  // namespace
}  // namespace lightstick::actors::room
