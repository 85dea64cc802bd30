// Durable reminders: at least once, at their time, over passivation, restarts and failures.
#include <set>

#include "runtime/reminder_service.hpp"
#include "stepped.hpp"

namespace lightstick::runtime {
namespace {

using namespace std::chrono_literals;
using testing::forget_reminder;
using testing::remind_me;

class runtime_reminders : public testing::stepped_test {
 protected:
  [[nodiscard]] std::int64_t in(std::chrono::milliseconds from_now) const {
    return clock.wall().value + from_now.count();
  }
};

TEST_F(runtime_reminders, come_at_their_time_and_once) {
  start();
  ASSERT_TRUE((*call("k", remind_me{"tea", in(3s)}))->has_value());
  sys->advance(2900ms);
  EXPECT_EQ(total("k"), 0);
  sys->advance(1s);
  EXPECT_EQ(total("k"), 1000);
  EXPECT_TRUE(report("k").reminders.empty());
  sys->advance(60s);
  EXPECT_EQ(total("k"), 1000);
}

TEST_F(runtime_reminders, activate_who_has_gone) {
  start({.idle_after = 1s});
  (void)call("k", remind_me{"tea", in(60s)});
  sys->advance(30s);
  ASSERT_EQ(sys->count("counter"), 0U);
  sys->advance(31s);
  EXPECT_EQ(total("k"), 1000);
}

TEST_F(runtime_reminders, survive_a_restart_of_the_node) {
  start();
  (void)call("k", remind_me{"tea", in(10s)});
  sys->stop({});
  clock.advance(60s);
  start();
  sys->advance(1s);
  EXPECT_EQ(total("k"), 1000) << "late, but it comes";
}

TEST_F(runtime_reminders, are_replaced_and_forgotten_by_name) {
  start();
  (void)call("k", remind_me{"tea", in(2s)});
  (void)call("k", remind_me{"tea", in(20s)});
  (void)call("k", remind_me{"milk", in(3s)});
  (void)call("k", forget_reminder{"milk"});
  sys->advance(10s);
  EXPECT_EQ(total("k"), 0);
  ASSERT_EQ(report("k").reminders.size(), 1U);
  sys->advance(11s);
  EXPECT_EQ(total("k"), 1000);
}

TEST_F(runtime_reminders, that_are_forgotten_on_their_way_do_their_actor_no_harm) {
  start();
  (void)call("k", remind_me{"tea", in(1s)});
  clock.advance(2s);
  // Forgotten while it waits behind what forgets it.
  const auto forgotten = send("k", forget_reminder{"tea"});
  sys->beat();
  sys->run_all();
  ASSERT_TRUE((*forgotten)->has_value());
  ASSERT_EQ(counted("lightstick_reminders_told_total"), 1U);
  sys->advance(30s);
  EXPECT_EQ(total("k"), 0);
  EXPECT_EQ(counted("lightstick_actor_commit_failures_total"), 0U);
  EXPECT_EQ(counted("lightstick_reminders_told_total"), 1U) << "it does not come again";
}

TEST_F(runtime_reminders, that_turned_up_after_their_write_had_failed_are_read) {
  start();
  (void)call("k", testing::add{1});
  const auto due = in(1s);
  log.turn_up({"counter", "k"}, {"tea", due, "tea"});
  sys->advance(1s);
  // Somebody sets another in the same partition, so that it is looked at.
  (void)call("k", remind_me{"milk", in(1s)});
  sys->advance(15s);
  EXPECT_EQ(total("k"), 2001);
}

TEST_F(runtime_reminders, are_bounded_an_actor) {
  start({.reminders_max = 2});
  EXPECT_TRUE((*call("k", remind_me{"a", in(60s)}))->has_value());
  EXPECT_TRUE((*call("k", remind_me{"b", in(60s)}))->has_value());
  const auto third = call("k", remind_me{"c", in(60s)});
  ASSERT_FALSE((*third)->has_value());
  EXPECT_TRUE((*third)->error().is(condition::overloaded));
  EXPECT_TRUE((*call("k", remind_me{"b", in(90s)}))->has_value()) << "replacing is none more";
}

TEST_F(runtime_reminders, beyond_the_bound_leave_the_state_as_the_journal_has_it) {
  start({.reminders_max = 1});
  EXPECT_TRUE((*call("k", testing::add_and_remind{5, "a", in(60s)}))->has_value());
  const auto second = call("k", testing::add_and_remind{7, "b", in(60s)});
  ASSERT_FALSE((*second)->has_value());
  EXPECT_TRUE((*second)->error().is(condition::overloaded));
  sys->advance(1s);
  EXPECT_EQ(total("k"), 5);
}

TEST_F(runtime_reminders, that_would_set_more_than_the_bound_come_again_and_are_not_taken_for_done) {
  start({.reminders_max = 1});
  (void)call("k", remind_me{"two more", in(1s)});
  sys->advance(2s);
  ASSERT_EQ(counted("lightstick_reminders_told_total"), 1U);
  EXPECT_EQ(counted("lightstick_reminders_failed_total"), 1U);
  EXPECT_EQ(report("k").reminders.size(), 1U);
  sys->advance(6s);
  EXPECT_EQ(counted("lightstick_reminders_told_total"), 2U);
}

TEST_F(runtime_reminders, wait_for_a_log_that_takes_nothing_now) {
  start();
  (void)call("k", remind_me{"ask first", in(1s)});
  const auto room = std::exchange(log.queue_max, 0);
  sys->advance(3s);
  log.queue_max = room;
  EXPECT_EQ(report("k").reminders.size(), 1U);
  sys->advance(10s);
  EXPECT_EQ(total("k"), 1000);
  EXPECT_TRUE(report("k").reminders.empty());
}

TEST_F(runtime_reminders, behind_one_that_kills_their_actor_come_however_short_the_deadline_is) {
  start({.deadline = 20ms});  // shorter than the pause before a restart
  (void)call("k", remind_me{"blow up", in(1s)});
  (void)call("k", remind_me{"tea", in(1s)});
  sys->advance(60s);
  EXPECT_EQ(total("k"), 1000);
  EXPECT_EQ(counted("lightstick_actor_dead_letters_total"), 1U);
  EXPECT_TRUE(report("k").reminders.empty());
}

TEST_F(runtime_reminders, come_again_when_the_commit_failed) {
  start();
  (void)call("k", remind_me{"tea", in(1s)});
  log.hold_commits = true;
  sys->advance(2s);
  ASSERT_EQ(log.waiting_appends(), 1U);
  log.fail_all({make_error_code(errc::unavailable), "disk"});
  log.hold_commits = false;
  sys->advance(10s);
  EXPECT_EQ(total("k"), 1000);
}

TEST_F(runtime_reminders, that_kill_their_actor_are_set_aside_and_do_not_come_again) {
  start();
  (void)call("k", remind_me{"blow up", in(1s)});
  sys->advance(60s);
  EXPECT_EQ(counted("lightstick_actor_dead_letters_total"), 1U);
  EXPECT_EQ(counted("lightstick_actor_restarts_total"), 3U);
  EXPECT_TRUE(report("k").reminders.empty());
}

TEST_F(runtime_reminders, of_many_actors_at_once_all_come) {
  start();
  const auto due = in(5s);
  for (int i = 0; i < 3'000; ++i) (void)call("k" + std::to_string(i), remind_me{"tea", due});
  sys->advance(10s);
  for (int i = 0; i < 3'000; ++i) ASSERT_EQ(total("k" + std::to_string(i)), 1000) << i;
  EXPECT_EQ(counted("lightstick_reminders_told_total"), 3'000U);
}

TEST_F(runtime_reminders, of_actors_that_cannot_be_read_hold_up_no_other) {
  start();
  // More of them than passes may be under way, and one in the partition of the first.
  std::vector<std::string> bad;
  std::set<std::uint16_t> partitions;
  for (int i = 0; bad.size() < 2 * reminder_service::partitions_at_once; ++i) {
    auto name = "b" + std::to_string(i);
    if (partitions.insert(partition_of({"counter", name}).value).second) bad.push_back(std::move(name));
  }
  std::string beside;
  for (int i = 0; beside.empty(); ++i) {
    auto name = "g" + std::to_string(i);
    if (partition_of({"counter", name}) == partition_of({"counter", bad[0]})) beside = name;
  }
  std::string elsewhere;
  for (int i = 0; elsewhere.empty(); ++i) {
    auto name = "e" + std::to_string(i);
    if (!partitions.contains(partition_of({"counter", name}).value)) elsewhere = name;
  }
  for (const auto& name : bad) (void)call(name, remind_me{"tea", in(1s)});
  (void)call(beside, remind_me{"tea", in(10s)});
  (void)call(elsewhere, remind_me{"tea", in(10s)});
  sys->stop({});
  for (const auto& name : bad) {
    log.make_unreadable({"counter", name}, {make_error_code(errc::unavailable), "input/output error"});
  }
  start();
  sys->advance(60s);
  EXPECT_EQ(total(beside), 1000);
  EXPECT_EQ(total(elsewhere), 1000);
  for (const auto& name : bad) log.mend({"counter", name});
  sys->advance(60s);
  for (const auto& name : bad) EXPECT_EQ(total(name), 1000) << name;
}

TEST_F(runtime_reminders, one_that_cannot_be_taken_holds_up_no_other) {
  start();
  // Two in one partition: the first one's actor is damaged.
  std::string good;
  for (int i = 0; good.empty(); ++i) {
    auto name = "g" + std::to_string(i);
    if (partition_of({"counter", name}) == partition_of({"counter", "bad"})) good = name;
  }
  (void)call("bad", remind_me{"tea", in(1s)});
  (void)call(good, remind_me{"tea", in(2s)});
  sys->stop({});
  log.damage({"counter", "bad"});
  start();
  sys->advance(4s);
  EXPECT_EQ(total(good), 1000);
  sys->advance(30s);
  EXPECT_GE(counted("lightstick_reminders_failed_total"), 3U) << "it is tried again and again";
  EXPECT_LE(counted("lightstick_reminders_failed_total"), 20U) << "with pauses";
}

}  // namespace
}  // namespace lightstick::runtime
