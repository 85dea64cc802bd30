#include <gtest/gtest.h>

#include "actors/room/room_commands.hpp"
#include "actors/user/messages.hpp"
#include "actors/user/user_commands.hpp"
#include "runtime/base/hex.hpp"
#include "runtime/record_codec.hpp"
#include "tests/support/room_fixtures.hpp"

namespace lightstick::actors {
namespace {

using runtime::make_message;

room::publish golden() {
  auto p = say("17", "hi", "c-77");
  p.device = device_id{"web-1"};
  p.session = session_id{"s8"};
  p.name = "Mina";
  p.as = role::artist;
  p.reply_to = offset{12};
  p.vt = -5;
  p.data = "\x81\xa1s\x01";
  return p;
}

std::string unhex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

template <class Codec, class Command>
void goes_there_and_back(const Codec& codec, Command c) {
  const auto bytes = codec.encode(*make_message(c));
  ASSERT_TRUE(bytes);
  auto back = codec.decode(*bytes);
  ASSERT_TRUE(back) << back.error().to_string();
  ASSERT_NE(runtime::body_of<Command>(**back), nullptr) << runtime::name_of(**back);
  EXPECT_EQ(codec.encode(**back), bytes);
}

TEST(room_commands, a_publish_has_golden_bytes) {
  auto bytes = room::make_codec().encode(*make_message(golden()));
  ASSERT_TRUE(bytes);
  EXPECT_EQ(hex(*bytes),
            "9f0108c4027338c4023137c4057765622d31c4044d696e6101c404632d3737c4026869c30cc3fbc40481a17301c2");
}

TEST(room_commands, a_publish_of_an_older_version_stays_readable) {
  auto old = room::make_codec().decode(
      unhex("9e0103c4027338c4023137c4057765622d31c4044d696e6101c404632d3737c4026869c30cc3fbc40481a17301"));
  ASSERT_TRUE(old) << old.error().to_string();
  EXPECT_EQ(room::make_codec().encode(**old), room::make_codec().encode(*make_message(golden())));
}

TEST(room_commands, every_command_can_be_read_back) {
  const auto codec = room::make_codec();
  goes_there_and_back(codec, room::open{});
  auto j = come("jun", 7);
  j.since = room::since{history_id{"h1"}, offset{9}};
  j.as = role::admin;
  goes_there_and_back(codec, j);
  goes_there_and_back(codec, room::leave{session_id{"s8"}, true});
  goes_there_and_back(codec, golden());
  goes_there_and_back(codec, room::history{offset{9}, std::nullopt, 7, 99});
  goes_there_and_back(codec, room::presence{3, "jun"});
  room::moderate ban{user_id{"mod"}, role::moderator, room::act::ban, user_id{"17"}, {}, 60'000, false, true, "spam"};
  goes_there_and_back(codec, ban);
  goes_there_and_back(codec,
                      room::react{session_id{"s8"}, user_id{"17"}, device_id{"web"}, "Mina", role::fan, "cheer", 3, 8});
  goes_there_and_back(codec, room::board{board_of::all, 5, true});
  goes_there_and_back(codec, room::typing{session_id{"s8"}, user_id{"17"}, "Mina", role::fan, true});
  goes_there_and_back(codec, room::set_filter{user_id{"mod"}, role::moderator, {"바보"}, {"spam"}, true, 7, "calm"});
  goes_there_and_back(codec, room::post{user_id{"bot"}, "Bot", role::artist, "k-1", "hi", offset{3}, -5, "\x80"});
  goes_there_and_back(codec, room::configure{user_id{"shop"}, true, 7U, true, 5U, false,
                                             std::vector<std::string>{"바보"}, true, 9U, "tour"});
  goes_there_and_back(codec, room::configure{});
  goes_there_and_back(codec, room::look{});
}

TEST(room_commands, what_was_read_back_says_the_same) {
  const auto codec = room::make_codec();
  auto back = codec.decode(codec.encode(*make_message(golden())).value());
  ASSERT_TRUE(back);
  const auto& p = *runtime::body_of<room::publish>(**back);
  EXPECT_EQ(p.text, "hi");
  EXPECT_EQ(p.name, "Mina");
  EXPECT_EQ(p.as, role::artist);
  EXPECT_EQ(p.vt, -5);
  EXPECT_EQ(p.data, golden().data);
}

TEST(room_commands, a_role_that_does_not_exist_is_refused) {
  const auto codec = room::make_codec();
  auto p = golden();
  p.as = static_cast<role>(4);
  auto back = codec.decode(codec.encode(*make_message(p)).value());
  ASSERT_FALSE(back);
  EXPECT_TRUE(back.error().is(condition::corrupt));
}

TEST(room_commands, damaged_bytes_are_refused) {
  const auto codec = room::make_codec();
  const auto whole = codec.encode(*make_message(golden())).value();
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(codec.decode(whole.substr(0, n))) << n;
  EXPECT_FALSE(codec.decode(hex(whole)));
}

TEST(room_commands, other_commands_have_no_bytes) {
  EXPECT_FALSE(room::make_codec().encode(*make_message(user::attach{session_id{"s8"}})));
}

TEST(room_commands, a_publish_is_idempotent_by_its_cid) {
  EXPECT_TRUE(make_message(golden())->idempotent());
  EXPECT_FALSE(make_message(say("17", "hi"))->idempotent());
  EXPECT_TRUE(make_message(come("jun"))->idempotent());
  EXPECT_TRUE(make_message(room::history{})->idempotent());
}

TEST(room_commands, descriptions_say_who_and_how_much_and_not_what) {
  EXPECT_EQ(room::describe(*make_message(golden())), "room::publish user/17 device web-1, 6 bytes");
  EXPECT_EQ(room::describe(*make_message(come("jun"))), "room::join user/jun device jun session/jun");
  EXPECT_EQ(room::describe(*make_message(room::leave{session_id{"s8"}, true})), "room::leave session/s8 dropped");
  EXPECT_EQ(room::describe(*make_message(room::history{std::nullopt, offset{4}, 9})), "room::history after 4 limit 9");
  EXPECT_EQ(room::describe(*make_message(room::open{})), "room::open");
  room::moderate mute{user_id{"mod"}, role::moderator, room::act::mute, user_id{"17"}, {}, 0, false, false, "secret"};
  EXPECT_EQ(room::describe(*make_message(mute)), "room::moderate mute by user/mod of user/17");
  EXPECT_EQ(room::describe(*make_message(room::post{user_id{"bot"}, "Bot", role::fan, "", "hi", {}, {}, ""})),
            "room::post user/bot, 2 bytes");
}

TEST(room_commands, what_services_ask_has_golden_bytes) {
  const auto codec = room::make_codec();
  const auto hex_of = [&](const runtime::message_ptr& m) { return hex(codec.encode(*m).value()); };
  EXPECT_EQ(hex_of(make_message(room::post{user_id{"bot"}, "Bot", role::artist, "k-1", "hi", {}, {}, ""})),
            "9a010ac403626f74c403426f7401c4036b2d31c4026869c2c2c400");
  room::configure c;
  c.by = user_id{"shop"};
  c.create = true;
  c.capacity = 7;
  c.words = {"a"};
  EXPECT_EQ(hex_of(make_message(std::move(c))), "9f010bc40473686f70c3c307c2c2c2c301c40161c2c2c400");
  EXPECT_EQ(hex_of(make_message(room::look{})), "92010c");
}

TEST(user_commands, every_command_can_be_read_back) {
  const auto codec = user::make_codec();
  goes_there_and_back(codec, user::attach{session_id{"s8"}});
  goes_there_and_back(codec, user::detach{session_id{"s8"}});
  goes_there_and_back(codec, user::enter_room{room_id{"aurora"}});
  goes_there_and_back(codec, user::leave_room{room_id{"aurora"}});
  goes_there_and_back(codec, user::move_cursor{room_id{"aurora"}, offset{45}, session_id{"s8"}});
}

TEST(user_commands, a_cursor_has_golden_bytes) {
  auto bytes =
      user::make_codec().encode(*make_message(user::move_cursor{room_id{"aurora"}, offset{45}, session_id{"s8"}}));
  ASSERT_TRUE(bytes);
  EXPECT_EQ(hex(*bytes), "950104c4066175726f72612dc4027338");
}

TEST(user_commands, are_idempotent_and_described) {
  const auto m = make_message(user::move_cursor{room_id{"aurora"}, offset{45}, session_id{"s8"}});
  EXPECT_TRUE(m->idempotent());
  EXPECT_EQ(user::describe(*m), "user::move_cursor room/aurora to 45");
  EXPECT_EQ(user::describe(*make_message(user::attach{session_id{"s8"}})), "user::attach session/s8");
}

}  // namespace
}  // namespace lightstick::actors
