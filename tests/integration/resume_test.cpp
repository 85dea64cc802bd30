#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

class resume : public encoded_test {
 protected:
  /// Says `count` messages of `bytes` bytes, many at a time, and waits until all are committed.
  static void say(ws_client& client, const std::string& room, int count, std::size_t bytes = 10) {
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < count; ++i) {
      ids.push_back(client.send({{"op", "pub"}, {"room", room}, {"text", std::string(bytes, 'x')}}));
      if (ids.size() == 32 || i + 1 == count) {
        for (const auto id : ids) {
          const auto answer = client.answer(id);
          ASSERT_TRUE(answer.has("ok")) << answer;
        }
        ids.clear();
      }
    }
  }
  static value since(const value& hist, std::uint64_t off) { return value::map{{"hist", hist}, {"off", off}}; }
  /// Joins after a break at `off` and pages on until all is there.
  static std::vector<chat> catch_up(ws_client& client, const std::string& room, const value& joined) {
    auto all = parse_chats(joined);
    if (joined["more"].flag()) {
      EXPECT_FALSE(all.empty());
      for (auto& c : client.history_after(room, all.back().off)) {
        all.push_back(std::move(c));
      }
    }
    return all;
  }
  static void expect_dense(const std::vector<chat>& all, std::uint64_t first, std::uint64_t last) {
    ASSERT_EQ(all.size(), last - first + 1);
    for (std::size_t i = 0; i < all.size(); ++i) {
      ASSERT_EQ(all[i].off, first + i);
    }
  }
};
LIGHTSTICK_BOTH_ENCODINGS(resume);

TEST_P(resume, a_join_since_an_offset_gives_what_was_missed) {
  auto mina = enter("mina", "admin");
  const auto hist = mina.join("aurora")["hist"];
  say(mina, "aurora", 30);
  auto jun = enter("jun");
  const auto joined = jun.ok({{"op", "join"}, {"room", "aurora"}, {"since", since(hist, 12)}});
  EXPECT_TRUE(joined["recovered"].flag());
  EXPECT_FALSE(joined["more"].flag());
  EXPECT_EQ(joined["off"], value(30));
  expect_dense(parse_chats(joined), 13, 30);

  const auto nothing = jun.ok({{"op", "join"}, {"room", "aurora"}, {"since", since(hist, 30)}});
  EXPECT_TRUE(nothing["recovered"].flag());
  EXPECT_TRUE(nothing["msgs"].items().empty());
}

TEST_P(resume, an_auth_enters_as_many_rooms_as_the_limits_allow) {
  start_node({"--limits-resume-rooms", "700", "--limits-session-rooms", "700", "--limits-items", "8192"});
  value::array rooms;
  for (int i = 0; i < 700; ++i) rooms.push_back(value::map{{"room", "r" + std::to_string(i)}});
  auto mina = dial();
  const auto welcome = mina.auth(the_node().token("mina"), "d1", rooms);
  ASSERT_EQ(welcome["rooms"].items().size(), 700U);
  for (const auto& room : welcome["rooms"].items()) ASSERT_FALSE(room.has("err")) << room;
}

TEST_P(resume, more_says_to_page_on_and_nothing_is_missing) {
  auto mina = enter("mina", "admin");
  const auto hist = mina.join("aurora")["hist"];
  say(mina, "aurora", 350);
  auto jun = enter("jun");
  const auto joined = jun.ok({{"op", "join"}, {"room", "aurora"}, {"since", since(hist, 5)}, {"limit", 20}});
  EXPECT_TRUE(joined["recovered"].flag());
  EXPECT_TRUE(joined["more"].flag());
  EXPECT_EQ(joined["off"], value(350));
  EXPECT_EQ(parse_chats(joined).at(0).off, 6U);
  expect_dense(catch_up(jun, "aurora", joined), 6, 350);
}

TEST_P(resume, without_since_the_newest_page_comes_and_more_means_before_it) {
  auto mina = enter("mina", "admin");
  mina.join("aurora");
  say(mina, "aurora", 80);
  auto jun = enter("jun");
  const auto joined = jun.ok({{"op", "join"}, {"room", "aurora"}, {"limit", 10}});
  expect_dense(parse_chats(joined), 71, 80);
  EXPECT_TRUE(joined["more"].flag());
  const auto bare = jun.ok({{"op", "join"}, {"room", "aurora"}, {"limit", 0}});
  EXPECT_TRUE(bare["msgs"].items().empty());
  EXPECT_EQ(bare["off"], value(80));
}

TEST_P(resume, another_history_is_not_recovered_and_gives_the_newest_page) {
  auto mina = enter("mina", "admin");
  const auto hist = mina.join("aurora")["hist"];
  say(mina, "aurora", 80);
  auto jun = enter("jun");
  const auto other = jun.ok({{"op", "join"}, {"room", "aurora"}, {"since", since("another", 5)}, {"limit", 10}});
  EXPECT_FALSE(other["recovered"].flag());
  EXPECT_EQ(other["hist"], hist);
  expect_dense(parse_chats(other), 71, 80);
  const auto ahead = jun.ok({{"op", "join"}, {"room", "aurora"}, {"since", since(hist, 81)}, {"limit", 10}});
  EXPECT_FALSE(ahead["recovered"].flag()) << "an offset that was never given cannot be resumed from";
}

TEST_P(resume, auth_resumes_many_rooms_in_one_round_trip) {
  auto mina = enter("mina", "admin");
  value::array entries;
  for (int i = 0; i < 5; ++i) {
    const auto room = "room" + std::to_string(i);
    const auto hist = mina.join(room)["hist"];
    say(mina, room, 10 + i);
    entries.push_back(value::map{{"room", room}, {"hist", hist}, {"off", 4}});
  }
  auto jun = dial();
  const auto welcome = jun.auth(the_node().token("jun"), "d1", entries);
  ASSERT_EQ(welcome["rooms"].items().size(), 5U);
  for (std::uint64_t i = 0; i < 5; ++i) {
    const auto& joined = welcome["rooms"].at(i);
    const auto room = "room" + std::to_string(i);
    EXPECT_EQ(joined["room"].text(), room);
    EXPECT_TRUE(joined["recovered"].flag());
    expect_dense(catch_up(jun, room, joined), 5, 10 + i);
    EXPECT_EQ(mina.publish(room, "live")["off"], value(11 + i));
    EXPECT_EQ(jun.pushed_through(room, 11 + i).at(0).off, 11 + i);
  }
  auto tablet = dial();
  EXPECT_EQ(tablet.auth(the_node().token("jun"), "tablet")["mine"].items().size(), 5U);
}

TEST_P(resume, one_room_that_refuses_does_not_spoil_the_others) {
  auto mina = enter("mina");
  mina.join("open");
  auto jun = dial();
  const auto welcome = jun.auth(the_node().token_of({.user = "jun", .rooms = {"open"}}), "d1",
                                {value::map{{"room", "closed"}}, value::map{{"room", "open"}}});
  EXPECT_EQ(welcome["rooms"].at(0)["room"].text(), "closed");
  EXPECT_EQ(welcome["rooms"].at(0)["err"]["code"], value(103));
  EXPECT_EQ(welcome["rooms"].at(1)["room"].text(), "open");
  EXPECT_TRUE(welcome["rooms"].at(1).has("off"));
}

TEST_P(resume, an_answer_of_all_rooms_stays_below_256_kib_and_paging_gives_the_rest) {
  auto mina = enter("mina", "admin");
  value::array entries;
  for (int i = 0; i < 4; ++i) {
    const auto room = "big" + std::to_string(i);
    const auto hist = mina.join(room)["hist"];
    say(mina, room, 60, 4'000);
    entries.push_back(value::map{{"room", room}, {"hist", hist}, {"off", 0}});
  }
  auto jun = dial();
  const auto welcome = jun.auth(the_node().token("jun"), "d1", entries);
  EXPECT_LE(encode(encoded(), welcome).size(), 256U * 1024 + 8'192);
  for (std::uint64_t i = 0; i < 4; ++i) {
    const auto& joined = welcome["rooms"].at(i);
    auto all = parse_chats(joined);
    const auto have = all.empty() ? 0 : all.back().off;
    EXPECT_EQ(joined["more"].flag(), have < 60U);
    for (auto& c : jun.history_after(joined["room"].text(), have)) {
      all.push_back(std::move(c));
    }
    expect_dense(all, 1, 60);
  }
}

TEST_P(resume, nothing_is_lost_between_a_join_and_its_first_push) {
  // A room that never rests: whoever joins in the middle sees a list without gap or repetition.
  auto mina = enter("mina", "admin");
  mina.join("aurora");
  auto jun = enter("jun");
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 5; ++i) {
      mina.send({{"op", "pub"}, {"room", "aurora"}, {"text", "before"}});
    }
    const auto id = jun.send({{"op", "join"}, {"room", "aurora"}, {"limit", 100}});
    std::uint64_t last = 0;
    for (int i = 0; i < 5; ++i) {
      last = mina.answer(mina.send({{"op", "pub"}, {"room", "aurora"}, {"text", "after"}}))["ok"]["off"].number();
    }
    const auto before = jun.pushed("aurora").size();
    const auto joined = jun.answer(id)["ok"];
    const auto from = joined["off"].number();
    const auto& pushed = jun.pushed_through("aurora", last);
    for (auto i = before; i < pushed.size(); ++i) {
      ASSERT_EQ(pushed[i].off, from + 1 + (i - before));
    }
    jun.ok({{"op", "leave"}, {"room", "aurora"}});
  }
}

TEST_P(resume, resume_goes_on_after_kill_9_with_the_same_history) {
  auto mina = enter("mina", "admin");
  const auto hist = mina.join("aurora")["hist"];
  say(mina, "aurora", 40);
  the_node().restart();
  auto jun = dial();
  const auto welcome =
      jun.auth(the_node().token("jun"), "d1", {value::map{{"room", "aurora"}, {"hist", hist}, {"off", 10}}});
  EXPECT_EQ(welcome["rooms"].at(0)["hist"], hist);
  EXPECT_TRUE(welcome["rooms"].at(0)["recovered"].flag());
  expect_dense(catch_up(jun, "aurora", welcome["rooms"].at(0)), 11, 40);
}

TEST_P(resume, who_reads_promptly_keeps_up_with_megabytes_committed_together) {
  start_node({"--limits-frame-bytes", "1MiB", "--limits-text-bytes", "16KiB", "--timeouts-ask", "30s"});
  constexpr int publishers = 8;
  constexpr int each = 60;
  constexpr std::uint64_t last = std::uint64_t{publishers} * each;
  std::vector<ws_client> readers;
  for (int i = 0; i < 3; ++i) {
    auto options = the_node().to(encoded());
    options.dial.receive_buffer_bytes = 64 * 1024;
    readers.emplace_back(options).auth(the_node().token("reader" + std::to_string(i)));
    readers.back().join("aurora");
  }
  std::vector<ws_client> talkers;
  for (int i = 0; i < publishers; ++i) {
    talkers.push_back(enter("talker" + std::to_string(i), "admin"));
    talkers.back().join("aurora");
  }
  value::array burst;
  for (int i = 1; i <= each; ++i) {
    burst.push_back(
        value::map{{"op", "pub"}, {"id", 1'000 + i}, {"room", "aurora"}, {"text", std::string(15'000, 'x')}});
  }
  for (auto& talker : talkers) {
    talker.send_value(burst);
  }
  const deadline until;
  const auto done = [&](ws_client& r) { return !r.pushed("aurora").empty() && r.pushed("aurora").back().off >= last; };
  while (!until.passed() && !std::ranges::all_of(readers, done)) {
    for (auto& reader : readers) {
      ASSERT_TRUE(reader.is_open()) << "closed with " << reader.closed();
      reader.read_for(milliseconds{1});
    }
  }
  for (auto& reader : readers) {
    expect_dense(reader.pushed("aurora"), 1, last);
  }
}

TEST_P(resume, a_slow_reader_is_closed_with_4101_and_resumes_without_loss) {
  auto options = the_node().to(encoded());
  options.dial.receive_buffer_bytes = 4'096;
  ws_client slow(options);
  slow.auth(the_node().token("slow"));
  const auto hist = slow.join("aurora")["hist"];
  auto mina = enter("mina", "admin");
  mina.join("aurora");
  // 1 MiB waits in the node, and up to 4 MiB in the kernel's own buffer in front of it.
  constexpr int messages = 2'500;
  say(mina, "aurora", messages, 4'000);

  for (const deadline until; !until.passed() && the_node().metric("lightstick_gateway_outbound_overflow_total") < 1;) {
    std::this_thread::sleep_for(milliseconds{20});
  }
  EXPECT_EQ(slow.closed(), 4101);
  const auto seen = slow.pushed("aurora");
  ASSERT_FALSE(seen.empty());
  expect_dense(seen, 1, seen.back().off);
  EXPECT_LT(seen.back().off, messages);

  auto again = dial();
  const auto welcome = again.auth(the_node().token("slow"), "d1",
                                  {value::map{{"room", "aurora"}, {"hist", hist}, {"off", seen.back().off}}});
  EXPECT_TRUE(welcome["rooms"].at(0)["recovered"].flag());
  auto all = seen;
  for (auto& c : catch_up(again, "aurora", welcome["rooms"].at(0))) {
    all.push_back(std::move(c));
  }
  expect_dense(all, 1, messages);
}

}  // namespace
}  // namespace lightstick::test
