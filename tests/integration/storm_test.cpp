#include <gtest/gtest.h>

#include <queue>
#include <thread>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using clock = std::chrono::steady_clock;

/// Many who come back at once, on one thread. Nothing here looks at how long something took: what is counted is what
/// came, how often and in which order.
class storm : public encoded_test {
 protected:
  struct fan {
    std::string name;
    ws_client client;
    std::uint64_t asked = 0;
    std::vector<chat> got{};
    bool in = false;
    std::uint64_t tries = 0;
  };

  static void say(ws_client& client, const std::string& room, int count) {
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < count; ++i) {
      ids.push_back(client.send({{"op", "pub"}, {"room", room}, {"text", "m"}}));
      if (ids.size() < 32 && i + 1 < count) continue;
      for (const auto id : ids) ASSERT_TRUE(client.answer(id).has("ok"));
      ids.clear();
    }
  }
  static value since(const value& hist, std::uint64_t off) { return value::map{{"hist", hist}, {"off", off}}; }

  std::vector<fan> crowd(int count) {
    std::vector<fan> all;
    all.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) all.push_back({"fan" + std::to_string(i), dial()});
    return all;
  }

  /// Each logs in with `room` in its resume list; nobody is waited for.
  void come_back(std::vector<fan>& all, const std::string& room, const value& hist, std::uint64_t off) {
    for (auto& each : all) {
      const value::array rooms{value::map{{"room", room}, {"hist", hist}, {"off", off}}};
      each.asked = each.client.send(
          {{"op", "auth"}, {"token", the_node().token(each.name)}, {"device", "d1"}, {"resume", rooms}});
    }
  }

  /// Takes a join result or the error in its place; with an error, when to come again.
  static std::optional<milliseconds> take(fan& who, const value& result) {
    ++who.tries;
    if (result.has("err")) {
      EXPECT_EQ(result["err"]["code"], value(130)) << result;
      const auto wait = result["err"]["retry_ms"].number();
      EXPECT_GE(wait, 1U);
      EXPECT_LE(wait, 20'000U);
      return milliseconds{wait};
    }
    EXPECT_TRUE(result["recovered"].flag());
    who.got = parse_chats(result);
    if (result["more"].flag()) {
      for (auto& c : who.client.history_after(result["room"].text(), who.got.back().off)) who.got.push_back(c);
    }
    who.in = true;
    return std::nullopt;
  }

  /// The answers to `come_back`; who was refused, by the time at which each is to come again.
  static std::multimap<clock::time_point, fan*> answers(std::vector<fan>& all) {
    std::multimap<clock::time_point, fan*> later;
    for (auto& each : all) {
      const auto answer = each.client.answer(each.asked);
      EXPECT_TRUE(answer.has("ok")) << answer;
      if (const auto wait = take(each, answer["ok"]["rooms"].at(0))) later.emplace(clock::now() + *wait, &each);
    }
    return later;
  }

  /// They come again as they were told to, until all are in.
  static void let_in(std::multimap<clock::time_point, fan*> later, const std::string& room, const value& hist,
                     std::uint64_t off) {
    const deadline until{std::chrono::seconds{60}};
    while (!later.empty() && !until.passed()) {
      const auto [when, who] = *later.begin();
      later.erase(later.begin());
      std::this_thread::sleep_until(when);
      const auto answer =
          who->client.answer(who->client.send({{"op", "join"}, {"room", room}, {"since", since(hist, off)}}));
      if (const auto wait = take(*who, answer.has("err") ? answer : answer["ok"])) {
        later.emplace(clock::now() + *wait, who);
      }
    }
    EXPECT_TRUE(later.empty());
  }

  static void expect_dense(const std::vector<chat>& all, std::uint64_t first, std::uint64_t last) {
    ASSERT_EQ(all.size(), last - first + 1);
    for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i].off, first + i);
  }
};
LIGHTSTICK_BOTH_ENCODINGS(storm);

TEST_P(storm, two_thousand_come_back_to_a_node_that_was_killed_and_miss_nothing) {
  constexpr int fans = 2'000;
  constexpr std::uint64_t last = 300;
  start_node({"--rates-resumes", "400/s burst 100", "--limits-resume-reads", "8"});
  value hist;
  {
    auto star = enter("star", "admin");
    hist = star.join("aurora")["hist"];
    say(star, "aurora", last);
  }
  the_node().restart();
  auto all = crowd(fans);
  constexpr std::uint64_t off = 20;
  come_back(all, "aurora", hist, off);
  auto later = answers(all);
  EXPECT_FALSE(later.empty()) << "so many cannot all read at once";
  let_in(std::move(later), "aurora", hist, off);
  for (auto& each : all) {
    ASSERT_TRUE(each.in);
    expect_dense(each.got, off + 1, last);
  }
  auto star = enter("star", "admin");
  star.join("aurora");
  say(star, "aurora", 5);
  for (auto& each : all) {
    const auto& pushed = each.client.pushed_through("aurora", last + 5);
    expect_dense(pushed, last + 1, last + 5);
  }
  EXPECT_GE(the_node().metric("lightstick_room_resumes_deferred_total"), 1);
  EXPECT_EQ(the_node().metric("lightstick_gateway_offset_gaps_total"), 0);
}

TEST_P(storm, a_live_room_goes_on_beside_it) {
  start_node({"--rates-resumes", "20/s burst 5", "--room-recent", "4"});
  auto star = enter("star", "admin");
  const auto hist = star.join("past")["hist"];
  say(star, "past", 60);
  star.join("live");
  auto listener = enter("listener");
  listener.join("live");

  auto all = crowd(100);
  come_back(all, "past", hist, 5);
  auto later = answers(all);
  EXPECT_GE(later.size(), 20U);
  // Those who were refused still wait for their turn, all the while the live room speaks and is heard.
  say(star, "live", 500);
  expect_dense(listener.pushed_through("live", 500), 1, 500);
  EXPECT_GE(the_node().metric("lightstick_room_resumes_deferred_total"), 20);
  // What memory has is given in the middle of the storm.
  auto near = enter("near");
  const auto joined = near.ok({{"op", "join"}, {"room", "past"}, {"since", since(hist, 57)}});
  expect_dense(parse_chats(joined), 58, 60);
  let_in(std::move(later), "past", hist, 5);
  for (const auto& each : all) expect_dense(each.got, 6, 60);
}

}  // namespace
}  // namespace lightstick::test
