#include <gtest/gtest.h>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

class reactions : public encoded_test {
 protected:
  ws_client enter_as(const std::string& user, const std::string& role = "fan", const std::string& device = "d1") {
    auto client = enter(user, role, device);
    client.join("aurora");
    return client;
  }
  static value::map cheer(std::uint64_t seq, std::uint64_t n = 1, const std::string& kind = "cheer") {
    return {{"op", "react"}, {"room", "aurora"}, {"kind", kind}, {"n", n}, {"seq", seq}};
  }
  static std::uint64_t cheers(const value& state) { return state["reactions"]["cheer"].number(); }
};
LIGHTSTICK_BOTH_ENCODINGS(reactions);

TEST_P(reactions, are_counted_once_and_shown_to_everybody) {
  auto mina = enter_as("mina");
  auto jun = enter_as("jun");
  EXPECT_EQ(mina.ok(cheer(1, 3))["seq"], value(1));
  EXPECT_TRUE(mina.ok(cheer(1, 3))["dup"].flag());
  jun.ok(cheer(1, 2));
  for (auto* who : {&mina, &jun}) {
    who->push("state", [](const value& push) { return push["state"].has("reactions") && cheers(push["state"]) == 5; });
  }
  EXPECT_EQ(cheers(enter("ari").join("aurora")["state"]), 5U);
}

TEST_P(reactions, survive_kill_9_and_a_retry_after_it_is_told_apart) {
  {
    auto mina = enter_as("mina");
    for (std::uint64_t seq = 1; seq <= 4; ++seq) mina.send(cheer(seq));
    mina.ok(cheer(5));
    mina.send(cheer(6));
    the_node().restart();
  }
  auto mina = enter("mina");
  const auto joined = mina.join("aurora");
  const auto known = joined["seq"].number();
  EXPECT_GE(known, 5U);
  for (std::uint64_t seq = 1; seq <= 6; ++seq) {
    const auto done = mina.ok(cheer(seq));
    EXPECT_EQ(done.has("dup"), seq <= known) << seq;
  }
  EXPECT_EQ(cheers(enter("ari").join("aurora")["state"]), 6U);
}

TEST_P(reactions, are_on_boards_that_the_room_is_told_of_while_somebody_watches) {
  auto mina = enter_as("mina");
  auto jun = enter_as("jun");
  mina.ok(cheer(1, 3));
  const auto board = jun.ok({{"op", "board"}, {"room", "aurora"}, {"of", "all"}, {"watch", true}});
  EXPECT_EQ(board["top"].at(0)["user"].text(), "mina");
  EXPECT_EQ(board["top"].at(0)["n"], value(3));
  mina.ok(cheer(2, 4));
  const auto told = jun.push("state", [](const value& push) { return push.has("boards"); });
  EXPECT_EQ(told["boards"].at(0)["of"].text(), "all");
  EXPECT_EQ(told["boards"].at(0)["set"].at(0)["n"], value(7));
}

TEST_P(reactions, who_types_is_shown_until_they_say_it) {
  auto mina = enter_as("mina");
  auto jun = enter_as("jun");
  EXPECT_TRUE(mina.ok({{"op", "typing"}, {"room", "aurora"}})["shown"].flag());
  const auto told = jun.push("state", [](const value& push) { return push.has("typing"); });
  EXPECT_EQ(told["typing"].at(0)["user"].text(), "mina");
  mina.publish("aurora", "hi");
  jun.push("state", [](const value& push) { return push.has("typing") && push["typing"].items().empty(); });
}

TEST_P(reactions, of_the_muted_are_refused) {
  auto mina = enter_as("mina");
  auto mod = enter_as("mod", "moderator");
  mod.ok({{"op", "mod"}, {"room", "aurora"}, {"act", "mute"}, {"user", "mina"}});
  EXPECT_EQ(mina.err_code(cheer(1)), 120U);
}

TEST_P(reactions, of_a_fan_have_a_rate_and_say_when_to_come_again) {
  auto mina = enter_as("mina");
  std::uint64_t last = 0;
  for (std::uint64_t seq = 1; seq <= 60; ++seq) last = mina.send(cheer(seq));
  bool refused = false;
  for (auto id = last - 59; id <= last; ++id) {
    const auto answer = mina.answer(id);
    if (!answer.has("err")) continue;
    EXPECT_EQ(answer["err"]["code"], value(111));
    EXPECT_GT(answer["err"]["retry_ms"].number(), 0U);
    refused = true;
  }
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace lightstick::test
