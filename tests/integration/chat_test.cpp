#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using testing::ElementsAre;
using testing::Field;

class chat_room : public encoded_test {};
LIGHTSTICK_BOTH_ENCODINGS(chat_room);

TEST_P(chat_room, a_join_tells_where_the_room_stands) {
  auto mina = enter("mina");
  const auto empty = mina.join("aurora");
  EXPECT_EQ(empty["room"].text(), "aurora");
  EXPECT_FALSE(empty["hist"].text().empty());
  EXPECT_EQ(empty["off"], value(0));
  EXPECT_FALSE(empty["more"].flag());
  EXPECT_TRUE(empty["msgs"].items().empty());
  EXPECT_EQ(empty["state"]["occupancy"], value(1));
  EXPECT_EQ(empty["state"]["capacity"], value(10'000));
  EXPECT_EQ(empty["read"], value(0));

  mina.publish("aurora", "one");
  mina.publish("aurora", "two");
  auto jun = enter("jun");
  const auto joined = jun.join("aurora");
  EXPECT_EQ(joined["hist"], empty["hist"]);
  EXPECT_EQ(joined["off"], value(2));
  EXPECT_EQ(joined["state"]["occupancy"], value(2));
  EXPECT_THAT(parse_chats(joined), ElementsAre(Field(&chat::text, "one"), Field(&chat::text, "two")));
}

TEST_P(chat_room, what_is_said_is_committed_and_everybody_sees_it_in_order) {
  auto mina = the_node().enter(encoded(), "mina", "artist");
  auto jun = enter("jun");
  mina.join("aurora");
  jun.join("aurora");

  constexpr std::uint64_t messages = 50;
  std::vector<value> answers;
  for (std::uint64_t i = 1; i <= messages; ++i) {
    answers.push_back(mina.publish("aurora", "message " + std::to_string(i)));
  }
  const auto seen = jun.pushed_through("aurora", messages);
  EXPECT_EQ(mina.pushed_through("aurora", messages), seen);
  ASSERT_EQ(seen.size(), messages);
  for (std::uint64_t i = 1; i <= messages; ++i) {
    const auto& message = seen[i - 1];
    const auto& answer = answers[i - 1];
    EXPECT_EQ(answer["durable"].text(), "committed");
    EXPECT_EQ(answer["off"], value(i));
    EXPECT_EQ(message,
              (chat{i, answer["ts"].signed_number(), "mina", "mina", "artist", "message " + std::to_string(i)}));
  }
}

TEST_P(chat_room, the_other_encoding_sees_the_same) {
  auto mina = enter("mina");
  auto jun = the_node().enter(encoded() == encoding::json ? encoding::msgpack : encoding::json, "jun");
  mina.join("aurora");
  jun.join("aurora");
  mina.publish("aurora", "한국어 \"quoted\" \\ \t <b>日本語</b> 🎉");
  mina.ok({{"op", "pub"},
           {"room", "aurora"},
           {"text", "with all"},
           {"reply_to", 1},
           {"vt", 90'061},
           {"data", value::map{{"sticker", "s1"}, {"size", 2}, {"of", value::array{1, true, value{}}}}}});
  EXPECT_EQ(mina.pushed_through("aurora", 2), jun.pushed_through("aurora", 2));
  EXPECT_EQ(jun.pushed("aurora")[0].text, "한국어 \"quoted\" \\ \t <b>日本語</b> 🎉");
  const auto page = jun.ok({{"op", "history"}, {"room", "aurora"}, {"after", 1}, {"limit", 1}});
  const auto& message = page["msgs"].at(0);
  EXPECT_EQ(message["reply_to"], value(1));
  EXPECT_EQ(message["vt"], value(90'061));
  EXPECT_EQ(message["data"], value(value::map{{"sticker", "s1"}, {"size", 2}, {"of", value::array{1, true, value{}}}}));
}

TEST_P(chat_room, a_repeated_cid_gets_the_first_answer) {
  auto mina = enter("mina");
  mina.join("aurora");
  const auto first = mina.publish("aurora", "once", "c-1");
  mina.publish("aurora", "between", "c-2");
  EXPECT_EQ(mina.publish("aurora", "once", "c-1"), first);

  auto again = enter("mina");  // the same device, after a break
  again.join("aurora");
  EXPECT_EQ(again.publish("aurora", "once", "c-1"), first);
  EXPECT_EQ(again.history_after("aurora", 0).size(), 2U);
}

TEST_P(chat_room, a_cid_in_flight_waits_for_the_first_answer) {
  auto mina = enter("mina", "admin");
  mina.join("aurora");
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(mina.send({{"op", "pub"}, {"room", "aurora"}, {"text", "once"}, {"cid", "c-1"}}));
  }
  const auto first = mina.answer(ids[0])["ok"];
  for (std::size_t i = 1; i < ids.size(); ++i) {
    EXPECT_EQ(mina.answer(ids[i])["ok"], first);
  }
  EXPECT_EQ(mina.history_after("aurora", 0).size(), 1U);
}

TEST_P(chat_room, a_cid_belongs_to_its_user_device_and_room) {
  auto phone = enter("mina", "", "phone");
  auto laptop = enter("mina", "", "laptop");
  auto jun = enter("jun", "", "phone");
  for (auto* client : {&phone, &laptop, &jun}) {
    client->join("aurora");
    client->publish("aurora", "mine", "c-1");
  }
  phone.join("borealis");
  EXPECT_EQ(phone.publish("borealis", "elsewhere", "c-1")["off"], value(1));
  EXPECT_EQ(phone.history_after("aurora", 0).size(), 3U);
}

TEST_P(chat_room, the_same_cid_with_another_text_is_107) {
  auto mina = enter("mina");
  mina.join("aurora");
  mina.publish("aurora", "once", "c-1");
  EXPECT_EQ(mina.err_code({{"op", "pub"}, {"room", "aurora"}, {"text", "twice"}, {"cid", "c-1"}}), 107U);
  EXPECT_EQ(mina.history_after("aurora", 0).size(), 1U);
}

TEST_P(chat_room, who_left_hears_and_says_nothing_more) {
  auto mina = enter("mina");
  auto jun = enter("jun");
  mina.join("aurora");
  jun.join("aurora");
  mina.publish("aurora", "before");
  jun.pushed_through("aurora", 1);
  EXPECT_EQ(jun.ok({{"op", "leave"}, {"room", "aurora"}})["room"].text(), "aurora");
  EXPECT_EQ(jun.err_code({{"op", "pub"}, {"room", "aurora"}, {"text", "hi"}}), 103U);

  mina.publish("aurora", "after");
  jun.ok({{"op", "ping"}});  // whatever was on its way to jun is here now
  EXPECT_EQ(jun.pushed("aurora").size(), 1U);
  EXPECT_EQ(mina.ok({{"op", "presence"}, {"room", "aurora"}, {"mode", "count"}})["count"], value(1));
}

TEST_P(chat_room, who_never_joined_says_nothing) {
  auto mina = enter("mina");
  EXPECT_EQ(mina.err_code({{"op", "pub"}, {"room", "aurora"}, {"text", "hi"}}), 103U);
}

TEST_P(chat_room, joining_twice_is_joining_once) {
  auto mina = enter("mina");
  mina.join("aurora");
  EXPECT_EQ(mina.join("aurora")["state"]["occupancy"], value(1));
  mina.publish("aurora", "one");
  mina.publish("aurora", "two");
  mina.pushed_through("aurora", 2);
  mina.ok({{"op", "ping"}});
  EXPECT_EQ(mina.pushed("aurora").size(), 2U);
}

TEST_P(chat_room, rooms_do_not_hear_each_other) {
  auto mina = enter("mina");
  mina.join("aurora");
  mina.join("borealis");
  mina.publish("aurora", "here");
  mina.publish("borealis", "there");
  EXPECT_EQ(mina.pushed_through("aurora", 1).at(0).text, "here");
  EXPECT_EQ(mina.pushed_through("borealis", 1).at(0).text, "there");
}

TEST_P(chat_room, who_comes_and_goes_is_told) {
  auto mina = enter("mina");
  mina.join("aurora");
  {
    auto jun = dial();
    jun.auth(the_node().token_of({.user = "17", .name = "Jun"}));
    jun.join("aurora");
    const auto came = mina.push("state", [](const value& p) { return p["state"]["occupancy"] == value(2); });
    EXPECT_EQ(came["room"].text(), "aurora");
    EXPECT_EQ(came["state"]["capacity"], value(10'000));
    ASSERT_EQ(came["joined"].items().size(), 1U);
    EXPECT_EQ(came["joined"].at(0)["user"].text(), "17");
    EXPECT_EQ(came["joined"].at(0)["name"].text(), "Jun");
    jun.ok({{"op", "leave"}, {"room", "aurora"}});
  }
  const auto went =
      mina.push("state", [](const value& p) { return p["state"]["occupancy"] == value(1) && p.has("left"); });
  EXPECT_EQ(went["left"], value(value::array{"17"}));
}

TEST_P(chat_room, who_drops_keeps_the_place_for_a_while_and_then_leaves) {
  start_node({"--room-hold-place", "1s"});
  auto mina = enter("mina");
  mina.join("aurora");
  {
    auto jun = enter("jun");
    jun.join("aurora");
    mina.push("state", [](const value& p) { return p["state"]["occupancy"] == value(2); });
  }
  EXPECT_EQ(mina.ok({{"op", "presence"}, {"room", "aurora"}, {"mode", "count"}})["count"], value(2));
  const auto went = mina.push("state", [](const value& p) { return p.has("left"); });
  EXPECT_EQ(went["state"]["occupancy"], value(1));
  EXPECT_EQ(mina.ok({{"op", "presence"}, {"room", "aurora"}, {"mode", "count"}})["count"], value(1));
}

TEST_P(chat_room, presence_counts_and_pages_the_members) {
  auto mina = enter("mina");
  mina.join("aurora");
  std::vector<ws_client> others;
  for (int i = 0; i < 6; ++i) {
    others.push_back(enter("fan" + std::to_string(i)));
    others.back().join("aurora");
  }
  const auto count = mina.ok({{"op", "presence"}, {"room", "aurora"}, {"mode", "count"}});
  EXPECT_EQ(count["count"], value(7));
  EXPECT_FALSE(count.has("members"));

  std::vector<std::string> users;
  value::map ask{{"op", "presence"}, {"room", "aurora"}, {"mode", "page"}, {"limit", 3}};
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = mina.ok(ask);
    EXPECT_EQ(page["count"], value(7));
    EXPECT_LE(page["members"].items().size(), 3U);
    for (const auto& member : page["members"].items()) {
      users.push_back(member["user"].text());
      EXPECT_EQ(member["name"].text(), users.back());
      EXPECT_EQ(member["role"].text(), "fan");
    }
    if (!page.has("next")) {
      break;
    }
    value next = ask;
    next.set("after", page["next"]);
    ask = next.entries();
  }
  EXPECT_THAT(users, ElementsAre("fan0", "fan1", "fan2", "fan3", "fan4", "fan5", "mina"));
}

TEST_P(chat_room, the_read_cursor_is_shared_by_the_users_devices) {
  auto phone = enter("mina", "", "phone");
  auto laptop = enter("mina", "", "laptop");
  phone.join("aurora");
  laptop.join("aurora");
  for (int i = 0; i < 3; ++i) {
    phone.publish("aurora", "m");
  }
  EXPECT_EQ(phone.ok({{"op", "read"}, {"room", "aurora"}, {"off", 2}}),
            value(value::map{{"room", "aurora"}, {"off", 2}}));
  const auto pushed = laptop.push("read");
  EXPECT_EQ(pushed["room"].text(), "aurora");
  EXPECT_EQ(pushed["off"], value(2));

  // It never goes back, and is there for a device to come.
  EXPECT_EQ(laptop.ok({{"op", "read"}, {"room", "aurora"}, {"off", 1}})["off"], value(2));
  auto tablet = dial();
  const auto welcome = tablet.auth(the_node().token("mina"), "tablet");
  EXPECT_EQ(welcome["mine"], value(value::array{value::map{{"room", "aurora"}, {"read", 2}}}));
  EXPECT_EQ(tablet.join("aurora")["read"], value(2));

  // Nobody else is told.
  auto jun = enter("jun");
  EXPECT_EQ(jun.join("aurora")["read"], value(0));
}

TEST_P(chat_room, the_read_cursor_survives_kill_9) {
  auto phone = enter("mina", "", "phone");
  phone.join("aurora");
  phone.publish("aurora", "m");
  phone.ok({{"op", "read"}, {"room", "aurora"}, {"off", 1}});
  the_node().restart();
  auto laptop = dial();
  EXPECT_EQ(laptop.auth(the_node().token("mina"), "laptop")["mine"],
            value(value::array{value::map{{"room", "aurora"}, {"read", 1}}}));
}

}  // namespace
}  // namespace lightstick::test
