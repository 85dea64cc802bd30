// Webhooks against a real web server: one that answers, one that hangs, one that talks rubbish, one that is not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <atomic>

#include "tests/support/hook_server.hpp"
#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using testing::ElementsAre;
using testing::Field;

const std::string hook_secret = "a secret of a hook, which is as long as it has to be";

class hooks : public node_test {
 protected:
  hooks() { write_file(folder_ / "secret", hook_secret + "\n"); }
  node& start_hooked(std::vector<std::string> options) {
    options.push_back("--hooks-secret-file");
    options.push_back((folder_ / "secret").string());
    return start_node(std::move(options));
  }
  ws_client enter(const std::string& user, const std::string& role = {}) {
    auto client = the_node().enter(encoding::json, user, role);
    client.join("aurora");
    return client;
  }
  static value::map pub(const std::string& text) { return {{"op", "pub"}, {"room", "aurora"}, {"text", text}}; }
  double count(const std::string& outcome) {
    return the_node().metric("lightstick_hook_before_total", "outcome=\"" + outcome + "\"");
  }

 private:
  temp_folder folder_;
};

std::string base64(const std::string& bytes) {
  std::string out(bytes.size() * 2 + 4, '\0');
  const auto size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string signature_of(hook_server::call c) {
  const auto text = c.headers["webhook-id"] + "." + c.headers["webhook-timestamp"] + "." + c.body;
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), hook_secret.data(), static_cast<int>(hook_secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  return "v1," + base64(std::string(reinterpret_cast<const char*>(mac), size));
}

std::string judge(const hook_server::call& c) {
  const std::string text = c.json()["msg"]["text"].text();
  if (text.starts_with("bad")) return hook_server::ok(R"({"allow":false,"reason":"not here"})");
  return hook_server::ok(R"({"allow":true})");
}

TEST_F(hooks, a_fans_message_is_looked_at_before_it_is_said) {
  hook_server server(judge);
  start_hooked({"--hooks-before", server.url()});
  auto mina = enter("mina");
  auto jun = enter("jun");
  EXPECT_EQ(mina.ok({{"op", "pub"}, {"room", "aurora"}, {"text", "good"}, {"cid", "c-1"}})["off"], value(1));
  const auto refused = mina.err(pub("bad"));
  EXPECT_EQ(refused["code"], value(122));
  EXPECT_EQ(refused["msg"].text(), "filtered: not here");
  EXPECT_EQ(mina.publish("aurora", "good again")["off"], value(2)) << "it took no offset";
  EXPECT_THAT(jun.pushed_through("aurora", 2),
              ElementsAre(Field(&chat::text, "good"), Field(&chat::text, "good again")));
  auto mod = enter("mod", "moderator");
  EXPECT_EQ(mod.publish("aurora", "bad, but a moderator's")["off"], value(3));

  const auto calls = server.calls();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].headers.at("webhook-signature"), signature_of(calls[0]));
  EXPECT_EQ(calls[0].headers.at("content-type"), "application/json");
  const auto asked = calls[0].json();
  EXPECT_EQ(asked["type"].text(), "before");
  EXPECT_EQ(asked["room"].text(), "aurora");
  EXPECT_EQ(asked["cid"].text(), "c-1");
  EXPECT_EQ(asked["msg"]["user"].text(), "mina");
  EXPECT_EQ(count("allowed"), 2);
  EXPECT_EQ(count("refused"), 1);
}

TEST_F(hooks, what_one_sender_says_keeps_its_order_and_others_do_not_wait) {
  std::mutex mutex;
  std::condition_variable go;
  bool open = false;
  hook_server server([&](const hook_server::call& c) {
    if (c.json()["msg"]["text"].text() == "slow") {
      std::unique_lock lock(mutex);
      go.wait(lock, [&] { return open; });
    }
    return judge(c);
  });
  start_hooked({"--hooks-before", server.url(), "--hooks-before-timeout", "20s"});
  auto mina = enter("mina");
  auto jun = enter("jun");
  const auto slow = mina.send(pub("slow"));
  const auto bad = mina.send(pub("bad"));
  const auto next = mina.send(pub("next"));
  EXPECT_EQ(jun.publish("aurora", "not held up")["off"], value(1));
  EXPECT_FALSE(mina.answer_if_there(next).has_value());
  {
    const std::lock_guard lock(mutex);
    open = true;
    go.notify_all();
  }
  EXPECT_EQ(mina.answer(slow)["ok"]["off"], value(2));
  EXPECT_EQ(mina.answer(bad)["err"]["code"], value(122));
  EXPECT_EQ(mina.answer(next)["ok"]["off"], value(3));
}

TEST_F(hooks, one_that_hangs_fails_closed_or_open_as_set_and_is_left_alone) {
  for (const bool opens : {false, true}) {
    hook_server server([](const hook_server::call&) { return std::string(); });
    start_hooked({"--hooks-before", server.url(), "--hooks-before-timeout", "100ms", "--hooks-failures", "2",
                  "--hooks-pause", "10m", "--hooks-on-failure", opens ? "open" : "closed", "--rates-publish-fan",
                  "unlimited", "--rates-publish-user", "unlimited"});
    auto mina = enter("mina");
    for (int i = 1; i <= 5; ++i) {
      if (opens) {
        EXPECT_EQ(mina.ok(pub("hi"))["off"], value(i));
      } else {
        const auto refused = mina.err(pub("hi"));
        EXPECT_EQ(refused["code"], value(131));
        EXPECT_GT(refused["retry_ms"].number(), 0U);
      }
    }
    EXPECT_EQ(server.calls().size(), 2U);
    EXPECT_EQ(count("failed"), 2);
    EXPECT_EQ(count("not_asked"), 3);
  }
}

TEST_F(hooks, rubbish_and_nobody_are_no_answer) {
  std::atomic<int> turn{0};
  hook_server server([&](const hook_server::call&) {
    switch (turn++) {
      case 0: return hook_server::ok("rubbish");
      case 1: return hook_server::ok(R"({"allow":"yes"})");
      case 2: return hook_server::ok("{}");
      case 3: return hook_server::ok(R"({"allow":true})", "500 Oops");
      case 4: return std::string("this is no HTTP\r\n\r\n");
      default: return hook_server::ok(R"({"allow":true,"more":[1]})");
    }
  });
  start_hooked({"--hooks-before", server.url(), "--hooks-failures", "100"});
  auto mina = enter("mina");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(mina.err_code(pub("hi")), 131U) << i;
  EXPECT_EQ(mina.ok(pub("hi"))["off"], value(1));
  EXPECT_EQ(count("failed"), 5);

  start_hooked({"--hooks-before", "http://127.0.0.1:" + std::to_string(free_port()) + "/"});
  auto jun = enter("jun");
  EXPECT_EQ(jun.err_code(pub("hi")), 131U);
}

TEST_F(hooks, a_hook_that_is_back_is_asked_again) {
  std::atomic<bool> down{true};
  hook_server server([&](const hook_server::call& c) { return down ? hook_server::ok("", "503 Later") : judge(c); });
  start_hooked({"--hooks-before", server.url(), "--hooks-failures", "1", "--hooks-pause", "100ms"});
  auto mina = enter("mina");
  EXPECT_EQ(mina.err_code(pub("hi")), 131U);
  down = false;
  EXPECT_TRUE(poll_until([&] {
    const auto id = mina.send(pub("hi"));
    return mina.answer(id).has("ok");
  }));
}

std::vector<std::string> texts_of(const std::vector<hook_server::call>& calls) {
  std::vector<std::string> out;
  for (const auto& c : calls) {
    const auto body = c.json();
    for (const auto& each : body["messages"].items()) {
      if (each["msg"].has("text")) out.push_back(each["msg"]["text"].text());
    }
  }
  return out;
}

TEST_F(hooks, what_was_said_is_told_in_order_and_can_be_withdrawn) {
  hook_server server([](const hook_server::call& c) {
    std::string wanted;
    const auto body = c.json();
    for (const auto& each : body["messages"].items()) {
      if (!each["msg"].has("text") || each["msg"]["text"].text() != "bad") continue;
      wanted += (wanted.empty() ? "" : ",") + std::string(R"({"room":"aurora","why":"spam","off":)") +
                std::to_string(each["msg"]["off"].number()) + "}";
    }
    return hook_server::ok("{\"withdraw\":[" + wanted + "]}");
  });
  start_hooked(
      {"--hooks-after", server.url(), "--rates-publish-fan", "unlimited", "--rates-publish-user", "unlimited"});
  auto mina = enter("mina");
  std::vector<std::string> said;
  for (int i = 0; i < 20; ++i) {
    said.push_back("m" + std::to_string(i));
    mina.publish("aurora", said.back());
  }
  mina.publish("aurora", "bad");
  EXPECT_EQ(mina.push("tomb")["tomb"]["off"], value(21));
  said.emplace_back("bad");
  EXPECT_EQ(texts_of(server.calls()), said);
  EXPECT_EQ(server.calls()[0].headers.at("webhook-signature"), signature_of(server.calls()[0]));
  EXPECT_TRUE(mina.history_after("aurora", 20).at(0).gone);
}

TEST_F(hooks, a_hook_that_fails_is_told_again_under_the_same_id) {
  std::atomic<int> failures{3};
  hook_server server([&](const hook_server::call&) {
    if (failures-- > 0) return hook_server::ok("", "503 Later");
    return hook_server::ok("");
  });
  start_hooked({"--hooks-after", server.url(), "--hooks-retry", "10ms"});
  auto mina = enter("mina");
  mina.publish("aurora", "one");
  ASSERT_TRUE(poll_until([&] { return the_node().metric("lightstick_hook_after_told_total") >= 1; }));
  const auto calls = server.calls();
  ASSERT_EQ(calls.size(), 4U);
  for (const auto& c : calls) {
    EXPECT_EQ(c.headers.at("webhook-id"), calls[0].headers.at("webhook-id"));
    EXPECT_EQ(c.body, calls[0].body);
  }
  EXPECT_EQ(the_node().metric("lightstick_hook_after_failures_total"), 3);
}

TEST_F(hooks, beyond_the_backlog_and_the_tries_messages_are_lost_and_counted_and_rooms_go_on) {
  start_hooked({"--hooks-after", "http://127.0.0.1:" + std::to_string(free_port()) + "/", "--hooks-retry", "10s",
                "--hooks-backlog", "100", "--rates-publish-fan", "unlimited", "--rates-publish-user", "unlimited"});
  auto mina = enter("mina");
  for (int i = 1; i <= 220; ++i) EXPECT_EQ(mina.publish("aurora", "m")["off"], value(i));
  EXPECT_TRUE(poll_until([&] { return the_node().metric("lightstick_hook_after_lost_total") >= 20; }));
  EXPECT_EQ(the_node().metric("lightstick_hook_after_waiting"), 100);
  EXPECT_EQ(the_node().terminate().signal, 0) << "it ends though nobody listens";

  start_hooked({"--hooks-after", "http://127.0.0.1:" + std::to_string(free_port()) + "/", "--hooks-retry", "10ms",
                "--hooks-tries", "2"});
  auto jun = enter("jun");
  jun.publish("aurora", "m");
  EXPECT_TRUE(poll_until([&] { return the_node().metric("lightstick_hook_after_lost_total") >= 1; }));
  EXPECT_EQ(the_node().metric("lightstick_hook_after_failures_total"), 2);
}

}  // namespace
}  // namespace lightstick::test
