#include <gtest/gtest.h>

#include "tests/support/room_orders.hpp"

namespace lightstick::actors::room {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

set_filter filter(std::vector<std::string> add, std::vector<std::string> remove = {}) {
  set_filter f;
  f.by = user_id{"mod"};
  f.as = role::moderator;
  f.add = std::move(add);
  f.remove = std::move(remove);
  f.why = "because";
  return f;
}

testing::answer_of<moderated> carry_out(room_driver& d, set_filter f) {
  auto answer = d.ctx->send<moderated>(std::move(f));
  d.ctx->settle();
  return answer;
}

TEST(room_filters, words_are_refused_of_fans_and_kept_over_a_restart) {
  room_driver d;
  d.enter(come("mina", 0));
  ASSERT_FALSE(carry_out(d, filter({"바보", "ばか", "spam"})).error());
  for (bool again : {false, true}) {
    if (again) {
      d.ctx->snapshot_next = true;
      ASSERT_FALSE(d.post(say("mina", "to be a snapshot")).error());
      d.restart();
      d.enter(come("mina", 0));
    }
    for (const auto* text : {"이 바보야", "バカ!", "SPAM here"}) {
      EXPECT_EQ(d.post(say("mina", text)).error(), code(errc::filtered)) << text;
    }
    EXPECT_FALSE(d.post(say("mina", "안녕" + std::string(again ? "!" : ""))).error());
    auto artist = say("mina", "spam");
    artist.as = role::artist;
    EXPECT_FALSE(d.post(artist).error());
  }
  ASSERT_FALSE(carry_out(d, filter({}, {"바보"})).error());
  EXPECT_FALSE(d.post(say("mina", "이 바보야")).error());
}

TEST(room_filters, links_and_repeats_are_refused_when_it_is_wanted) {
  room_driver d;
  d.enter(come("mina", 0));
  d.enter(come("jun", 0));
  EXPECT_FALSE(d.post(say("mina", "see example.com")).error());
  auto f = filter({});
  f.links = true;
  f.repeats_ms = 60'000;
  ASSERT_FALSE(carry_out(d, f).error());
  EXPECT_EQ(d.post(say("mina", "see example.com")).error(), code(errc::filtered));
  EXPECT_FALSE(d.post(say("mina", "hello")).error());
  d.ctx->advance(seconds{59});
  EXPECT_EQ(d.post(say("mina", "hello")).error(), code(errc::filtered));
  EXPECT_FALSE(d.post(say("jun", "hello")).error());
  d.ctx->advance(seconds{1});
  EXPECT_FALSE(d.post(say("mina", "hello")).error());
  f.links = false;
  f.repeats_ms = 0;
  ASSERT_FALSE(carry_out(d, f).error());
  EXPECT_FALSE(d.post(say("mina", "hello")).error());
  EXPECT_FALSE(d.post(say("mina", "see example.com")).error());
}

TEST(room_filters, words_have_bounds) {
  room_driver d;
  d.enter(come("mina", 0));
  std::vector<std::string> words;
  for (std::size_t i = 0; i < moderation::words_max; ++i) words.push_back("w" + std::to_string(i));
  ASSERT_FALSE(carry_out(d, filter(words)).error());
  EXPECT_EQ(carry_out(d, filter({"one more"})).error(), code(errc::bad_request));
  EXPECT_FALSE(carry_out(d, filter({"w7"})).error()) << "one that is there";
  EXPECT_FALSE(carry_out(d, filter({"one more"}, {"w7"})).error());
  EXPECT_EQ(carry_out(d, filter({std::string(moderation::word_bytes_max + 1, 'x')})).error(), code(errc::bad_request));
  EXPECT_EQ(carry_out(d, filter({"\u200B"})).error(), code(errc::bad_request));
  auto f = filter({});
  f.repeats_ms = static_cast<std::uint64_t>(moderation::repeats_max.count()) + 1;
  EXPECT_EQ(carry_out(d, f).error(), code(errc::bad_request));
}

TEST(room_filters, they_take_a_role_and_are_journalled) {
  room_driver d;
  d.enter(come("mina", 0));
  auto f = filter({"spam"});
  f.as = role::fan;
  EXPECT_EQ(carry_out(d, f).error(), code(errc::forbidden));
  ASSERT_FALSE(carry_out(d, filter({"spam"})).error());
  EXPECT_NE(d.ctx->disk.events.back().find("mod"), std::string::npos);
  EXPECT_NE(d.ctx->disk.events.back().find("because"), std::string::npos);
  const auto events = d.ctx->disk.events.size();
  ASSERT_FALSE(carry_out(d, filter({"spam"})).error());
  EXPECT_EQ(d.ctx->disk.events.size(), events) << "again";
}

TEST(room_shadow, what_is_said_takes_no_offset_and_only_the_sender_has_it_back) {
  room_driver d;
  d.enter(come("mina", 0));
  d.enter(come("jun", 0));
  d.post(say("jun", "one"));
  ASSERT_FALSE(carry_out(d, lasting(act::shadow, "mina", minutes{1})).error());
  const auto published_before = d.out->offsets();
  auto said = d.post(say("mina", "do you see me?", "c1"));
  ASSERT_FALSE(said.error());
  ASSERT_NE(said->echo, nullptr);
  EXPECT_EQ(said->echo->text, "do you see me?");
  EXPECT_EQ(said->echo->off, offset{0});
  EXPECT_EQ(said->off, offset{1});
  EXPECT_EQ(d.seen("last_offset"), "1");
  EXPECT_EQ(d.seen("marks"), "0");
  EXPECT_EQ(d.out->offsets(), published_before);
  EXPECT_EQ(d.post(say("jun", "two"))->off, offset{2});
  d.restart();
  d.enter(come("mina", 0));
  EXPECT_NE(d.post(say("mina", "still here"))->echo, nullptr);
  d.ctx->advance(minutes{1});
  EXPECT_EQ(d.post(say("mina", "and back"))->off, offset{3});
}

}  // namespace
}  // namespace lightstick::actors::room
