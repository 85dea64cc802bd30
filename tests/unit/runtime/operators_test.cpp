// Dead letters and the audit journal.
#include "runtime/operators/audit.hpp"
#include "runtime/operators/dead_letters.hpp"

#include "stepped.hpp"

namespace lightstick::runtime {
namespace {

using namespace std::chrono_literals;

class runtime_operators : public testing::stepped_test {
 protected:
  template <class Answer, class Command>
  result<Answer> ask(const char* kind, Command c) {
    std::optional<result<Answer>> out;
    (void)sys->tell({kind, "node"}, make_message(std::move(c)),
                    make_reply<Answer>([&](result<Answer> got) { out.emplace(std::move(got)); }));
    sys->advance(100ms);
    return out ? std::move(*out) : result<Answer>(fail(errc::timed_out));
  }
  template <class Answer, class Command>
  result<Answer> letters(Command c) {
    return ask<Answer>(dead_letters::kind, std::move(c));
  }
  /// Counters whose commands can be kept.
  void start_readable() {
    kind_options how;
    how.restart.kills_max = 1;
    how.codec.encode = [](const message& m) -> std::optional<std::string> {
      if (body_of<testing::blow_up>(m) != nullptr) return "boom";
      return std::nullopt;
    };
    how.codec.decode = [this](std::string_view bytes) -> result<message_ptr> {
      if (bytes != "boom") return fail(errc::corrupt, "no command");
      return mended ? make_message(testing::add{5}) : make_message(testing::blow_up{});
    };
    start(std::move(how));
  }
  bool mended = false;
};

TEST_F(runtime_operators, what_was_set_aside_can_be_listed_read_and_dropped) {
  start_readable();
  (void)call("k", testing::blow_up{}, {.trace = trace_id{77}});
  sys->advance(1s);
  const auto all = letters<dead_letters::listed>(dead_letters::list{}).value();
  ASSERT_EQ(all.total, 1U);
  EXPECT_EQ(all.letters[0].actor_key, "k");
  EXPECT_EQ(all.letters[0].command, "testing::blow_up");
  EXPECT_EQ(all.letters[0].error, "asked to");
  EXPECT_EQ(all.letters[0].trace, trace_id{77});
  EXPECT_TRUE(all.letters[0].readable);
  EXPECT_EQ(letters<dead_letters::letter>(dead_letters::show{1}).value().bytes, "boom");
  EXPECT_TRUE(letters<dead_letters::letter>(dead_letters::show{2}).error().is(condition::not_found));
  EXPECT_TRUE(letters<dead_letters::dropped>(dead_letters::drop{1}));
  EXPECT_EQ(log.events({"deadletters", "node"}).back(), "\x93\x01\x01\x01");
  EXPECT_EQ(letters<dead_letters::listed>(dead_letters::list{}).value().total, 0U);
}

TEST_F(runtime_operators, a_letter_is_replayed_and_goes_when_that_went_well) {
  start_readable();
  (void)call("k", testing::blow_up{});
  sys->advance(1s);
  EXPECT_EQ(letters<dead_letters::replayed>(dead_letters::replay{1}).error().code, errc::set_aside);
  sys->advance(1s);
  auto still = letters<dead_letters::listed>(dead_letters::list{}).value();
  ASSERT_EQ(still.total, 2U) << "the second try has failed as well";
  EXPECT_EQ(still.letters[0].replays, 1U);
  const auto events = log.events({"deadletters", "node"});
  EXPECT_EQ(std::ranges::count(events, "\x93\x01\x02\x01"), 1);
  mended = true;
  EXPECT_TRUE(letters<dead_letters::replayed>(dead_letters::replay{1}));
  EXPECT_EQ(total("k"), 5);
  EXPECT_EQ(letters<dead_letters::listed>(dead_letters::list{}).value().total, 1U);
}

TEST_F(runtime_operators, a_letter_is_not_replayed_twice_at_once) {
  start_readable();
  (void)call("k", testing::blow_up{});
  sys->advance(1s);
  mended = true;
  std::vector<result<dead_letters::replayed>> outcomes;
  for (int i = 0; i < 2; ++i) {
    (void)sys->tell({dead_letters::kind, "node"}, make_message(dead_letters::replay{1}),
                    make_reply<dead_letters::replayed>([&](auto got) { outcomes.push_back(std::move(got)); }));
  }
  sys->advance(1s);
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_NE(outcomes[0].has_value(), outcomes[1].has_value());
  EXPECT_EQ(total("k"), 5) << "once";
}

TEST_F(runtime_operators, letters_that_concern_somebody_are_dropped_and_no_others) {
  start_readable();
  auto put = [&](const std::string& kind, const std::string& key, std::string command, std::string bytes) {
    dead_letters::brief head;
    head.actor_kind = kind;
    head.actor_key = key;
    head.command = std::move(command);
    ASSERT_TRUE(letters<dead_letters::stored>(dead_letters::put{std::move(head), std::move(bytes)}));
  };
  put("user", "17", "user::attach", "");
  put("room", "a", "room::publish user/17 device x, 2 bytes", "");
  put("room", "a", "room::publish user/178 device x, 2 bytes",
      "\xc4\x03"
      "178");
  put("room", "a", "room::publish",
      "\xc4\x02"
      "17");
  put("room", "a", "room::publish",
      "\xa2"
      "17");
  put("room", "17", "room::publish",
      "\xc4\x04"
      "2178");
  EXPECT_EQ(letters<dead_letters::dropped_of>(dead_letters::drop_of{"user", "17"}).value().letters, 4U);
  const auto left = letters<dead_letters::listed>(dead_letters::list{}).value();
  ASSERT_EQ(left.total, 2U);
  EXPECT_EQ(left.letters[0].id, 3U);
  EXPECT_EQ(left.letters[1].id, 6U);
  EXPECT_TRUE(log.has_snapshot({dead_letters::kind, dead_letters::key}));
  EXPECT_EQ(letters<dead_letters::dropped_of>(dead_letters::drop_of{"user", "17"}).value().letters, 0U);
}

TEST_F(runtime_operators, letters_survive_a_restart) {
  start_readable();
  (void)call("k", testing::blow_up{});
  sys->advance(1s);
  sys->stop({});
  start_readable();
  EXPECT_EQ(letters<dead_letters::listed>(dead_letters::list{}).value().total, 1U);
  EXPECT_EQ(letters<dead_letters::letter>(dead_letters::show{1}).value().bytes, "boom");
}

TEST_F(runtime_operators, what_has_no_codec_is_described_only) {
  start({.restart = {.kills_max = 1}});
  (void)call("k", testing::blow_up{});
  sys->advance(1s);
  EXPECT_FALSE(letters<dead_letters::listed>(dead_letters::list{}).value().letters.at(0).readable);
  EXPECT_TRUE(letters<dead_letters::replayed>(dead_letters::replay{1}).error().is(condition::invalid));
}

TEST_F(runtime_operators, letters_are_bounded_and_the_oldest_goes) {
  start();
  for (std::uint64_t i = 0; i < dead_letters::letters_max + 5; ++i) {
    dead_letters::put one;
    one.letter.actor_kind = "counter";
    one.bytes = "x";
    (void)sys->tell({dead_letters::kind, "node"}, make_message(std::move(one)));
    sys->run_all();
  }
  const auto all = letters<dead_letters::listed>(dead_letters::list{}).value();
  EXPECT_EQ(all.total, dead_letters::letters_max);
  EXPECT_EQ(all.letters.at(0).id, 6U);
  EXPECT_EQ(counted("lightstick_dead_letters_forgotten_total"), 5U);
  EXPECT_TRUE(letters<dead_letters::letter>(dead_letters::show{5}).error().is(condition::not_found));
  ASSERT_TRUE(log.has_snapshot({dead_letters::kind, dead_letters::key}));
  sys->stop({});
  start();
  const auto again = letters<dead_letters::listed>(dead_letters::list{0, 2'000}).value();
  EXPECT_EQ(again.total, dead_letters::letters_max) << "read again whole";
  EXPECT_EQ(again.letters.front().id, 6U);
  EXPECT_EQ(again.letters.back().id, dead_letters::letters_max + 5);
}

TEST_F(runtime_operators, the_audit_journal_lists_the_newest_first) {
  start();
  for (int i = 1; i <= 5; ++i) {
    audit::entry e;
    e.who = "op";
    e.what = "passivate";
    e.target = "room/" + std::to_string(i);
    EXPECT_EQ(ask<audit::recorded>(audit::kind, audit::record{e}).value().number, static_cast<std::uint64_t>(i));
  }
  EXPECT_EQ(log.events({"audit", "node"}).back(), "\x92\x01\x05");
  auto page = ask<audit::listed>(audit::kind, audit::list{0, 2}).value();
  ASSERT_EQ(page.entries.size(), 2U);
  EXPECT_EQ(page.entries[0].target, "room/5");
  EXPECT_TRUE(page.more);
  page = ask<audit::listed>(audit::kind, audit::list{2, 2}).value();
  ASSERT_EQ(page.entries.size(), 1U);
  EXPECT_EQ(page.entries[0].number, 1U);
  EXPECT_FALSE(page.more);
}

}  // namespace
}  // namespace lightstick::runtime
