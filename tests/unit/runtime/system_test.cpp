#include <gtest/gtest.h>

#include <malloc.h>
#include <thread>

#include "../../support/memory_log.hpp"
#include "counter_actor.hpp"

namespace lightstick::runtime {
namespace {

using testing::memory_log;
using testing::value;
using testing::waiter;

class runtime_system : public ::testing::Test {
 protected:
  void start(kind_options overrides = {}, system_options options = {}) {
    sys_ = system::start(options, &log_, system_clock_source(), metrics_).value();
    overrides.name = "counter";
    overrides.durable = true;
    overrides.make = [](const actor_id&) { return std::make_unique<testing::counter_logic>(); };
    sys_->register_kind(std::move(overrides));
  }
  ~runtime_system() override {
    if (sys_) sys_->stop(std::chrono::seconds{5});
  }

  template <class Command>
  result<value> call(const std::string& key, Command c) {
    waiter<value> w;
    (void)sys_->tell({"counter", key}, make_message(std::move(c)), w.reply());
    return w.get();
  }
  void until(const std::function<bool()>& holds) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!holds()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::yield();
    }
  }

  memory_log log_;
  metrics metrics_;
  std::unique_ptr<system> sys_;
};

TEST_F(runtime_system, activates_on_demand_and_answers_after_the_commit) {
  start();
  EXPECT_EQ(call("a", testing::add{3}).value().is, 3);
  EXPECT_EQ(call("a", testing::add{4}).value().is, 7);
  EXPECT_EQ(log_.events({"counter", "a"}), (std::vector<std::string>{"3", "4"}));
  EXPECT_EQ(sys_->count("counter"), 1U);
}

TEST_F(runtime_system, nothing_is_answered_before_it_is_durable) {
  log_.hold_commits = true;
  start();
  waiter<value> added, seen;
  (void)sys_->tell({"counter", "a"}, make_message(testing::add{1}), added.reply());
  (void)sys_->tell({"counter", "a"}, make_message(testing::get{}), seen.reply());
  until([&] { return log_.waiting_appends() == 1; });
  EXPECT_FALSE(added.ready());
  EXPECT_FALSE(seen.ready());
  log_.commit_all();
  EXPECT_EQ(added.get().value().is, 1);
  EXPECT_EQ(seen.get().value().is, 1);
}

TEST_F(runtime_system, a_failed_commit_is_told_and_the_state_is_read_again) {
  start();
  EXPECT_EQ(call("a", testing::add{5}).value().is, 5);
  log_.hold_commits = true;
  waiter<value> lost;
  (void)sys_->tell({"counter", "a"}, make_message(testing::add{100}), lost.reply());
  until([&] { return log_.waiting_appends() == 1; });
  log_.hold_commits = false;
  log_.fail_all(error{make_error_code(errc::unavailable), "disk"});
  auto outcome = lost.get();
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(condition::unknown));
  EXPECT_EQ(call("a", testing::get{}).value().is, 5);
  EXPECT_EQ(log_.recoveries(), 2U);
}

TEST_F(runtime_system, a_full_append_queue_fails_the_command_and_recovers) {
  log_.queue_max = 0;
  start();
  auto outcome = call("a", testing::add{1});
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(condition::overloaded));
  log_.queue_max = 10;
  EXPECT_EQ(call("a", testing::add{1}).value().is, 1);
}

TEST_F(runtime_system, a_refused_append_leaves_the_outcome_of_those_under_way_unknown) {
  start();
  EXPECT_EQ(call("a", testing::add{5}).value().is, 5);
  log_.hold_commits = true;
  log_.queue_max = 1;
  waiter<value> under_way;
  waiter<value> refused;
  (void)sys_->tell({"counter", "a"}, make_message(testing::add{10}), under_way.reply());
  (void)sys_->tell({"counter", "a"}, make_message(testing::add{100}), refused.reply());
  auto no = refused.get();
  ASSERT_FALSE(no);
  EXPECT_TRUE(no.error().is(condition::overloaded)) << "this one did not happen";
  auto perhaps = under_way.get();
  ASSERT_FALSE(perhaps);
  EXPECT_FALSE(perhaps.error().is(condition::overloaded)) << "this one may have";
  EXPECT_TRUE(perhaps.error().is(condition::unknown));
  log_.hold_commits = false;
  log_.commit_all();
}

TEST_F(runtime_system, the_mailbox_is_bounded_and_says_so) {
  log_.hold_commits = true;
  start({.mailbox_max = 3});
  std::vector<std::unique_ptr<waiter<value>>> accepted;
  for (int i = 0; i < 3; ++i) {
    accepted.push_back(std::make_unique<waiter<value>>());
    ASSERT_TRUE(sys_->tell({"counter", "a"}, make_message(testing::add{1}), accepted.back()->reply()));
  }
  auto refused = call("a", testing::add{1});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(condition::overloaded));
  until([&] { return log_.waiting_appends() == 3; });
  log_.hold_commits = false;
  log_.commit_all();
  for (auto& w : accepted) EXPECT_TRUE(w->get());
  until([&] { return call("a", testing::add{1}).has_value(); });
}

TEST_F(runtime_system, an_exception_restarts_the_actor_from_its_journal) {
  start();
  EXPECT_EQ(call("a", testing::add{2}).value().is, 2);
  EXPECT_FALSE(call("a", testing::blow_up{}));
  EXPECT_EQ(call("a", testing::add{1}).value().is, 3);
  waiter<value> dummy;
  std::atomic<std::uint32_t> restarts{0};
  sys_->inspect({"counter", "a"}, [&](result<actor_report> r) { restarts = r.value().restarts; });
  until([&] { return restarts == 3; });  // handed in again twice, then set aside
}

TEST_F(runtime_system, a_volatile_actor_ends_with_an_exception_and_may_say_so) {
  class teller final : public logic {
    void handle(message&, reply&, context&) override { throw std::runtime_error("asked to"); }
    void failed(context& ctx) override {
      (void)ctx.tell({"counter", "a"}, make_message(testing::add{5}));
      throw std::runtime_error("once more");
    }
  };
  start();
  kind_options how;
  how.name = "teller";
  sys_->register_kind(std::move(how));
  ASSERT_TRUE(sys_->spawn({"teller", "t"}, std::make_unique<teller>()));
  ASSERT_TRUE(sys_->tell({"teller", "t"}, make_message(testing::get{})));
  until([&] { return sys_->count("teller") == 0; });
  EXPECT_EQ(call("a", testing::get{}).value().is, 5);
}

TEST_F(runtime_system, a_damaged_journal_quarantines_one_actor_alone) {
  log_.damage({"counter", "bad"});
  start();
  auto outcome = call("bad", testing::add{1});
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(condition::corrupt));
  EXPECT_EQ(call("good", testing::add{1}).value().is, 1);
}

TEST_F(runtime_system, snapshots_bound_the_replay) {
  start({.snapshot_every = 4});
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(call("a", testing::add{1}));
  EXPECT_TRUE(log_.has_snapshot({"counter", "a"}));
  EXPECT_FALSE(call("a", testing::blow_up{}));  // reads it again
  EXPECT_EQ(call("a", testing::get{}).value().is, 10);
}

TEST_F(runtime_system, an_idle_actor_is_passivated_and_comes_back) {
  start({.idle_after = std::chrono::milliseconds{1}});
  EXPECT_EQ(call("a", testing::add{6}).value().is, 6);
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (sys_->count("counter") != 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  EXPECT_EQ(sys_->count("counter"), 0U);
  EXPECT_EQ(log_.releases(), 1U);
  EXPECT_EQ(call("a", testing::get{}).value().is, 6);
}

TEST_F(runtime_system, an_actor_may_go_before_it_is_idle) {
  start();
  EXPECT_EQ(call("a", testing::add{6}).value().is, 6);
  EXPECT_EQ(call("a", testing::go{}).value().is, 6);
  until([&] { return sys_->count("counter") == 0; });
  EXPECT_EQ(log_.releases(), 1U);
  EXPECT_EQ(call("a", testing::get{}).value().is, 6);
}

TEST_F(runtime_system, an_actor_that_wants_to_go_stays_while_a_commit_is_under_way) {
  log_.hold_commits = true;
  start();
  waiter<value> added;
  (void)sys_->tell({"counter", "a"}, make_message(testing::add{6}), added.reply());
  EXPECT_EQ(call("a", testing::go{}).value().is, 6);
  EXPECT_EQ(call("a", testing::go{}).value().is, 6);
  EXPECT_EQ(sys_->count("counter"), 1U);
  log_.commit_all();
  EXPECT_EQ(added.get().value().is, 6);
}

TEST_F(runtime_system, many_may_want_to_go_and_none_of_their_commands_is_lost) {
  start();
  std::vector<std::unique_ptr<waiter<value>>> answers;
  for (int i = 0; i < 2'000; ++i) {
    answers.push_back(std::make_unique<waiter<value>>());
    (void)sys_->tell({"counter", "a"}, make_message(testing::go{}), answers.back()->reply());
    if (i % 64 == 0) (void)answers.back()->get();
  }
  for (auto& a : answers) EXPECT_TRUE(a->get());
}

TEST_F(runtime_system, actors_ask_each_other_and_time_out) {
  start();
  EXPECT_EQ(call("b", testing::add{9}).value().is, 9);
  EXPECT_EQ(call("a", testing::ask_other{"b"}).value().is, 9);
  log_.hold_commits = true;
  waiter<value> stuck;
  (void)sys_->tell({"counter", "b"}, make_message(testing::add{1}), stuck.reply());
  until([&] { return log_.waiting_appends() == 1; });
  auto outcome = call("a", testing::ask_other{"b"});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::timed_out);
  log_.commit_all();
  EXPECT_EQ(stuck.get().value().is, 10);
}

TEST_F(runtime_system, timers_fire_once_at_their_time) {
  start();
  EXPECT_EQ(call("a", testing::wait_for_timer{}).value().is, -1);
}

TEST_F(runtime_system, many_timers_asked_for_again_and_again_all_fire) {
  start();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(call("k" + std::to_string(i % 5), testing::wait_for_timer{}).value().is, -1);
}

TEST_F(runtime_system, inspection_goes_ahead_of_the_queue_and_activates_nobody) {
  start();
  std::atomic<int> unknown{0};
  sys_->inspect({"counter", "nobody"},
                [&](result<actor_report> r) { unknown = !r && r.error().is(condition::not_found) ? 1 : 2; });
  until([&] { return unknown == 1; });
  EXPECT_EQ(sys_->count(""), 0U);
  EXPECT_TRUE(call("a", testing::add{1}));
  std::atomic<bool> seen{false};
  sys_->inspect({"counter", "a"}, [&](result<actor_report> r) {
    seen = r && r->journal_at == sequence{1} && r->epoch == epoch{1} && r->state.at(0).second == "1";
  });
  until([&] { return seen.load(); });
}

TEST_F(runtime_system, unknown_kinds_and_absent_volatile_actors_are_not_found) {
  start();
  sys_->register_kind({.name = "guest"});
  EXPECT_TRUE(sys_->tell({"ghost", "x"}, make_message(testing::get{})).error().is(condition::not_found));
  EXPECT_TRUE(sys_->tell({"guest", "x"}, make_message(testing::get{})).error().is(condition::not_found));
  EXPECT_TRUE(sys_->tell({"counter", ""}, make_message(testing::get{})).error().is(condition::invalid));
}

TEST_F(runtime_system, the_number_of_active_actors_is_bounded) {
  start({}, {.actors_max = 2});
  EXPECT_TRUE(call("a", testing::add{1}));
  EXPECT_TRUE(call("b", testing::add{1}));
  auto outcome = call("c", testing::add{1});
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(condition::overloaded));
}

TEST_F(runtime_system, stopping_lets_commits_under_way_end_and_refuses_the_rest) {
  log_.hold_commits = true;
  start();
  waiter<value> last;
  (void)sys_->tell({"counter", "a"}, make_message(testing::add{1}), last.reply());
  until([&] { return log_.waiting_appends() == 1; });
  std::thread stopper([&] { sys_->stop(std::chrono::seconds{10}); });
  until([&] { return !sys_->tell({"counter", "b"}, make_message(testing::get{})); });
  log_.commit_all();
  stopper.join();
  EXPECT_EQ(last.get().value().is, 1);
  EXPECT_EQ(sys_->count(""), 0U);
}

TEST_F(runtime_system, what_is_not_durable_when_the_stop_has_waited_long_enough_is_an_unknown_outcome) {
  log_.hold_commits = true;
  start();
  waiter<value> under_way, behind;
  (void)sys_->tell({"counter", "a"}, make_message(testing::add{1}), under_way.reply());
  (void)sys_->tell({"counter", "a"}, make_message(testing::get{}), behind.reply());
  until([&] { return log_.waiting_appends() == 1; });
  sys_->stop(std::chrono::milliseconds{1});
  ASSERT_TRUE(under_way.ready() && behind.ready());
  EXPECT_EQ(under_way.get().error().code, make_error_code(errc::unknown_outcome));
}

TEST_F(runtime_system, no_command_is_lost_when_activations_come_and_go) {
  start({.idle_after = std::chrono::milliseconds{0}, .snapshot_every = 7});
  std::vector<std::thread> senders;
  std::atomic<int> acknowledged{0};
  for (int t = 0; t < 4; ++t) {
    senders.emplace_back([&] {
      for (int i = 0; i < 300; ++i) {
        waiter<value> w;
        (void)sys_->tell({"counter", std::to_string(i % 3)}, make_message(testing::add{1}), w.reply());
        if (w.get()) ++acknowledged;
      }
    });
  }
  for (auto& t : senders) t.join();
  int total = 0;
  for (int k = 0; k < 3; ++k) total += call(std::to_string(k), testing::get{}).value().is;
  EXPECT_EQ(acknowledged, 1200);
  EXPECT_EQ(total, 1200);
}

/// Sets a timer for much later, and is gone.
class fleeting final : public logic {
 public:
  void started(context& ctx) override {
    ctx.wake_at(ctx.now() + std::chrono::hours{1});
    ctx.tell({"fleeting", ctx.self().key}, make_message(testing::go{}));
  }
  void handle(message& /*m*/, reply& /*r*/, context& ctx) override { ctx.stop(); }
};

TEST_F(runtime_system, an_actor_that_has_ended_leaves_no_memory_to_its_timer) {
  start();
  sys_->register_kind({.name = "fleeting"});
  const auto come_and_go = [&](int first, int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(sys_->spawn({"fleeting", std::to_string(first + i)}, std::make_unique<fleeting>()));
    }
    until([&] { return sys_->count("fleeting") == 0; });
  };
  come_and_go(0, 5'000);
  const auto before = mallinfo2().uordblks;
  constexpr int more = 20'000;
  come_and_go(5'000, more);
  // A place in a queue and a count each, not the actor.
  until([&] { return mallinfo2().uordblks < before + more * std::size_t{250}; });
}

}  // namespace
}  // namespace lightstick::runtime
