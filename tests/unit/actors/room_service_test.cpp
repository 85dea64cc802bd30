#include <gtest/gtest.h>

#include "tests/support/room_driver.hpp"
#include "tests/support/room_orders.hpp"

namespace lightstick::actors::room {
namespace {

post speech(std::string text, std::string cid = {}) {
  return {user_id{"bot"}, "Bot", role::fan, std::move(cid), std::move(text), {}, {}, {}};
}

template <class Answer, class Command>
result<Answer> ask(room_driver& d, Command c) {
  auto answer = d.ctx->send<Answer>(std::move(c));
  d.ctx->settle();
  return answer.get();
}

bool comes_in(room_driver& d, join j) { return d.enter(std::move(j)).get().has_value(); }

configure make() {
  configure c;
  c.by = user_id{"shop"};
  c.create = true;
  return c;
}

TEST(room_service, speaks_without_being_here_and_makes_the_room) {
  room_driver d;
  auto said = ask<published>(d, speech("hi", "k-1"));
  EXPECT_EQ(said.value().off, offset{1});
  ASSERT_EQ(d.out->batches.size(), 1U);
  EXPECT_EQ(d.out->batches[0]->messages[0]->name, "Bot");
  EXPECT_EQ(ask<published>(d, speech("hi", "k-1")).value(), said.value()) << "the same again";
  d.restart();
  EXPECT_EQ(ask<published>(d, speech("hi", "k-1")).value(), said.value()) << "after a restart too";
  const auto other = ask<published>(d, speech("something else", "k-1"));
  EXPECT_EQ(other.error().code, code(errc::bad_request));
  EXPECT_EQ(other.error().detail, cid_reused);
}

TEST(room_service, a_room_that_joining_would_not_make_is_not_there_until_it_is_configured) {
  options how;
  how.create_on_join = false;
  room_driver d(how);
  EXPECT_EQ(ask<published>(d, speech("hi")).error().code, code(errc::room_not_found));
  EXPECT_EQ(ask<view>(d, look{}).error().code, code(errc::room_not_found));
  auto change = make();
  change.create = false;
  EXPECT_EQ(ask<configured>(d, change).error().code, code(errc::room_not_found));
  const auto made = ask<configured>(d, make());
  EXPECT_TRUE(made.value().created);
  EXPECT_FALSE(ask<configured>(d, make()).value().created) << "again it changes nothing";
  EXPECT_EQ(ask<published>(d, speech("hi")).value().off, offset{1});
  EXPECT_TRUE(comes_in(d, come("mina")));
}

TEST(room_service, what_is_set_up_is_one_commit_and_survives_restart_and_snapshot) {
  room_driver d;
  auto c = make();
  c.capacity = 1;
  c.closed = false;
  c.slow_ms = 5'000;
  c.members_only = true;
  c.words = {"spam", "eggs"};
  c.links = true;
  c.repeats_ms = 9;
  const auto first = ask<configured>(d, c).value().now;
  for (int i = 0; i < 3; ++i) {
    const auto now = ask<view>(d, look{}).value();
    EXPECT_EQ(now.status, first.status);
    EXPECT_EQ(now.status.capacity, 1U);
    EXPECT_EQ(now.status.modes, (room_modes{5'000, true, {}}));
    EXPECT_EQ(now.filters, (filter_rules{{"spam", "eggs"}, true, 9}));
    EXPECT_TRUE(now.own_capacity);
    if (i == 1) {
      const auto kept = d.logic->snapshot();
      ASSERT_TRUE(d.logic->restore(kept));
    }
    d.restart();
  }
  EXPECT_TRUE(comes_in(d, come("mina")));
  EXPECT_EQ(d.enter(come("jun")).error(), code(errc::room_full));
  configure more;
  more.capacity = 0;
  more.words = std::vector<std::string>{"eggs"};
  const auto now = ask<configured>(d, more).value().now;
  EXPECT_EQ(now.status.capacity, options{}.capacity);
  EXPECT_FALSE(now.own_capacity);
  EXPECT_EQ(now.filters.words, std::vector<std::string>{"eggs"});
  EXPECT_EQ(now.status.modes.slow_ms, 5'000U) << "what is not given stays";
  EXPECT_TRUE(comes_in(d, come("jun")));
}

TEST(room_service, a_bound_refuses_all_of_it) {
  room_driver d;
  auto c = make();
  c.slow_ms = 5'000;
  c.words = {std::string(moderation::word_bytes_max + 1, 'x')};
  EXPECT_EQ(ask<configured>(d, c).error().code, code(errc::bad_request));
  EXPECT_EQ(ask<view>(d, look{}).error().code, code(errc::room_not_found)) << "not even made";
  c = make();
  c.capacity = moderation::capacity_max + 1;
  EXPECT_FALSE(ask<configured>(d, c));
  c = make();
  c.slow_ms = 3'600'001;
  EXPECT_FALSE(ask<configured>(d, c));
  c = make();
  c.why = std::string(moderation::why_bytes_max + 1, 'x');
  EXPECT_FALSE(ask<configured>(d, c));
}

TEST(room_service, a_closed_room_is_for_moderators) {
  room_driver d;
  d.enter(come("mina"));
  auto c = make();
  c.closed = true;
  EXPECT_TRUE(ask<configured>(d, c).value().now.closed);
  const auto refused = d.post(say("mina", "hi")).get();
  EXPECT_EQ(refused.error().code, code(errc::forbidden));
  EXPECT_EQ(refused.error().detail, "the room is closed");
  EXPECT_EQ(d.enter(come("jun")).error(), code(errc::forbidden));
  EXPECT_EQ(ask<published>(d, speech("hi")).error().code, code(errc::forbidden)) << "a service that is no moderator";
  auto mod = come("mod");
  mod.as = role::moderator;
  EXPECT_TRUE(comes_in(d, mod));
  auto said = speech("good bye");
  said.as = role::admin;
  EXPECT_TRUE(ask<published>(d, said));
  c.closed = false;
  ask<configured>(d, c);
  EXPECT_TRUE(d.post(say("mina", "hi")).get());
}

TEST(room_service, a_new_capacity_is_told_to_the_room) {
  room_driver d;
  d.enter(come("mina"));
  d.ctx->settle();
  auto c = make();
  c.capacity = 5;
  ask<configured>(d, c);
  d.ctx->advance(std::chrono::seconds{1});
  ASSERT_FALSE(d.out->changes.empty());
  EXPECT_EQ(d.out->changes.back()->status.capacity, 5U);
}

}  // namespace
}  // namespace lightstick::actors::room
