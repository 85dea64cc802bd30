#include <gtest/gtest.h>

#include <future>

#include "gateway/hooks/after_hook.hpp"

namespace lightstick::gateway::hooks {
namespace {

using namespace std::chrono_literals;

TEST(hook_bodies, are_signed_as_standard_webhooks_are) {
  // Their own example: id, timestamp and body, with the secret's bytes.
  const std::string secret = "0123456789abcdef0123456789abcdef";
  const auto made =
      signed_headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", {1'614'265'330'000}, R"({"test": 2432232314})");
  ASSERT_EQ(made.size(), 3U);
  EXPECT_EQ(made[0], (std::pair<std::string, std::string>("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")));
  EXPECT_EQ(made[1].second, "1614265330");
  EXPECT_EQ(made[2].second.substr(0, 3), "v1,");
  EXPECT_EQ(made[2].second.size(), 3U + 44U);
  EXPECT_NE(signed_headers(secret, "other", {1'614'265'330'000}, R"({"test": 2432232314})")[2], made[2]);
}

TEST(hook_bodies, a_question_holds_the_message_as_the_protocol_does) {
  actors::gate::question q;
  q.room = room_id{"aurora"};
  q.user = user_id{"17"};
  q.device = device_id{"web-1"};
  q.name = "Mina";
  q.cid = "c-1";
  q.text = "안녕";
  q.reply_to = offset{3};
  EXPECT_EQ(question_json(q, {1'790'000'000'000}),
            R"({"type":"before","room":"aurora","device":"web-1","cid":"c-1","msg":{"ts":1790000000000,"user":"17",)"
            R"("name":"Mina","role":"fan","text":"안녕","reply_to":3}})");
}

TEST(hook_bodies, verdicts_that_are_none_are_refused) {
  EXPECT_TRUE(read_verdict(200, R"({"allow":true,"more":1})")->allowed);
  const auto no = read_verdict(200, R"({"allow":false,"reason":"spam"})");
  ASSERT_TRUE(no);
  EXPECT_FALSE(no->allowed);
  EXPECT_EQ(no->why, "spam");
  for (const auto* bad :
       {"", "x", "[]", "{}", R"({"allow":1})", R"({"allow":null})", R"({"allow":false,"reason":7})"}) {
    EXPECT_FALSE(read_verdict(200, bad)) << bad;
  }
  EXPECT_FALSE(read_verdict(200, R"({"allow":false,"reason":")" + std::string(257, 'x') + "\"}"));
  for (const unsigned status : {204U, 302U, 404U, 500U})
    EXPECT_FALSE(read_verdict(status, R"({"allow":true})")) << status;
}

TEST(hook_bodies, withdrawals_are_read_whole_or_not_at_all) {
  EXPECT_TRUE(read_withdrawals("")->empty());
  EXPECT_TRUE(read_withdrawals("{}")->empty());
  const auto some = read_withdrawals(R"({"withdraw":[{"room":"a","off":7,"why":"spam"},{"room":"b","off":1}]})");
  ASSERT_TRUE(some);
  ASSERT_EQ(some->size(), 2U);
  EXPECT_EQ(some->at(0).off, offset{7});
  EXPECT_EQ(some->at(0).why, "spam");
  for (const auto* bad : {"ok", R"({"withdraw":7})", R"({"withdraw":[7]})", R"({"withdraw":[{"room":"a"}]})",
                          R"({"withdraw":[{"room":"a","off":0}]})", R"({"withdraw":[{"room":"a","off":7},{}]})"}) {
    EXPECT_FALSE(read_withdrawals(bad)) << bad;
  }
}

TEST(hook_breaker, leaves_alone_who_fails_and_then_lets_one_try) {
  breaker b(2, 10s);
  steady_time now{};
  EXPECT_TRUE(b.may_try(now));
  b.failed(now);
  EXPECT_TRUE(b.may_try(now));
  b.went_well();
  b.failed(now);
  EXPECT_TRUE(b.may_try(now)) << "not in a row";
  b.failed(now);
  EXPECT_TRUE(b.is_open(now));
  EXPECT_FALSE(b.may_try(now + 9s));
  EXPECT_FALSE(b.is_open(now + 10s));
  EXPECT_TRUE(b.may_try(now + 10s));
  EXPECT_FALSE(b.may_try(now + 10s)) << "one";
  b.failed(now + 11s);
  EXPECT_FALSE(b.may_try(now + 20s));
  EXPECT_TRUE(b.may_try(now + 21s));
  b.went_well();
  EXPECT_TRUE(b.may_try(now + 21s));
  EXPECT_TRUE(b.may_try(now + 21s));
}

/// A hook whose calls wait until the test lets them go.
class held_calls {
 public:
  caller as_caller() {
    return [this](const http_call&) {
      std::unique_lock lock(mutex_);
      ++begun_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
      return result<http_reply>(http_reply{200, "", "", R"({"allow":true})"});
    };
  }
  void wait_begun(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_ >= count; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = 0;
  bool open_ = false;
};

std::future<result<actors::gate::verdict>> decide(before_hook& hook) {
  auto told = std::make_shared<std::promise<result<actors::gate::verdict>>>();
  auto out = told->get_future();
  hook.decide({}, runtime::make_reply<actors::gate::verdict>(
                      [told](result<actors::gate::verdict> v) { told->set_value(std::move(v)); }));
  return out;
}

TEST(before_hook, beyond_its_queue_questions_are_refused_at_once_and_those_that_wait_end_with_it) {
  options o;
  o.parallel = 2;
  o.waiting = 3;
  o.before_limit = 60s;
  metrics numbers;
  held_calls calls;
  before_hook hook(o, std::string(32, 's'), system_clock_source(), numbers, calls.as_caller());
  std::vector<std::future<result<actors::gate::verdict>>> all;
  for (int i = 0; i < 2; ++i) all.push_back(decide(hook));
  calls.wait_begun(2);
  for (int i = 0; i < 3; ++i) all.push_back(decide(hook));
  const auto refused = decide(hook).get();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(condition::overloaded));
  std::thread stopping([&] { hook.stop(); });
  for (int i = 2; i < 5; ++i) EXPECT_FALSE(all.at(static_cast<std::size_t>(i)).get()) << i;
  calls.open();
  stopping.join();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(all.at(static_cast<std::size_t>(i)).get()) << i;
  EXPECT_FALSE(decide(hook).get()) << "it has ended";
}

TEST(before_hook, a_call_that_throws_is_no_answer) {
  metrics numbers;
  before_hook hook({}, std::string(32, 's'), system_clock_source(), numbers,
                   [](const http_call&) -> result<http_reply> { throw std::runtime_error("no memory"); });
  EXPECT_FALSE(decide(hook).get());
}

}  // namespace
}  // namespace lightstick::gateway::hooks
