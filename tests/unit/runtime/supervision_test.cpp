// Actors that fail, do not return, or take too much.
#include "runtime/commit_window.hpp"
#include "stepped.hpp"

namespace lightstick::runtime {
namespace {

using namespace std::chrono_literals;
using testing::add;
using testing::blow_up;

class runtime_supervision : public testing::stepped_test {};

TEST_F(runtime_supervision, a_command_that_made_it_fail_comes_again_first) {
  start();
  int met = 0;
  const auto stumbled = send("k", testing::stumble{1, &met});
  const auto behind = send("k", add{1});
  sys->run_all();
  EXPECT_FALSE(stumbled->has_value()) << "it waits for the restart";
  sys->advance(200ms);
  EXPECT_EQ((*stumbled)->value().is, 0);
  EXPECT_EQ((*behind)->value().is, 1);
  EXPECT_EQ(met, 2);
}

TEST_F(runtime_supervision, a_command_that_kills_three_times_is_set_aside_alone) {
  start();
  (void)call("k", add{2});
  const auto poison = send("k", blow_up{});
  const auto behind = send("k", add{1});
  sys->advance(2s);
  ASSERT_TRUE(poison->has_value());
  EXPECT_EQ((*poison)->error().code, errc::set_aside);
  EXPECT_EQ((*behind)->value().is, 3);
  EXPECT_EQ(counted("lightstick_actor_restarts_total"), 3U);
  EXPECT_EQ(counted("lightstick_actor_dead_letters_total"), 1U);
  EXPECT_EQ(report("k").errors.size(), 3U);
}

TEST_F(runtime_supervision, commands_expire_while_their_actor_cannot_be_read) {
  start({.deadline = 5s});
  log.make_unreadable({"counter", "k"}, {make_error_code(errc::unavailable), "input/output error"});
  const auto early = call("k", add{1});
  EXPECT_TRUE(sys->unreadable(10).empty()) << "once may be chance";
  sys->advance(20s);
  ASSERT_TRUE(early->has_value());
  EXPECT_EQ((*early)->error().code, errc::expired);
  const auto failing = sys->unreadable(10);
  ASSERT_EQ(failing.size(), 1U);
  EXPECT_EQ(failing[0].id, (actor_id{"counter", "k"}));
  EXPECT_EQ(failing[0].since, 20s);
  EXPECT_GE(failing[0].tries, 3U);
  EXPECT_EQ(failing[0].why.detail, "input/output error");
  const auto late = send("k", add{2}, {.deadline = clock.now() + 60s});
  log.mend({"counter", "k"});
  sys->advance(15s);
  EXPECT_EQ((*late)->value().is, 2);
  EXPECT_TRUE(sys->unreadable(10).empty());
}

TEST_F(runtime_supervision, restarts_back_off) {
  start();
  (void)send("k", blow_up{});
  sys->run_all();
  EXPECT_EQ(counted("lightstick_actor_restarts_total"), 1U);
  sys->advance(99ms);
  EXPECT_EQ(counted("lightstick_actor_restarts_total"), 1U) << "not before 100 ms";
  sys->advance(50ms);
  EXPECT_EQ(counted("lightstick_actor_restarts_total"), 2U);
  sys->advance(100ms);
  EXPECT_EQ(counted("lightstick_actor_restarts_total"), 2U) << "the next pause is longer";
  sys->advance(200ms);
  EXPECT_EQ(counted("lightstick_actor_restarts_total"), 3U);
}

TEST_F(runtime_supervision, what_had_begun_to_commit_has_an_unknown_outcome_and_is_not_done_again) {
  start();
  const auto half = call("k", testing::add_and_blow_up{5});
  ASSERT_TRUE(half->has_value());
  EXPECT_EQ((*half)->error().code, errc::unknown_outcome);
  sys->advance(1s);
  EXPECT_EQ(total("k"), 5) << "once";
  EXPECT_EQ(log.events({"counter", "k"}).size(), 1U);
}

TEST_F(runtime_supervision, an_idempotent_one_is_done_again) {
  start();
  const auto twice = send("k", testing::add_and_blow_up_once{5});
  sys->advance(1s);
  ASSERT_TRUE(twice->has_value());
  EXPECT_EQ((*twice)->value().is, 5);
  EXPECT_EQ(log.events({"counter", "k"}).size(), 1U);
}

TEST_F(runtime_supervision, one_that_fails_again_and_again_is_quarantined_until_an_operator_restarts_it) {
  start({.restart = {.kills_max = 1, .failures_max = 3}});
  for (int i = 0; i < 3; ++i) {
    (void)send("k", blow_up{});
    sys->advance(1s);
  }
  EXPECT_EQ(report("k").phase, activation_phase::quarantined);
  ASSERT_EQ(sys->quarantined(10).size(), 1U);
  EXPECT_FALSE((*call("k", add{1}))->has_value());
  EXPECT_TRUE((*call("well", add{1}))->has_value());
  std::optional<bool> restarted;
  sys->restart({"counter", "k"}, [&](result<void> done) { restarted = done.has_value(); });
  sys->run_all();
  EXPECT_EQ(restarted, true);
  EXPECT_EQ((*call("k", add{1}))->value().is, 1);
  EXPECT_TRUE(sys->quarantined(10).empty());
}

TEST_F(runtime_supervision, one_that_fails_now_and_then_among_commands_that_go_well_goes_on) {
  start({.restart = {.longest = 100ms, .failures_max = 4}});
  for (int i = 1; i <= 10; ++i) {
    (void)send("k", blow_up{});  // three exceptions
    sys->advance(5s);
    ASSERT_EQ(report("k").phase, activation_phase::active) << i;
    if (i % 2 == 0) {
      ASSERT_EQ((*call("k", add{1}))->value().is, i / 2);
    } else {
      ASSERT_EQ(total("k"), i / 2);
    }
  }
  EXPECT_EQ(counted("lightstick_actor_dead_letters_total"), 10U);
}

TEST_F(runtime_supervision, a_restart_leaves_commits_under_way_unknown) {
  start();
  (void)call("k", add{1});
  log.hold_commits = true;
  const auto under_way = call("k", add{10});
  sys->restart({"counter", "k"}, [](result<void> done) { EXPECT_TRUE(done); });
  log.commit_all();
  log.hold_commits = false;
  sys->run_all();
  EXPECT_EQ((*under_way)->error().code, errc::unknown_outcome);
}

TEST_F(runtime_supervision, timers_can_be_many_and_cancelled) {
  start({.timers_max = 3});
  (void)call("k", testing::add_later{50ms});
  (void)call("k", testing::add_later{20ms});
  (void)call("k", testing::add_later{30ms, true});
  EXPECT_EQ((*call("k", testing::add_later{500ms}))->value().is, 0);
  EXPECT_EQ((*call("k", testing::add_later{600ms}))->value().is, -1) << "the fourth is too many";
  EXPECT_EQ(counted("lightstick_actor_timers_refused_total"), 1U);
  sys->advance(25ms);
  EXPECT_EQ(total("k"), 10);
  sys->advance(100ms);
  EXPECT_EQ(total("k"), 20);
}

TEST_F(runtime_supervision, timers_keep_nobody_active) {
  start({.idle_after = 2s});
  (void)call("k", add{1});
  (void)call("k", testing::add_later{std::chrono::hours{1}});
  sys->advance(20s);
  EXPECT_EQ(sys->count("counter"), 0U);
}

TEST_F(runtime_supervision, idle_ones_go_when_there_are_too_many) {
  start({}, {.actors_max = 100});
  for (int i = 0; i < 96; ++i) {
    (void)call("k" + std::to_string(i), add{1});
    clock.advance(100ms);
  }
  ASSERT_EQ(sys->count("counter"), 96U);
  clock.advance(1s);
  sys->beat();
  sys->run_all();
  EXPECT_LE(sys->count("counter"), 90U);
  EXPECT_EQ(sys->history_of({"counter", "k0"}).why_gone, "made room for others")
      << "the one that was used least recently";
  EXPECT_TRUE(sys->history_of({"counter", "k95"}).active);
  EXPECT_EQ(total("k0"), 1) << "and comes back when it is asked for";
}

TEST_F(runtime_supervision, idle_ones_go_when_they_take_too_much_memory) {
  start({}, {.memory_bytes = 60'000});
  for (int i = 0; i < 100; ++i) (void)call("k" + std::to_string(i), add{1});
  clock.advance(2s);
  sys->beat();
  sys->run_all();
  EXPECT_LT(sys->count("counter"), 100U);
  std::uint64_t bytes = 0;
  for (const auto& row : sys->list("", actor_order::memory, 1'000)) bytes += row.memory_bytes;
  EXPECT_LE(bytes, 57'000U);
  EXPECT_GT(bytes, 40'000U) << "no more than needed";
}

TEST_F(runtime_supervision, a_flooded_actor_has_so_many_commits_under_way_and_no_more) {
  start();
  const std::size_t allowed = commit_window{}.allowed();
  log.hold_commits = true;
  for (std::size_t i = 0; i < allowed + 10; ++i) (void)send("k", add{1});
  (void)send("other", add{1});
  sys->run_all();
  EXPECT_EQ(log.waiting_appends(), allowed + 1) << "the others' commits go with them";
  log.commit_all();
  sys->run_all();
  EXPECT_EQ(log.waiting_appends(), commit_window::least) << "they took no time";
  log.hold_commits = false;
  log.commit_all();
  sys->run_all();
  EXPECT_EQ(total("k"), static_cast<int>(allowed + 10));
}

TEST_F(runtime_supervision, activations_take_turns) {
  start({}, {.recoveries_max = 2});
  log.hold_recoveries = true;
  for (int i = 0; i < 10; ++i) (void)send("k" + std::to_string(i), add{1});
  sys->run_all();
  EXPECT_EQ(log.recoveries(), 2U) << "the others wait for their turn";
  log.hold_recoveries = false;
  log.let_recover();
  sys->run_all();
  EXPECT_EQ(log.recoveries(), 10U);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(total("k" + std::to_string(i)), 1);
}

TEST_F(runtime_supervision, operators_see_rates_and_times_and_why_it_is_here) {
  start();
  for (int i = 0; i < 50; ++i) (void)call("k", add{1});
  const auto row = sys->list("counter", actor_order::rate, 1).at(0);
  EXPECT_EQ(row.handled, 50U);
  EXPECT_EQ(row.events, 50U);
  EXPECT_GT(row.commands_per_s, 1);
  EXPECT_GT(row.memory_bytes, 500U);
  EXPECT_GE(row.handler_p99.count(), 2);
  const auto why = sys->history_of({"counter", "k"});
  EXPECT_TRUE(why.active);
  EXPECT_EQ(why.cause_detail, "testing::add");
  EXPECT_NE(why.trace, trace_id{});
  sys->advance(60s);
  EXPECT_EQ(sys->list("counter", actor_order::rate, 1).at(0).commands_per_s, 0);
}

TEST_F(runtime_supervision, a_tap_samples_and_ends) {
  start();
  auto tap = sys->tap({"counter", "k"}, {.one_in = 3, .commands_max = 4}).value();
  for (int i = 0; i < 30; ++i) (void)call("k", add{1});
  const auto seen = tap->take();
  EXPECT_EQ(seen.commands.size(), 4U);
  EXPECT_TRUE(seen.ended);
  EXPECT_TRUE(sys->tap({"counter", "k"}, {.one_in = 0}).error().is(condition::invalid));
  std::vector<std::unique_ptr<lightstick::runtime::tap>> all;
  for (std::size_t i = 1; i < taps::taps_max; ++i) all.push_back(sys->tap({"counter", "x"}, {}).value());
  EXPECT_TRUE(sys->tap({"counter", "x"}, {}).error().is(condition::overloaded));
  all.pop_back();
  EXPECT_TRUE(sys->tap({"counter", "x"}, {}));
}

TEST(runtime_run_watch, names_a_call_that_does_not_return_while_it_runs) {
  testing::memory_log log;
  metrics registry;
  auto sys = system::start({}, &log, system_clock_source(), registry).value();
  struct hang {
    std::atomic<bool>* until;
  };
  class hanging final : public logic {
    void handle(message& m, reply& r, context&) override {
      auto* h = body_of<hang>(m);
      while (!*h->until) std::this_thread::yield();
      r.ok(testing::value{1});
    }
  };
  sys->register_kind({.name = "h", .slow_after = 20ms});
  ASSERT_TRUE(sys->spawn({"h", "x"}, std::make_unique<hanging>()));
  std::atomic<bool> until{false};
  testing::waiter<testing::value> done;
  (void)sys->tell({"h", "x"}, make_message(hang{&until}), done.reply());
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (sys->slow().empty() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  ASSERT_EQ(sys->slow().size(), 1U);
  EXPECT_EQ(sys->slow()[0].id, (actor_id{"h", "x"}));
  auto slow_calls = [&] {
    for (const auto& e : registry.entries()) {
      if (e.name == "lightstick_actor_slow_calls_total") return e.as_counter->value();
    }
    return std::uint64_t{0};
  };
  while (slow_calls() == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(slow_calls(), 1U);
  until = true;
  EXPECT_TRUE(done.get());
  while (!sys->slow().empty() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(sys->slow().empty());
  sys->stop(1s);
}

TEST_F(runtime_supervision, a_command_that_was_answered_before_it_failed_is_not_done_again) {
  start();
  int met = 0;
  const auto answer = call("k", testing::refuse_and_stumble{&met});
  ASSERT_TRUE(answer->has_value());
  EXPECT_TRUE((*answer)->error().is(condition::overloaded));
  sys->advance(std::chrono::seconds{5});
  EXPECT_EQ(met, 1) << "its sender was told that it did not happen";
  EXPECT_EQ(total("k"), 0) << "and the actor goes on";
}

}  // namespace
}  // namespace lightstick::runtime
