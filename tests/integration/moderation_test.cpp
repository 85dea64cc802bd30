#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using testing::ElementsAre;
using testing::Field;

class moderation : public encoded_test {
 protected:
  ws_client enter_as(const std::string& user, const std::string& role, const std::string& device = "d1") {
    auto client = enter(user, role, device);
    client.join("aurora");
    return client;
  }
  static value::map act(const std::string& what, value::map more) {
    value::map frame{{"op", "mod"}, {"room", "aurora"}, {"act", what}};
    for (auto& each : more) frame.push_back(std::move(each));
    return frame;
  }
};
LIGHTSTICK_BOTH_ENCODINGS(moderation);

TEST_P(moderation, what_is_deleted_is_gone_for_those_here_those_away_and_after_a_restart) {
  auto mina = enter_as("mina", "fan");
  auto mod = enter_as("mod", "moderator");
  const auto hist = mina.ok({{"op", "join"}, {"room", "aurora"}})["hist"].text();
  mina.publish("aurora", "one");
  mina.publish("aurora", "two");
  const auto done = mod.ok(act("delete", {{"off", 1}, {"why", "spam"}}));
  EXPECT_EQ(done["off"], value(3));
  const auto told = mina.push("tomb");
  EXPECT_EQ(told["off"], value(3));
  EXPECT_EQ(told["tomb"]["off"], value(1));
  const auto all_of_her = mod.ok(act("delete", {{"user", "mina"}}));
  EXPECT_EQ(all_of_her["off"], value(4));
  EXPECT_EQ(mina.push("tomb")["tomb"]["user"].text(), "mina");
  for (bool again : {false, true}) {
    if (again) the_node().restart();
    auto jun = dial();
    const auto resumed =
        jun.auth(the_node().token("jun"), "d2", {value::map{{"room", "aurora"}, {"hist", hist}, {"off", 2}}})["rooms"]
            .at(0);
    EXPECT_TRUE(resumed["recovered"].flag());
    EXPECT_THAT(parse_chats(resumed), ElementsAre(Field(&chat::tomb, "1"), Field(&chat::tomb, "user mina")));
    EXPECT_THAT(jun.history_after("aurora", 0), ElementsAre(Field(&chat::gone, true), Field(&chat::gone, true),
                                                            Field(&chat::tomb, "1"), Field(&chat::tomb, "user mina")));
  }
}

TEST_P(moderation, fans_and_artists_may_not) {
  auto mina = enter_as("mina", "fan");
  auto haru = enter_as("haru", "artist");
  mina.publish("aurora", "one");
  EXPECT_EQ(mina.err_code(act("delete", {{"off", 1}})), 103U);
  EXPECT_EQ(haru.err_code(act("mute", {{"user", "mina"}})), 103U);
  EXPECT_EQ(mina.publish("aurora", "two")["off"], value(2));
}

TEST_P(moderation, who_is_muted_is_told_for_how_long) {
  auto mina = enter_as("mina", "fan");
  auto mod = enter_as("mod", "moderator");
  mod.ok(act("mute", {{"user", "mina"}, {"for_ms", 600'000}, {"why", "calm down"}}));
  const auto refused = mina.err({{"op", "pub"}, {"room", "aurora"}, {"text", "hello"}});
  EXPECT_EQ(refused["code"], value(120));
  EXPECT_EQ(refused["msg"].text(), "muted: calm down");
  EXPECT_GT(refused["retry_ms"].number(), 500'000U);
  mod.ok(act("unmute", {{"user", "mina"}}));
  EXPECT_EQ(mina.publish("aurora", "hello")["off"], value(1));
}

TEST_P(moderation, modes_are_told_and_kept) {
  auto mina = enter_as("mina", "fan");
  auto mod = enter_as("mod", "moderator");
  mina.publish("aurora", "pin me");
  mod.ok(act("slow", {{"interval_ms", 60'000}}));
  mod.ok(act("members_only", {{"on", true}}));
  mod.ok(act("pin", {{"off", 1}}));
  const auto told = mina.push("state", [](const value& v) { return v["state"].has("pins"); })["state"];
  EXPECT_EQ(told["slow_ms"], value(60'000));
  EXPECT_TRUE(told["members_only"].flag());
  EXPECT_EQ(told["pins"].at(0), value(1));
  EXPECT_EQ(mina.err_code({{"op", "pub"}, {"room", "aurora"}, {"text", "hello"}}), 103U);
  mod.ok(act("members_only", {{"on", false}}));
  mina.publish("aurora", "first");
  const auto slow = mina.err({{"op", "pub"}, {"room", "aurora"}, {"text", "second"}});
  EXPECT_EQ(slow["code"], value(121));
  EXPECT_GT(slow["retry_ms"].number(), 50'000U);
  the_node().restart();
  auto jun = enter("jun", "fan");
  EXPECT_EQ(jun.join("aurora")["state"]["slow_ms"], value(60'000));
}

TEST_P(moderation, a_ban_closes_every_device_at_once_and_keeps_the_user_out) {
  auto phone = enter_as("mina", "fan", "phone");
  auto web = enter_as("mina", "fan", "web");
  auto jun = enter_as("jun", "fan");
  auto mod = enter_as("mod", "moderator");
  mod.ok(act("ban", {{"user", "mina"}, {"why", "spam"}, {"devices", true}}));
  EXPECT_EQ(phone.closed(), 4003);
  EXPECT_EQ(web.closed(), 4003);
  for (bool again : {false, true}) {
    if (again) the_node().restart();
    auto back = enter("mina", "fan", "other");
    const auto refused = back.err({{"op", "join"}, {"room", "aurora"}});
    EXPECT_EQ(refused["code"], value(103));
    EXPECT_EQ(refused["msg"].text(), "forbidden: banned: spam");
    EXPECT_EQ(back.join("lobby")["room"].text(), "lobby") << "other rooms are open";
    auto guest = enter("guest", "fan", "phone");
    EXPECT_EQ(guest.err_code({{"op", "join"}, {"room", "aurora"}}), 103U);
  }
  auto again = enter_as("mod", "moderator");
  again.ok(act("unban", {{"user", "mina"}}));
  EXPECT_EQ(enter("mina", "fan", "phone").join("aurora")["room"].text(), "aurora");
}

TEST_P(moderation, filters_refuse_what_they_are_told_to) {
  auto mina = enter_as("mina", "fan");
  auto mod = enter_as("mod", "moderator");
  mod.ok(act("filter", {{"add", value::array{"바보", "ばか"}}, {"links", true}}));
  for (const auto* text : {"이 바보야", "バカ", "see https://example.com"}) {
    EXPECT_EQ(mina.err_code({{"op", "pub"}, {"room", "aurora"}, {"text", text}}), 122U) << text;
  }
  mina.publish("aurora", "안녕");
  mod.ok(act("filter", {{"remove", value::array{"바보"}}, {"links", false}}));
  mina.publish("aurora", "이 바보야 https://example.com");
  EXPECT_EQ(mod.pushed_through("aurora", 2).size(), 2U);
}

TEST_P(moderation, a_shadow_banned_fan_hears_only_an_echo) {
  auto mina = enter_as("mina", "fan");
  auto mod = enter_as("mod", "moderator");
  mina.publish("aurora", "one");
  mod.ok(act("shadow", {{"user", "mina"}}));
  const auto said = mina.publish("aurora", "two");
  EXPECT_EQ(said["durable"].text(), "echo");
  const auto echo = mina.push("echo");
  EXPECT_EQ(echo["msg"]["text"].text(), "two");
  EXPECT_EQ(echo["after"], value(1));
  EXPECT_EQ(mod.publish("aurora", "three")["off"], value(2)) << "it took no offset";
  EXPECT_THAT(mod.pushed_through("aurora", 2), ElementsAre(Field(&chat::text, "one"), Field(&chat::text, "three")));
  EXPECT_FALSE(mod.has_push("echo"));
  mod.ok(act("unshadow", {{"user", "mina"}}));
  EXPECT_EQ(mina.publish("aurora", "four")["durable"].text(), "committed");
}

}  // namespace
}  // namespace lightstick::test
