#include "actors/room/room_codec.hpp"

#include <gtest/gtest.h>

#include "runtime/base/hex.hpp"
#include "tests/support/room_fixtures.hpp"

namespace lightstick::actors::room {
namespace {

const event golden_created{created{{1'790'000'000'000}}};
const event golden_posted{
    posted{offset{45}, {1'790'000'000'123}, user_id{"17"}, device_id{"web-1"}, "c-77", 0xDEADBEEF, 40}};

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

room_state::essence golden_essence() {
  constexpr wall_ms t0{1'790'000'000'000};
  constexpr wall_ms t1{1'790'000'000'123};
  return {t0, offset{45}, t1, chapters{offset{12}, {{offset{12}, t0, {t0.value + 1}, 64}, {offset{43}, t1, t1, 40}}}};
}

std::string bytes_of_hex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

TEST(room_codec, events_have_golden_bytes) {
  EXPECT_EQ(hex(encode(golden_created)), "930101cf000001a0c4506c00");
  EXPECT_EQ(hex(encode(golden_posted)), "9902022dcf000001a0c4506c7ba23137a57765622d31a4632d3737cedeadbeef28");
  EXPECT_EQ(hex(encode(event{trimmed{offset{300}}})), "930203cd012c");
}

TEST(room_codec, the_snapshot_has_golden_bytes) {
  EXPECT_EQ(hex(encode(golden_essence())),
            "9d02cf000001a0c4506c002dcf000001a0c4506c7b0c0ccf000001a0c4506c00cf000001a0c4506c0140"
            "2bcf000001a0c4506c7bcf000001a0c4506c7b28");
}

const wall_ms golden_at{1'790'000'000'123};

TEST(room_codec, moderation_has_golden_bytes) {
  const sanction ban{sanction_kind::ban, user_id{"17"}, golden_at,           {golden_at.value + 1},
                     user_id{"m"},       "spam",        {device_id{"web-1"}}};
  const std::vector<std::pair<event, std::string>> golden{
      {tombed{offset{46}, golden_at, tomb_kind::message, offset{45}, {}, user_id{"m"}, "spam", 32},
       "9a03042ecf000001a0c4506c7b012dc400c4016dc4047370616d20"},
      {tombed{offset{46}, golden_at, tomb_kind::user, {}, user_id{"17"}, user_id{"m"}, "", 34},
       "9a03042ecf000001a0c4506c7b0200c4023137c4016dc40022"},
      {swept{{user_id{"17"}, offset{46}}}, "940305c40231372e"},
      {sanctioned{ban}, "9a030601c4023137cf000001a0c4506c7bcf000001a0c4506c7cc4016dc4047370616d01c4057765622d31"},
      {lifted{sanction_kind::mute, user_id{"17"}, golden_at, user_id{"m"}, ""},
       "97030700c4023137cf000001a0c4506c7bc4016dc400"},
      {mode_set{mode_set::which::pinned, 45, golden_at, user_id{"m"}, ""}, "970308022dcf000001a0c4506c7bc4016dc400"},
      {mode_set{mode_set::which::capacity, 7'000, golden_at, user_id{"m"}, ""},
       "97050804cd1b58cf000001a0c4506c7bc4016dc400"},
      {mode_set{mode_set::which::closed, 1, golden_at, user_id{"m"}, ""}, "9705080501cf000001a0c4506c7bc4016dc400"},
      {filters_set{{{"바보"}, true, 0}, golden_at, user_id{"m"}, ""},
       "99040901c406ebb094ebb3b4c300cf000001a0c4506c7bc4016dc400"},
  };
  for (const auto& [e, bytes] : golden) {
    EXPECT_EQ(hex(encode(e)), bytes);
    auto back = decode_event(bytes_of_hex(bytes));
    ASSERT_TRUE(back) << back.error().to_string();
    EXPECT_EQ(*back, e);
  }
  auto essence = golden_essence();
  moderation::essence ruled;
  ruled.withdrawals = {{user_id{"9"}, offset{44}}};
  ruled.sanctions = {ban};
  ruled.modes = {5000, true, {offset{45}}};
  essence.ruled = moderation{ruled};
  const auto older = bytes_of_hex(
      "dc001e03cf000001a0c4506c002dcf000001a0c4506c7b0c020ccf000001a0c4506c00cf000001a0c4506c0140"
      "2bcf000001a0c4506c7bcf000001a0c4506c7b2801c401392c0101c4023137cf000001a0c4506c7bcf000001a0c4506c7c"
      "c4016dc4047370616d01c4057765622d31cd1388c3012d");
  EXPECT_EQ(decode_snapshot(older).value(), essence) << "before there were filters";
  ruled.filters = {{"바보"}, true, 0};
  essence.ruled = moderation{ruled};
  const std::string filtered =
      "dc002204cf000001a0c4506c002dcf000001a0c4506c7b0c020ccf000001a0c4506c00cf000001a0c4506c0140"
      "2bcf000001a0c4506c7bcf000001a0c4506c7b2801c401392c0101c4023137cf000001a0c4506c7bcf000001a0c4506c7c"
      "c4016dc4047370616d01c4057765622d31cd1388c3012d01c406ebb094ebb3b4c300";
  EXPECT_EQ(decode_snapshot(bytes_of_hex(filtered)).value(), essence) << "before services set up rooms";
  ruled.settings = {7'000, true};
  essence.ruled = moderation{ruled};
  EXPECT_EQ(hex(encode(essence)), "dc002405" + filtered.substr(8) + "cd1b58c3");
  EXPECT_EQ(decode_snapshot(encode(essence)).value(), essence);
}

TEST(room_codec, tombs_are_rows_of_their_own) {
  chat_message m;
  m.off = offset{46};
  m.ts = golden_at;
  m.tomb = tomb_kind::message;
  m.reply_to = offset{45};
  EXPECT_EQ(hex(encode(m)), "96022ecf000001a0c4506c7b012da0");
  EXPECT_EQ(*decode_message({runtime::big_endian_key(46), encode(m)}).value(), m);
  m.tomb = tomb_kind::user;
  m.reply_to.reset();
  m.user = user_id{"17"};
  EXPECT_EQ(*decode_message({runtime::big_endian_key(46), encode(m)}).value(), m);
  m.tomb = tomb_kind::unnamed;
  m.user = {};
  EXPECT_EQ(hex(encode(m)), "96022ecf000001a0c4506c7b03c0a0");
  EXPECT_FALSE(decode_message({runtime::big_endian_key(46), bytes_of_hex("96022ecf000001a0c4506c7b04c0a0")}));
  EXPECT_FALSE(decode_message({runtime::big_endian_key(47), encode(m)}));
}

TEST(room_codec, moderation_that_cannot_be_is_refused) {
  EXPECT_FALSE(decode_event(bytes_of_hex("9a03042ecf000001a0c4506c7b042dc400c4016dc4047370616d20"))) << "kind of tomb";
  EXPECT_FALSE(decode_event(bytes_of_hex("97030703c4023137cf000001a0c4506c7bc4016dc400"))) << "kind of sanction";
  EXPECT_FALSE(decode_event(bytes_of_hex("970308042dcf000001a0c4506c7bc4016dc400")))
      << "mode of version 5 in version 3";
  EXPECT_FALSE(decode_event(bytes_of_hex("970508062dcf000001a0c4506c7bc4016dc400"))) << "mode";
  EXPECT_FALSE(decode_event(bytes_of_hex("97050804ce000f4241cf000001a0c4506c7bc4016dc400"))) << "capacity";
  EXPECT_FALSE(decode_event(bytes_of_hex("940205c40231372e"))) << "not in version 2";
  moderation::essence twice;
  twice.sanctions = {{sanction_kind::ban, user_id{"17"}, {}, {}, {}, {}, {}},
                     {sanction_kind::ban, user_id{"17"}, {}, {}, {}, {}, {}}};
  EXPECT_FALSE(decode_snapshot(encode(room_state::essence{{1}, offset{0}, {1}, {}, moderation{twice}})));
}

TEST(room_codec, what_version_1_wrote_stays_readable) {
  auto said = decode_event(bytes_of_hex("9801022dcf000001a0c4506c7ba23137a57765622d31a4632d3737cedeadbeef"));
  auto expected = std::get<posted>(golden_posted);
  expected.bytes = 0;
  EXPECT_EQ(said.value(), event{expected});
  auto kept = decode_snapshot(bytes_of_hex("9401cf000001a0c4506c002dcf000001a0c4506c7b"));
  ASSERT_TRUE(kept) << kept.error().to_string();
  EXPECT_EQ(kept->last, offset{45});
  EXPECT_EQ(kept->history.floor(), offset{1});
  EXPECT_EQ(kept->history.all(), (std::vector<chapter>{{offset{1}, {1'790'000'000'000}, {1'790'000'000'123}, 0}}));
  EXPECT_TRUE(decode_snapshot(bytes_of_hex("940101000a"))->history.all().empty());
}

TEST(room_codec, chapters_that_do_not_fit_together_are_refused) {
  auto refused = [](chapters history, std::uint64_t last = 45) {
    return !decode_snapshot(encode(room_state::essence{{1}, offset{last}, {9}, std::move(history)}));
  };
  EXPECT_FALSE(refused({offset{3}, {{offset{3}, {1}, {2}, 0}, {offset{9}, {2}, {9}, 0}}}));
  EXPECT_TRUE(refused({offset{2}, {{offset{3}, {1}, {2}, 0}}}));
  EXPECT_TRUE(refused({offset{3}, {{offset{3}, {1}, {2}, 0}, {offset{3}, {2}, {9}, 0}}}));
  EXPECT_TRUE(refused({offset{3}, {{offset{3}, {1}, {2}, 0}, {offset{9}, {1}, {9}, 0}}}));
  EXPECT_TRUE(refused({offset{3}, {{offset{3}, {2}, {1}, 0}}}));
  EXPECT_TRUE(refused({offset{3}, {{offset{3}, {1}, {2}, 0}}}, 2));
  EXPECT_TRUE(refused({offset{0}, {}}));
  EXPECT_FALSE(refused({offset{46}, {}}));
  EXPECT_TRUE(refused({offset{47}, {}}));
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
  EXPECT_EQ(decode_event(encode(event{trimmed{offset{300}}})).value(), event{trimmed{offset{300}}});
  EXPECT_EQ(decode_snapshot(encode(golden_essence())).value(), golden_essence());
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
  EXPECT_FALSE(decode_event("\x93\x02\x04\x01"));
  EXPECT_FALSE(decode_event("\x93\x07\x01\x01"));
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
