// What happens to commands for which there is no place, no time, or nobody who still wants the answer.
#include "stepped.hpp"

namespace lightstick::runtime {
namespace {

using namespace std::chrono_literals;
using testing::add;
using testing::set;

class runtime_mailbox : public testing::stepped_test {};

TEST_F(runtime_mailbox, rejects_with_a_hint_when_to_come_again) {
  start({.mailbox_max = 2});
  const auto a = send("k", add{1});
  const auto b = send("k", add{1});
  const auto refused = send("k", add{1});
  ASSERT_TRUE(refused->has_value());
  EXPECT_TRUE((*refused)->error().is(condition::overloaded));
  EXPECT_GE((*refused)->error().retry_after, 50ms);
  EXPECT_LE((*refused)->error().retry_after, 5s);
  sys->run_all();
  EXPECT_TRUE((*a)->has_value());
  EXPECT_TRUE((*b)->has_value());
  EXPECT_TRUE((*call("k", add{1}))->has_value()) << "there is room again";
  EXPECT_EQ(counted("lightstick_actor_overloaded_total"), 1U);
}

TEST_F(runtime_mailbox, drops_the_oldest_when_told_so) {
  start({.mailbox_max = 2, .overflow = overflow_policy::drop_oldest});
  const auto oldest = send("k", add{1});
  const auto second = send("k", add{10});
  const auto third = send("k", add{100});
  ASSERT_TRUE(oldest->has_value());
  EXPECT_TRUE((*oldest)->error().is(condition::overloaded));
  sys->run_all();
  EXPECT_EQ((*second)->value().is, 10);
  EXPECT_EQ((*third)->value().is, 110);
  EXPECT_EQ(counted("lightstick_actor_displaced_total"), 1U);
}

TEST_F(runtime_mailbox, drop_oldest_rejects_when_all_are_under_way) {
  log.hold_commits = true;
  start({.mailbox_max = 2, .overflow = overflow_policy::drop_oldest});
  const auto a = call("k", add{1});
  const auto b = call("k", add{1});
  EXPECT_FALSE(a->has_value());
  EXPECT_FALSE(b->has_value());
  const auto c = send("k", add{1});
  ASSERT_TRUE(c->has_value());
  EXPECT_TRUE((*c)->error().is(condition::overloaded));
  log.commit_all();
}

TEST_F(runtime_mailbox, keeps_the_latest_of_one_key) {
  kind_options how{.mailbox_max = 3, .overflow = overflow_policy::keep_latest};
  how.latest_key = [](const message& m) {
    const auto* s = body_of<set>(m);
    return s == nullptr ? std::string() : s->key;
  };
  start(std::move(how));
  const auto a1 = send("k", set{"a", 1});
  const auto b = send("k", set{"b", 2});
  const auto a2 = send("k", set{"a", 3});
  ASSERT_TRUE(a1->has_value()) << "replaced, although there was room";
  EXPECT_TRUE((*a1)->error().is(condition::overloaded));
  const auto other = send("k", add{5});
  const auto full = send("k", add{7});
  ASSERT_TRUE(full->has_value());
  EXPECT_TRUE((*full)->error().is(condition::overloaded));
  const auto a3 = send("k", set{"a", 4});
  EXPECT_TRUE(a2->has_value()) << "a full mailbox takes a newer one";
  sys->run_all();
  EXPECT_EQ((*a3)->value().is, 4) << "it has the place of the first";
  EXPECT_EQ((*b)->value().is, 2);
  EXPECT_EQ((*other)->value().is, 7);
  EXPECT_EQ(report("k").info.mailbox, 0U) << "every place was given back";
}

TEST_F(runtime_mailbox, control_is_answered_when_it_is_full) {
  log.hold_commits = true;
  start({.mailbox_max = 2});
  (void)call("k", add{1});
  (void)call("k", add{1});
  ASSERT_TRUE(send("k", add{1})->has_value());
  const auto seen = report("k");
  EXPECT_EQ(seen.info.mailbox, 2U);
  EXPECT_EQ(seen.uncommitted, 2U);
  log.commit_all();
}

TEST_F(runtime_mailbox, what_has_expired_is_dropped_before_work_is_done_for_it) {
  start();
  (void)call("k", add{1});
  const auto late = send("k", add{5}, {.deadline = clock.now() + 10ms});
  const auto in_time = send("k", add{100}, {.deadline = clock.now() + 1s});
  clock.advance(20ms);
  sys->run_all();
  EXPECT_EQ((*late)->error().code, errc::expired);
  EXPECT_TRUE((*late)->error().is(condition::retryable)) << "it did not happen";
  EXPECT_EQ((*in_time)->value().is, 101);
  EXPECT_EQ(counted("lightstick_actor_commands_expired_total"), 1U);
}

TEST_F(runtime_mailbox, a_kind_has_a_deadline_for_commands_without_one) {
  start({.deadline = 1s});
  const auto late = send("k", add{5});
  clock.advance(1001ms);
  sys->run_all();
  EXPECT_EQ((*late)->error().code, errc::expired);
}

TEST_F(runtime_mailbox, what_was_cancelled_is_not_begun) {
  start();
  (void)call("k", add{1});
  auto flag = std::make_shared<std::atomic<bool>>(false);
  const auto dropped = send("k", add{5}, {.cancelled = flag});
  *flag = true;
  sys->run_all();
  EXPECT_FALSE((*dropped)->has_value());
  EXPECT_EQ(total("k"), 1);
  EXPECT_EQ(counted("lightstick_actor_commands_cancelled_total"), 1U);
}

TEST_F(runtime_mailbox, an_ask_that_timed_out_is_not_begun_later) {
  start({}, {.max_throughput = 1});
  (void)call("busy", add{1});
  (void)call("a", add{1});
  const auto asked = send("a", testing::ask_other{"busy"});
  sys->run();  // the question waits now; time passes before the other gets to it
  clock.advance(60ms);
  sys->wake_due();
  sys->run_all();
  ASSERT_TRUE(asked->has_value());
  ASSERT_FALSE((*asked)->has_value());
  EXPECT_TRUE((*asked)->error().is(condition::unknown));
  EXPECT_EQ(counted("lightstick_actor_commands_expired_total") + counted("lightstick_actor_commands_cancelled_total"),
            1U);
}

TEST_F(runtime_mailbox, commands_wait_in_order_while_the_actor_recovers) {
  start({.mailbox_max = 3});
  (void)call("k", add{1});
  sys->passivate({"counter", "k"}, [](result<void> done) { EXPECT_TRUE(done); });
  sys->run_all();
  ASSERT_EQ(sys->count("counter"), 0U);
  const auto a = send("k", add{10});
  const auto b = send("k", add{100});
  const auto c = send("k", add{1000});
  EXPECT_TRUE(send("k", add{1})->has_value()) << "the bound holds meanwhile";
  sys->run_all();
  EXPECT_EQ((*a)->value().is, 11);
  EXPECT_EQ((*b)->value().is, 111);
  EXPECT_EQ((*c)->value().is, 1111);
}

TEST_F(runtime_mailbox, one_that_is_flooded_yields_to_others) {
  start({.mailbox_max = 10'000}, {.max_throughput = 8});
  (void)call("quiet", add{1});
  for (int i = 0; i < 1'000; ++i) (void)send("flooded", add{1});
  const auto quiet = send("quiet", add{1});
  for (int runs = 0; runs < 4 && !quiet->has_value(); ++runs) sys->run();
  EXPECT_TRUE(quiet->has_value()) << "it does not wait for a thousand others";
  sys->run_all();
}

TEST_F(runtime_mailbox, traces_follow_what_a_command_causes) {
  start();
  auto tap = sys->tap({"counter", "b"}, {}).value();
  (void)call("a", testing::ask_other{"b"}, {.trace = trace_id{0xabc}});
  const auto seen = tap->take();
  ASSERT_EQ(seen.commands.size(), 1U);
  EXPECT_EQ(seen.commands[0].trace, trace_id{0xabc});
  EXPECT_EQ(seen.commands[0].what, "testing::get");
}

}  // namespace
}  // namespace lightstick::runtime
