#include <gtest/gtest.h>

#include "actors/room/room_codec.hpp"
#include "runtime/base/hex.hpp"
#include "tests/support/room_cheers.hpp"
#include "tests/support/room_orders.hpp"

namespace lightstick::actors::room {
namespace {

using how = reacted::how;

room_driver with_mina(options o = {}) {
  room_driver d{o};
  d.enter(come("mina", 0));
  return d;
}

TEST(room_reactions, of_a_quiet_room_is_committed_at_once) {
  auto d = with_mina();
  auto answer = d.ctx->send<reacted>(cheer("mina", 1));
  EXPECT_FALSE(answer.there()) << "not before it is durable";
  d.ctx->commit_all();
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer->outcome, how::counted);
  EXPECT_EQ(sums_of(d), "cheer 1");
}

TEST(room_reactions, of_a_tick_are_one_event) {
  auto d = with_mina();
  d.enter(come("jun", 0));
  count(d, cheer("mina", 1));
  const auto events = d.ctx->disk.events.size();
  d.ctx->send<reacted>(cheer("mina", 2));
  d.ctx->settle();
  ASSERT_EQ(d.ctx->disk.events.size(), events + 1) << "the tick before is over";
  std::vector<testing::answer_of<reacted>> answers;
  for (std::uint64_t seq = 3; seq < 6; ++seq) answers.push_back(d.ctx->send<reacted>(cheer("mina", seq, 2)));
  answers.push_back(d.ctx->send<reacted>(cheer("jun", 1, 1, "heart")));
  d.ctx->settle();
  for (const auto& each : answers) EXPECT_FALSE(each.there());
  d.ctx->advance(room_logic::tally_every);
  d.ctx->settle();
  for (const auto& each : answers) EXPECT_TRUE(each.there());
  EXPECT_EQ(d.ctx->disk.events.size(), events + 2);
  EXPECT_EQ(sums_of(d), "cheer 8, heart 1");
}

TEST(room_reactions, that_are_many_do_not_wait_for_the_tick) {
  auto d = with_mina();
  count(d, cheer("mina", 1));
  d.ctx->send<reacted>(cheer("mina", 2));
  std::vector<testing::answer_of<reacted>> answers;
  for (std::uint64_t i = 0; i < room_logic::tally_max; ++i)
    answers.push_back(d.ctx->send<reacted>(cheer("mina", 3 + i)));
  d.ctx->settle();
  EXPECT_TRUE(answers.back().there());
}

TEST(room_reactions, are_counted_once_however_often_they_come) {
  auto d = with_mina();
  EXPECT_EQ(count(d, cheer("mina", 1, 3))->outcome, how::counted);
  EXPECT_EQ(count(d, cheer("mina", 1, 3))->outcome, how::again);
  auto first = d.ctx->send<reacted>(cheer("mina", 2));
  auto second = d.ctx->send<reacted>(cheer("mina", 2));
  EXPECT_FALSE(second.there()) << "nor is the repeat answered before it is durable";
  d.ctx->advance(room_logic::tally_every);
  d.ctx->settle();
  EXPECT_EQ(first->outcome, how::counted);
  EXPECT_EQ(second->outcome, how::again);
  EXPECT_EQ(sums_of(d), "cheer 4");
}

TEST(room_reactions, a_repeat_of_what_is_being_committed_waits_for_it) {
  auto d = with_mina();
  auto first = d.ctx->send<reacted>(cheer("mina", 1));
  auto second = d.ctx->send<reacted>(cheer("mina", 1));
  EXPECT_FALSE(second.there());
  ASSERT_TRUE(d.ctx->fail_commits(0));
  EXPECT_TRUE(first.error());
  EXPECT_TRUE(second.error()) << "it was not counted, so nobody is told that it was";
  EXPECT_EQ(sums_of(d), "");
  EXPECT_EQ(count(d, cheer("mina", 1))->outcome, how::counted);
}

TEST(room_reactions, that_were_gathered_when_a_commit_failed_are_not_counted_and_may_come_again) {
  auto d = with_mina();
  auto first = d.ctx->send<reacted>(cheer("mina", 1));
  auto gathered = d.ctx->send<reacted>(cheer("mina", 2));
  ASSERT_TRUE(d.ctx->fail_commits(1)) << "it was there although it seemed to fail";
  EXPECT_TRUE(gathered.error());
  d.ctx->settle();
  EXPECT_EQ(count(d, cheer("mina", 1))->outcome, how::again);
  EXPECT_EQ(count(d, cheer("mina", 2))->outcome, how::counted);
  EXPECT_EQ(sums_of(d), "cheer 2");
}

TEST(room_reactions, stay_counted_over_a_restart_with_and_without_a_snapshot) {
  for (bool snapshot : {false, true}) {
    auto d = with_mina();
    count(d, cheer("mina", 1, 3));
    d.ctx->snapshot_next = snapshot;
    count(d, cheer("mina", 3, 2));
    d.restart();
    ASSERT_TRUE(d.started);
    d.enter(come("mina", 0));
    EXPECT_EQ(sums_of(d), "cheer 5");
    EXPECT_EQ(count(d, cheer("mina", 1, 3))->outcome, how::again);
    EXPECT_EQ(count(d, cheer("mina", 3, 3))->outcome, how::again);
    EXPECT_EQ(count(d, cheer("mina", 2))->outcome, how::counted) << "it was never counted, and there is room for it";
    EXPECT_EQ(sums_of(d), "cheer 6");
  }
}

TEST(room_reactions, a_device_is_told_where_it_goes_on) {
  auto d = with_mina();
  EXPECT_EQ(d.enter(come("mina", 0))->seq, 0U);
  count(d, cheer("mina", 7));
  EXPECT_EQ(d.enter(come("mina", 0))->seq, 7U);
  EXPECT_EQ(d.enter(come("jun", 0))->seq, 0U);
}

TEST(room_reactions, of_whom_the_room_has_forgotten_are_refused_rather_than_doubled) {
  options o;
  o.reacting_max = 2;
  for (bool restarted : {false, true}) {
    room_driver d{o};
    for (auto user : {"mina", "jun", "ari"}) {
      d.enter(come(user, 0));
      ASSERT_EQ(count(d, cheer(user, 5))->outcome, how::counted);
    }
    EXPECT_EQ(d.seen("reacting_users"), "2");
    if (restarted) d.restart();
    d.enter(come("mina", 0));
    const auto again = count(d, cheer("mina", 5));
    EXPECT_EQ(again->outcome, how::lost);
    EXPECT_EQ(again->seq, 5U);
    EXPECT_EQ(d.enter(come("mina", 0))->seq, 5U) << "who comes back is told";
    EXPECT_EQ(sums_of(d), "cheer 3");
    EXPECT_EQ(count(d, cheer("mina", 6))->outcome, how::counted);
  }
}

TEST(room_reactions, may_have_any_numbers_but_those_that_would_leave_others_none) {
  auto d = with_mina();
  const auto now_us = static_cast<std::uint64_t>(d.ctx->clock.wall().value) * 1'000;
  EXPECT_EQ(count(d, cheer("mina", now_us))->outcome, how::counted);
  EXPECT_EQ(count(d, cheer("mina", now_us + 2 * reactions::ahead_us)).error(), code(errc::bad_request));
  EXPECT_EQ(count(d, cheer("mina", 0)).error(), code(errc::bad_request));
}

TEST(room_reactions, that_are_wrong_are_refused) {
  auto d = with_mina();
  for (auto n : {0U, reaction_n_max + 1}) EXPECT_EQ(count(d, cheer("mina", 1, n)).error(), code(errc::bad_request));
  for (auto kind : {"", "Heart", "a b", "seventeen-letters"}) {
    EXPECT_EQ(count(d, cheer("mina", 1, 1, kind)).error(), code(errc::bad_request)) << kind;
  }
  EXPECT_EQ(count(d, cheer("nobody", 1)).error(), code(errc::forbidden));
  EXPECT_EQ(sums_of(d), "");
}

TEST(room_reactions, have_sixteen_kinds_at_most) {
  auto d = with_mina();
  std::uint64_t seq = 0;
  for (std::size_t i = 0; i < reactions::kinds_max; ++i) {
    ASSERT_EQ(d.ctx->send<reacted>(cheer("mina", ++seq, 1, "k" + std::to_string(i))).error(), std::error_code{});
  }
  EXPECT_EQ(count(d, cheer("mina", ++seq, 1, "one-more")).error(), code(errc::bad_request));
  EXPECT_EQ(count(d, cheer("mina", ++seq, 1, "k0"))->outcome, how::counted);
}

TEST(room_reactions, of_the_muted_and_the_banned_are_refused_and_of_the_shadowed_not_shown) {
  auto d = with_mina();
  count(d, cheer("mina", 1));
  ASSERT_TRUE(carry_out(d, order(act::mute, "mina")).there());
  EXPECT_EQ(count(d, cheer("mina", 2)).error(), code(errc::muted));
  EXPECT_EQ(count(d, cheer("mina", 1))->outcome, how::again) << "it was counted before";
  ASSERT_TRUE(carry_out(d, order(act::unmute, "mina")).there());
  ASSERT_TRUE(carry_out(d, order(act::shadow, "mina")).there());
  EXPECT_EQ(count(d, cheer("mina", 2))->outcome, how::counted) << "as far as mina is told";
  EXPECT_EQ(count(d, cheer("mina", 2))->outcome, how::again);
  EXPECT_EQ(sums_of(d), "cheer 1");
  ASSERT_TRUE(carry_out(d, order(act::ban, "mina")).there());
  EXPECT_EQ(count(d, cheer("mina", 3)).error(), code(errc::forbidden));
}

TEST(room_reactions, of_a_new_kind_are_filtered_as_words_are) {
  auto d = with_mina();
  set_filter f;
  f.as = role::moderator;
  f.add = {"spam"};
  ASSERT_TRUE(d.ctx->send<moderated>(f).there() || (d.ctx->settle(), true));
  EXPECT_EQ(count(d, cheer("mina", 1, 1, "spam")).error(), code(errc::filtered));
}

TEST(room_reactions, are_told_to_everybody_merged) {
  auto d = with_mina();
  d.ctx->advance(std::chrono::seconds{5});
  d.out->changes.clear();
  for (std::uint64_t seq = 1; seq <= 20; ++seq) {
    d.ctx->send<reacted>(cheer("mina", seq));
    d.ctx->advance(std::chrono::milliseconds{25});
    d.ctx->settle();
  }
  d.ctx->advance(std::chrono::seconds{1});
  ASSERT_FALSE(d.out->changes.empty());
  EXPECT_LE(d.out->changes.size(), 4U) << "half a second, a push every quarter, and the last";
  EXPECT_EQ(d.out->changes.back()->status.reactions, (std::vector<reaction_sum>{{"cheer", 20}}));
}

TEST(room_reactions, that_a_disk_does_not_take_are_refused) {
  auto d = with_mina();
  d.ctx->refusing = error{make_error_code(lightstick::errc::overloaded), "full"};
  EXPECT_TRUE(d.ctx->send<reacted>(cheer("mina", 1)).error());
  d.ctx->refusing.reset();
  EXPECT_EQ(count(d, cheer("mina", 1))->outcome, how::counted);
}

TEST(room_reactions, of_an_erased_user_stay_in_the_sums_and_nothing_names_them) {
  auto d = with_mina();
  count(d, cheer("mina", 4, 2));
  d.ctx->send<erased>(erase{user_id{"mina"}});
  d.ctx->settle();
  for (const auto& [key, value] : d.ctx->disk.marks) EXPECT_EQ(key.find("mina"), std::string::npos);
  ASSERT_TRUE(d.ctx->disk.snapshot);
  EXPECT_EQ(d.ctx->disk.snapshot->find("mina"), std::string::npos);
  EXPECT_EQ(d.ctx->disk.snapshot_at, d.ctx->disk.events.size());
  EXPECT_EQ(sums_of(d), "cheer 2");
  EXPECT_EQ(count(d, cheer("mina", 4, 2))->outcome, how::lost) << "nor is it counted again";
}

TEST(room_reactions, have_golden_bytes) {
  const event e{tallied{20'717, {{"cheer", 3}}, {{user_id{"17"}, "Mina", 3}}, {{9, 7}}}};
  EXPECT_EQ(hex(encode(e)), "9d060acd50ed01c40563686565720301c4023137c4044d696e6103010907");
  EXPECT_EQ(decode_event(encode(e)).value(), e);
  room_state::essence s{{1'790'000'000'000}, {}, {1'790'000'000'000}};
  s.reacted = {
      {{"cheer", 3}}, 20'717, {{{user_id{"17"}, "Mina", 3, 0}}, 0}, {{{user_id{"17"}, "Mina", 3, 0}}, 0}, {{9, 7}}};
  EXPECT_EQ(hex(encode(s)),
            "dc002306cf000001a0c4506c0000cf000001a0c4506c000100000000c20000c20000c201c405636865657203cd50ed"
            "01c4023137c4044d696e6103000001c4023137c4044d696e61030000010907");
  EXPECT_EQ(decode_snapshot(encode(s)).value(), s);
  s.reacted.floors = {{forgotten_floors::buckets, 1}};
  EXPECT_FALSE(decode_snapshot(encode(s)));
}

}  // namespace
}  // namespace lightstick::actors::room
