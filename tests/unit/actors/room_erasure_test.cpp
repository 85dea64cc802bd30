#include <gtest/gtest.h>

#include "actors/room/room_codec.hpp"
#include "tests/support/room_driver.hpp"

namespace lightstick::actors::room {
namespace {

testing::answer_of<erased> forget(room_driver& d, const std::string& user) {
  auto answer = d.ctx->send<erased>(erase{user_id{user}});
  d.ctx->settle();
  return answer;
}

/// Whether anything that a recovery would read holds it.
bool disk_holds(const room_driver& d, const std::string& text) {
  const auto& disk = d.ctx->disk;
  bool found = disk.snapshot && disk.snapshot->find(text) != std::string::npos;
  for (auto i = disk.snapshot_at; i < disk.events.size(); ++i) found |= disk.events[i].find(text) != std::string::npos;
  for (const auto& [key, value] : disk.history) found |= value.find(text) != std::string::npos;
  for (const auto& [key, value] : disk.marks) found |= key.find(text) != std::string::npos;
  return found;
}

void talk(room_driver& d, int rounds) {
  d.enter(come("mina", 0));
  d.enter(come("jun", 0));
  for (int i = 0; i < rounds; ++i) {
    const auto n = std::to_string(i);
    d.ctx->send<published>(say("mina", "secret " + n, "cid" + n));
    d.ctx->send<published>(say("jun", "answer " + n, "cid" + n));
  }
  d.ctx->settle();
}

void sees_nothing_of_mina(std::vector<chat_message_ptr> messages, std::size_t expected) {
  std::erase_if(messages, [](const chat_message_ptr& m) { return m->tomb != tomb_kind::none && m->user.empty(); });
  ASSERT_EQ(messages.size(), expected);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto& m = *messages[i];
    EXPECT_EQ(m.gone, i % 2 == 0);
    if (m.gone) {
      EXPECT_EQ(m, withdraw(m)) << m.off.value();
      EXPECT_GT(m.ts.value, 0);
    } else {
      EXPECT_EQ(m.user.str(), "jun");
    }
  }
}

void published_nothing_of_mina(const room_driver& d) {
  for (const auto& batch : d.out->batches) {
    for (const auto& m : batch->messages) {
      if (m->tomb != tomb_kind::none) continue;  // it says who has gone
      EXPECT_NE(m->user.str(), "mina");
      EXPECT_EQ(m->text.find("secret"), std::string::npos);
    }
  }
}

TEST(room_erasure, leaves_places_and_nothing_else) {
  for (auto recent : {256U, 1U}) {
    options o;
    o.recent_max = recent;
    room_driver d{o};
    talk(d, 3);
    EXPECT_TRUE(disk_holds(d, "mina"));
    EXPECT_EQ(forget(d, "mina")->messages, 3U);
    EXPECT_FALSE(disk_holds(d, "mina"));
    EXPECT_FALSE(disk_holds(d, "secret"));
    EXPECT_TRUE(disk_holds(d, "answer 2"));
    sees_nothing_of_mina(d.enter(come("fan"))->messages, 6);
    d.restart();
    ASSERT_TRUE(d.started);
    d.ctx->settle();
    sees_nothing_of_mina(d.enter(come("fan"))->messages, 6);
    published_nothing_of_mina(d);
    EXPECT_EQ(d.seen("marks"), "3");
  }
}

TEST(room_erasure, the_other_ones_cids_still_get_their_first_answers) {
  room_driver d;
  talk(d, 2);
  ASSERT_TRUE(forget(d, "mina").there());
  EXPECT_EQ(d.post(say("jun", "answer 0", "cid0"))->off, offset{2});
  EXPECT_EQ(d.post(say("mina", "secret 0", "cid0"))->off, offset{6}) << "the tomb is at 5";
}

TEST(room_erasure, goes_in_steps_and_lets_others_in) {
  room_driver d;
  d.fill(1200);
  auto answer = d.ctx->send<erased>(erase{user_id{"mina"}});
  d.ctx->serve_reads();
  EXPECT_EQ(d.ctx->commits_pending(), 1U);
  auto meanwhile = d.ctx->send<published>(say("mina", "still here"));
  d.ctx->settle();
  EXPECT_EQ(meanwhile->off, offset{1202}) << "the tomb is at 1201";
  EXPECT_EQ(answer->messages, 1200U);
  EXPECT_EQ(d.enter(come("fan", 1))->messages.front()->text, "still here");
}

TEST(room_erasure, what_was_said_before_the_tomb_goes_with_it) {
  room_driver d;
  talk(d, 1);
  auto answer = d.ctx->send<erased>(erase{user_id{"mina"}});
  auto late = d.ctx->send<published>(say("mina", "while it is being read"));
  d.ctx->serve_reads();
  d.ctx->commit_all();
  EXPECT_EQ(late->off, offset{3});
  auto seen = d.ctx->send<page>(history{offset{4}, std::nullopt, 1});
  d.ctx->settle();
  EXPECT_TRUE(seen->messages.front()->gone);
  EXPECT_EQ(answer->messages, 2U);
}

TEST(room_erasure, twice_is_as_good_as_once_and_a_stranger_costs_nothing) {
  room_driver d;
  talk(d, 2);
  EXPECT_EQ(forget(d, "mina")->messages, 2U);
  EXPECT_EQ(forget(d, "mina")->messages, 0U);
  room_driver other;
  talk(other, 1);
  const auto events = other.ctx->disk.events.size();
  EXPECT_EQ(forget(other, "nobody")->messages, 0U);
  EXPECT_EQ(other.ctx->disk.events.size(), events);
}

TEST(room_erasure, a_user_whose_name_begins_like_anothers_is_another) {
  room_driver d;
  d.enter(come("min", 0));
  d.post(say("min", "hello", "c1"));
  EXPECT_EQ(forget(d, "mi")->messages, 0U);
  EXPECT_EQ(d.seen("marks"), "1");
}

TEST(room_erasure, goes_on_after_a_crash_between_rows_and_the_rest) {
  room_driver d;
  talk(d, 2);
  d.ctx->send<erased>(erase{user_id{"mina"}});
  d.ctx->serve_reads();
  d.ctx->crash(1);  // the rows are done, the journal still names her
  d.restart();
  ASSERT_TRUE(d.started);
  d.ctx->settle();
  EXPECT_TRUE(disk_holds(d, "mina"));
  EXPECT_EQ(forget(d, "mina")->messages, 0U);
  EXPECT_FALSE(disk_holds(d, "mina"));
}

TEST(room_erasure, a_failed_commit_fails_it_and_it_can_be_asked_again) {
  room_driver d;
  talk(d, 2);
  auto first = d.ctx->send<erased>(erase{user_id{"mina"}});
  d.ctx->serve_reads();
  ASSERT_TRUE(d.ctx->fail_commits());
  d.ctx->settle();
  EXPECT_EQ(first.error(), make_error_code(lightstick::errc::unavailable));
  EXPECT_EQ(forget(d, "mina")->messages, 2U);
}

TEST(room_erasure, what_a_commit_withdrew_that_seemed_to_fail_is_not_shown_from_memory) {
  room_driver d;
  talk(d, 2);
  auto first = d.ctx->send<erased>(erase{user_id{"mina"}});
  d.ctx->serve_reads();
  ASSERT_TRUE(d.ctx->fail_commits(1));
  d.ctx->settle();
  EXPECT_EQ(first.error(), make_error_code(lightstick::errc::unavailable));
  EXPECT_EQ(forget(d, "mina")->messages, 0U) << "it was done";
  sees_nothing_of_mina(d.enter(come("yuna"))->messages, 4);
}

TEST(room_erasure, what_a_page_of_the_disk_has_withdrawn_is_not_shown_from_memory) {
  options few;
  few.recent_max = 3;
  room_driver d{few};
  talk(d, 2);
  auto& row = d.ctx->disk.history.at(runtime::big_endian_key(3));
  row = encode(withdraw(**decode_message({runtime::big_endian_key(3), row})));  // committed, and not told yet
  auto all = d.ctx->send<page>(history{std::nullopt, offset{0}, 100});
  d.ctx->settle();
  ASSERT_TRUE(all.there());
  EXPECT_TRUE(all->messages.at(2)->gone);
  auto from_memory = d.ctx->send<page>(history{offset{4}, std::nullopt, 1});
  ASSERT_TRUE(from_memory.there());
  EXPECT_TRUE(from_memory->messages.at(0)->gone);
}

TEST(room_erasure, what_the_start_was_reading_meanwhile_is_read_again) {
  room_driver d;
  talk(d, 2);
  d.restart();
  ASSERT_TRUE(d.started);
  auto old = d.ctx->take_read();  // answered late, with what was on disk before
  ASSERT_TRUE(forget(d, "mina").there());
  old(*d.ctx);
  d.ctx->settle();
  sees_nothing_of_mina(d.enter(come("fan"))->messages, 4);
  published_nothing_of_mina(d);
}

TEST(room_erasure, a_failed_commit_that_turned_up_leaves_nothing_in_memory) {
  room_driver d;
  talk(d, 2);
  auto first = d.ctx->send<erased>(erase{user_id{"mina"}});
  d.ctx->serve_reads();
  ASSERT_TRUE(d.ctx->fail_commits(1));
  d.ctx->settle();
  EXPECT_EQ(first.error(), make_error_code(lightstick::errc::unavailable));
  sees_nothing_of_mina(d.enter(come("fan"))->messages, 4);
  ASSERT_TRUE(forget(d, "mina").there());
  sees_nothing_of_mina(d.enter(come("fan"))->messages, 4);
}

TEST(room_erasure, a_page_that_was_being_read_is_read_again) {
  for (auto commit_first : {false, true}) {
    room_driver d;
    talk(d, 2);
    d.ctx->advance(room_logic::recent_kept_for);
    ASSERT_EQ(d.seen("recent_messages"), "0");
    auto join = d.ctx->send<joined>(come("fan"));
    auto page_of_join = d.ctx->take_read();  // with what was on disk before
    auto asked = d.ctx->send<page>(history{std::nullopt, offset{}, 100});
    auto page_of_history = d.ctx->take_read();
    if (commit_first) {
      ASSERT_TRUE(forget(d, "mina").there());
    } else {
      d.ctx->send<erased>(erase{user_id{"mina"}});
      d.ctx->serve_reads();
      d.ctx->commit(1);  // the rows; the rest of the erasure is under way
    }
    page_of_join(*d.ctx);
    page_of_history(*d.ctx);
    d.ctx->settle();
    sees_nothing_of_mina(join->messages, 4);
    sees_nothing_of_mina(asked->messages, 4);
    EXPECT_EQ(d.seen("recent_messages"), "5") << "with the tomb";
    sees_nothing_of_mina(d.enter(come("jun"))->messages, 4);
  }
}

TEST(room_erasure, what_memory_took_up_before_the_commit_goes_with_it) {
  room_driver d;
  talk(d, 2);
  d.ctx->advance(room_logic::recent_kept_for);
  auto forgotten = d.ctx->send<erased>(erase{user_id{"mina"}});
  d.ctx->serve_reads();
  ASSERT_EQ(d.ctx->commits_pending(), 1U);
  auto before = d.ctx->send<joined>(come("fan"));
  d.ctx->serve_reads();
  EXPECT_EQ(before->messages.front()->text, "secret 0");
  ASSERT_EQ(d.seen("recent_messages"), "4");
  d.ctx->settle();
  ASSERT_TRUE(forgotten.there());
  sees_nothing_of_mina(d.enter(come("fan"))->messages, 4);
}

TEST(room_erasure, a_room_that_does_not_exist_has_nothing) {
  room_driver d;
  EXPECT_EQ(forget(d, "mina")->messages, 0U);
  EXPECT_TRUE(d.ctx->disk.events.empty());
}

}  // namespace
}  // namespace lightstick::actors::room
