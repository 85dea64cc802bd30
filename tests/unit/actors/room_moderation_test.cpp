#include <gtest/gtest.h>

#include "actors/room/room_codec.hpp"
#include "tests/support/room_orders.hpp"

namespace lightstick::actors::room {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

std::vector<chat_message_ptr> all(room_driver& d) {
  auto answer = d.ctx->send<page>(history{std::nullopt, offset{0}, 100});
  d.ctx->settle();
  return answer.get()->messages;
}

/// "hello, -, tomb 2": a withdrawn one is "-".
std::string shown(const std::vector<chat_message_ptr>& messages) {
  std::string out;
  for (const auto& m : messages) {
    if (!out.empty()) out += ", ";
    switch (m->tomb) {
      case tomb_kind::none: out += m->gone ? "-" : m->text; break;
      case tomb_kind::message: out += "tomb " + std::to_string(m->reply_to->value()); break;
      case tomb_kind::user: out += "tomb " + m->user.str(); break;
      case tomb_kind::unnamed: out += "tomb"; break;
    }
  }
  return out;
}

void talk(room_driver& d) {
  d.enter(come("mina", 0));
  d.enter(come("jun", 0));
  d.post(say("mina", "one", "c1"));
  d.post(say("jun", "two"));
  d.post(say("mina", "three"));
}

std::string pushed(const room_driver& d) {
  std::string out;
  for (const auto& b : d.out->batches) out += (out.empty() ? "" : ", ") + shown(b->messages);
  return out;
}

// ---- delete ----

TEST(room_moderation, a_deleted_message_is_gone_everywhere_and_a_tomb_says_so) {
  for (auto recent : {256U, 1U}) {
    options o;
    o.recent_max = recent;
    room_driver d{o};
    talk(d);
    EXPECT_EQ(carry_out(d, at(act::withdraw, 2))->off, offset{4});
    EXPECT_EQ(pushed(d), "one, two, three, tomb 2");
    EXPECT_EQ(shown(all(d)), "one, -, three, tomb 2");
    EXPECT_EQ(shown(d.enter(come("fan"))->messages), "one, -, three, tomb 2");
    auto back = come("fan");
    back.since = after_reading(3);
    EXPECT_EQ(shown(d.enter(back)->messages), "tomb 2") << "who was away learns of it";
    d.restart();
    ASSERT_TRUE(d.started);
    EXPECT_EQ(shown(all(d)), "one, -, three, tomb 2");
    EXPECT_EQ(d.seen("last_offset"), "4");
  }
}

TEST(room_moderation, deleting_again_changes_nothing) {
  room_driver d;
  talk(d);
  ASSERT_TRUE(carry_out(d, at(act::withdraw, 2)).there());
  EXPECT_EQ(carry_out(d, at(act::withdraw, 2))->off, offset{0});
  EXPECT_EQ(d.seen("last_offset"), "4");
}

TEST(room_moderation, what_is_no_message_cannot_be_deleted) {
  room_driver d;
  talk(d);
  ASSERT_TRUE(carry_out(d, at(act::withdraw, 2)).there());
  for (auto off : {0U, 4U, 5U}) EXPECT_EQ(carry_out(d, at(act::withdraw, off)).error(), code(errc::bad_request)) << off;
  EXPECT_EQ(carry_out(d, order(act::withdraw)).error(), code(errc::bad_request));
  auto both = at(act::withdraw, 1);
  both.user = user_id{"mina"};
  EXPECT_EQ(carry_out(d, both).error(), code(errc::bad_request));
}

TEST(room_moderation, all_of_a_user_goes_at_once_and_the_rows_follow) {
  for (auto recent : {256U, 1U}) {
    options o;
    o.recent_max = recent;
    room_driver d{o};
    talk(d);
    auto done = d.ctx->send<moderated>(order(act::withdraw, "mina"));
    d.ctx->commit(1);
    EXPECT_EQ(done->off, offset{4});
    EXPECT_EQ(d.seen("withdrawals_under_way"), "1");
    auto seen = d.ctx->send<page>(history{std::nullopt, offset{0}, 100});
    d.ctx->settle();
    EXPECT_EQ(shown(seen->messages), "-, two, -, tomb mina");
    EXPECT_EQ(pushed(d), "one, two, three, tomb mina");
    EXPECT_EQ(d.seen("withdrawals_under_way"), "0");
    for (const auto& [key, value] : d.ctx->disk.history) EXPECT_EQ(value.find("three"), std::string::npos);
    d.post(say("mina", "again"));
    EXPECT_EQ(shown(all(d)), "-, two, -, tomb mina, again");
    d.restart();
    EXPECT_EQ(shown(all(d)), "-, two, -, tomb mina, again");
  }
}

TEST(room_moderation, a_crash_before_the_rows_know_brings_nothing_back) {
  room_driver d;
  talk(d);
  d.ctx->send<moderated>(order(act::withdraw, "mina"));
  d.ctx->crash(1);
  d.restart();
  ASSERT_TRUE(d.started);
  auto seen = d.ctx->send<page>(history{std::nullopt, offset{0}, 100});
  d.ctx->serve_reads();
  EXPECT_EQ(shown(seen->messages), "-, two, -, tomb mina");
  EXPECT_EQ(d.seen("withdrawals_under_way"), "1");
  d.ctx->advance(seconds{10});
  d.ctx->settle();
  EXPECT_EQ(d.seen("withdrawals_under_way"), "0");
  EXPECT_EQ(shown(all(d)), "-, two, -, tomb mina");
}

TEST(room_moderation, a_failed_commit_that_turned_up_withdraws_and_one_that_did_not_does_not) {
  for (std::size_t reached : {0U, 1U}) {
    room_driver d;
    talk(d);
    auto done = d.ctx->send<moderated>(order(act::withdraw, "mina"));
    ASSERT_TRUE(d.ctx->fail_commits(reached));
    d.ctx->settle();
    EXPECT_EQ(done.error(), make_error_code(lightstick::errc::unavailable));
    EXPECT_EQ(shown(all(d)), reached == 0 ? "one, two, three" : "-, two, -, tomb mina");
    EXPECT_EQ(shown(d.enter(come("fan"))->messages), reached == 0 ? "one, two, three" : "-, two, -, tomb mina");
  }
}

TEST(room_moderation, a_page_read_before_a_deletion_is_read_again) {
  options few;
  few.recent_max = 1;
  room_driver d{few};
  talk(d);
  auto seen = d.ctx->send<page>(history{std::nullopt, offset{0}, 100});
  auto old = d.ctx->take_read();
  ASSERT_TRUE(carry_out(d, at(act::withdraw, 1)).there());
  old(*d.ctx);
  d.ctx->settle();
  EXPECT_EQ(shown(seen->messages), "-, two, three");
}

TEST(room_moderation, withdrawals_under_way_have_a_bound) {
  room_driver d;
  d.enter(come("mina", 0));
  d.post(say("mina", "hi"));
  std::vector<testing::answer_of<moderated>> answers;
  for (std::size_t i = 0; i < moderation::withdrawals_max; ++i) {
    answers.push_back(d.ctx->send<moderated>(order(act::withdraw, "u" + std::to_string(i))));
  }
  EXPECT_EQ(d.ctx->send<moderated>(order(act::withdraw, "one more")).error(), code(errc::overloaded));
  d.ctx->settle();
  for (auto& a : answers) EXPECT_FALSE(a.error());
  EXPECT_EQ(d.seen("withdrawals_under_way"), "0");
  EXPECT_FALSE(carry_out(d, order(act::withdraw, "one more")).error());
}

TEST(room_moderation, an_erasure_is_told_by_a_tomb_that_is_stored_without_the_name) {
  room_driver d;
  talk(d);
  ASSERT_TRUE(carry_out(d, order(act::withdraw, "mina")).there());
  auto done = d.ctx->send<erased>(erase{user_id{"jun"}});
  d.ctx->settle();
  EXPECT_EQ(done->messages, 1U);
  EXPECT_EQ(pushed(d), "one, two, three, tomb mina, tomb jun");
  EXPECT_EQ(shown(all(d)), "-, -, -, tomb mina, tomb");
  done = d.ctx->send<erased>(erase{user_id{"mina"}});
  d.ctx->settle();
  EXPECT_EQ(shown(all(d)), "-, -, -, tomb, tomb, tomb") << "an older tomb names her no more";
  for (const auto& [key, value] : d.ctx->disk.history) EXPECT_EQ(value.find("mina"), std::string::npos);
}

TEST(room_moderation, an_erased_moderator_is_not_named_by_sanctions) {
  room_driver d;
  talk(d);
  ASSERT_TRUE(carry_out(d, order(act::mute, "mina")).there());
  ASSERT_NE(d.logic->snapshot().find("mod"), std::string::npos);
  d.ctx->send<erased>(erase{user_id{"mod"}});
  d.ctx->settle();
  ASSERT_TRUE(d.ctx->disk.snapshot);
  EXPECT_EQ(d.ctx->disk.snapshot->find("mod"), std::string::npos);
  EXPECT_EQ(d.post(say("mina", "hi")).error(), code(errc::muted));
}

// ---- who may ----

TEST(room_moderation, it_takes_a_role) {
  room_driver d;
  talk(d);
  for (auto as : {role::fan, role::artist}) {
    auto m = at(act::withdraw, 1);
    m.as = as;
    EXPECT_EQ(carry_out(d, m).error(), code(errc::forbidden));
  }
  EXPECT_EQ(shown(all(d)), "one, two, three");
}

TEST(room_moderation, nobody_silences_an_equal) {
  room_driver d;
  auto other = come("other", 0);
  other.as = role::moderator;
  d.enter(other);
  EXPECT_EQ(carry_out(d, order(act::mute, "other")).error(), code(errc::forbidden));
  EXPECT_EQ(carry_out(d, order(act::ban, "other")).error(), code(errc::forbidden));
  auto admin = order(act::mute, "other");
  admin.as = role::admin;
  EXPECT_FALSE(carry_out(d, admin).error());
}

TEST(room_moderation, every_act_is_journalled_with_who_and_why) {
  room_driver d;
  talk(d);
  auto slow = order(act::slow);
  slow.ms = 1000;
  auto members = order(act::members_only);
  members.on = true;
  const std::vector<moderate> acts{at(act::withdraw, 1),
                                   order(act::withdraw, "jun"),
                                   order(act::mute, "mina"),
                                   order(act::unmute, "mina"),
                                   order(act::ban, "jun"),
                                   order(act::unban, "jun"),
                                   slow,
                                   members,
                                   at(act::pin, 3),
                                   at(act::unpin, 3)};
  for (const auto& m : acts) {
    const auto before = d.ctx->disk.events.size();
    ASSERT_FALSE(carry_out(d, m).error()) << to_string(m.what);
    ASSERT_GT(d.ctx->disk.events.size(), before) << to_string(m.what);
    const auto& event = d.ctx->disk.events.at(before);
    EXPECT_NE(event.find("mod"), std::string::npos) << to_string(m.what);
    EXPECT_NE(event.find("because"), std::string::npos) << to_string(m.what);
  }
}

TEST(room_moderation, a_reason_that_is_too_long_is_refused) {
  room_driver d;
  talk(d);
  for (auto what : {act::mute, act::slow, act::withdraw}) {
    auto m = order(what, what == act::slow ? "" : "mina");
    m.ms = 1;
    m.why = std::string(moderation::why_bytes_max + 1, 'x');
    EXPECT_EQ(carry_out(d, m).error(), code(errc::bad_request));
  }
}

// ---- mute ----

TEST(room_moderation, a_muted_user_may_listen_until_it_ends) {
  room_driver d;
  talk(d);
  ASSERT_FALSE(carry_out(d, lasting(act::mute, "mina", minutes{1})).error());
  auto refused = d.post(say("mina", "hello"));
  EXPECT_EQ(refused.error(), code(errc::muted));
  EXPECT_EQ(refused.get().error().retry_after, minutes{1});
  EXPECT_EQ(refused.get().error().detail, "because");
  EXPECT_EQ(d.post(say("mina", "one", "c1"))->off, offset{1}) << "an answer that was lost is given again";
  EXPECT_FALSE(d.post(say("jun", "hello")).error());
  d.restart();
  d.enter(come("mina", 0));
  EXPECT_EQ(d.post(say("mina", "hello")).error(), code(errc::muted));
  d.ctx->advance(minutes{1});
  EXPECT_FALSE(d.post(say("mina", "hello")).error());
}

TEST(room_moderation, who_is_unmuted_speaks_again) {
  room_driver d;
  talk(d);
  ASSERT_FALSE(carry_out(d, order(act::mute, "mina")).error());
  EXPECT_EQ(d.post(say("mina", "hello")).get().error().retry_after, milliseconds{0}) << "for ever";
  ASSERT_FALSE(carry_out(d, order(act::unmute, "mina")).error());
  ASSERT_FALSE(carry_out(d, order(act::unmute, "mina")).error()) << "again";
  EXPECT_FALSE(d.post(say("mina", "hello")).error());
}

TEST(room_moderation, sanctions_have_a_bound_and_those_that_ended_make_place) {
  room_driver d;
  talk(d);
  for (std::size_t i = 0; i < moderation::sanctions_max; ++i) {
    d.ctx->send<moderated>(lasting(act::mute, "u" + std::to_string(i), minutes{1}));
  }
  d.ctx->settle();
  EXPECT_EQ(carry_out(d, order(act::mute, "mina")).error(), code(errc::bad_request));
  EXPECT_FALSE(carry_out(d, order(act::mute, "u7")).error()) << "one that is there can be changed";
  EXPECT_FALSE(carry_out(d, order(act::ban, "mina")).error()) << "bans have a bound of their own";
  d.ctx->advance(minutes{1});
  EXPECT_FALSE(carry_out(d, order(act::mute, "mina")).error());
  EXPECT_EQ(d.seen("sanctions"), "3");
}

// ---- modes ----

TEST(room_moderation, slow_mode_makes_fans_wait) {
  room_driver d;
  talk(d);
  auto slow = order(act::slow);
  slow.ms = 10'000;
  ASSERT_FALSE(carry_out(d, slow).error());
  EXPECT_FALSE(d.post(say("mina", "first")).error());
  d.ctx->advance(seconds{4});
  auto refused = d.post(say("mina", "second"));
  EXPECT_EQ(refused.error(), code(errc::slow_mode));
  EXPECT_EQ(refused.get().error().retry_after, seconds{6});
  EXPECT_FALSE(d.post(say("jun", "hello")).error()) << "each waits alone";
  auto artist = say("mina", "from the stage");
  artist.as = role::artist;
  EXPECT_FALSE(d.post(artist).error());
  d.ctx->advance(seconds{10});
  EXPECT_FALSE(d.post(say("mina", "third")).error());
  slow.ms = 0;
  ASSERT_FALSE(carry_out(d, slow).error());
  EXPECT_FALSE(d.post(say("mina", "fourth")).error());
  slow.ms = static_cast<std::uint64_t>(moderation::slow_max.count()) + 1;
  EXPECT_EQ(carry_out(d, slow).error(), code(errc::bad_request));
}

TEST(room_moderation, slow_mode_counts_what_is_not_durable_yet) {
  room_driver d;
  talk(d);
  auto slow = order(act::slow);
  slow.ms = 10'000;
  ASSERT_FALSE(carry_out(d, slow).error());
  auto first = d.ctx->send<published>(say("mina", "first"));
  EXPECT_EQ(d.ctx->send<published>(say("mina", "second")).error(), code(errc::slow_mode));
  d.ctx->settle();
  EXPECT_FALSE(first.error());
}

TEST(room_moderation, members_only_lets_members_and_the_stage_speak) {
  room_driver d;
  talk(d);
  auto only = order(act::members_only);
  only.on = true;
  ASSERT_FALSE(carry_out(d, only).error());
  EXPECT_EQ(d.post(say("mina", "hello")).error(), code(errc::forbidden));
  auto member = say("mina", "hello");
  member.is_member = true;
  EXPECT_FALSE(d.post(member).error());
  auto artist = say("jun", "hello");
  artist.as = role::artist;
  EXPECT_FALSE(d.post(artist).error());
  only.on = false;
  ASSERT_FALSE(carry_out(d, only).error());
  EXPECT_FALSE(d.post(say("mina", "hello")).error());
}

TEST(room_moderation, pins_are_part_of_the_state_that_everybody_is_told) {
  room_driver d;
  talk(d);
  d.ctx->advance(seconds{1});
  const auto told = d.out->changes.size();
  ASSERT_FALSE(carry_out(d, at(act::pin, 3)).error());
  ASSERT_FALSE(carry_out(d, at(act::pin, 1)).error());
  d.ctx->advance(seconds{1});
  ASSERT_GT(d.out->changes.size(), told);
  EXPECT_EQ(d.out->changes.back()->status.modes.pins, (std::vector{offset{3}, offset{1}}));
  EXPECT_EQ(d.enter(come("fan"))->status.modes.pins, (std::vector{offset{3}, offset{1}}));
  ASSERT_FALSE(carry_out(d, at(act::unpin, 3)).error());
  ASSERT_FALSE(carry_out(d, at(act::withdraw, 1)).error()) << "what is withdrawn is not pinned";
  d.restart();
  EXPECT_TRUE(d.enter(come("fan"))->status.modes.pins.empty());
}

TEST(room_moderation, pins_have_a_bound) {
  room_driver d;
  d.fill(moderation::pins_max + 1);
  for (std::size_t i = 1; i <= moderation::pins_max; ++i) ASSERT_FALSE(carry_out(d, at(act::pin, i)).error());
  EXPECT_EQ(carry_out(d, at(act::pin, moderation::pins_max + 1)).error(), code(errc::bad_request));
  EXPECT_FALSE(carry_out(d, at(act::pin, 1)).error()) << "again";
  EXPECT_EQ(carry_out(d, at(act::pin, 99)).error(), code(errc::bad_request));
}

TEST(room_moderation, nobody_is_told_of_a_mode_before_it_is_durable) {
  room_driver d;
  talk(d);
  auto done = d.ctx->send<moderated>(at(act::pin, 1));
  d.ctx->advance(seconds{2});
  EXPECT_TRUE(d.ctx->send<joined>(come("mina"))->status.modes.pins.empty());
  ASSERT_TRUE(d.ctx->fail_commits());
  EXPECT_EQ(done.error(), make_error_code(lightstick::errc::unavailable));
  EXPECT_TRUE(d.ctx->send<joined>(come("mina"))->status.modes.pins.empty());
}

TEST(room_moderation, a_room_that_does_not_exist_has_no_moderation) {
  room_driver d;
  EXPECT_EQ(carry_out(d, order(act::mute, "mina")).error(), code(errc::room_not_found));
}

}  // namespace
}  // namespace lightstick::actors::room
