// What operators change, over actors that are not there: it is written down, and goes on when it cannot be.
#include <gtest/gtest.h>

#include "fake_node.hpp"
#include "gateway/http_client.hpp"

namespace lightstick::gateway {
namespace {

using namespace std::chrono_literals;

class admin_changes : public ::testing::Test {
 protected:
  admin_changes() {
    opts.audit_within = 100ms;
    opts.change_within = 100ms;
    node = server::make(opts, tokens, system_clock_source(), registry).value();
    node->start(sys, info);
  }
  ~admin_changes() override { node->stop(); }
  http_reply ask(const std::string& method, const std::string& path, const std::string& body = {}) {
    auth::claims c;
    c.user = user_id{"op"};
    c.as = actors::role::admin;
    c.expires_ms = system_clock_source().wall().value + 60'000;
    const auto url = "http://" + to_string(node->admin_listening()) + path;
    auto reply = call_http({method, url, tokens->sign(c, system_clock_source().wall()), body, 10s, 1'000'000});
    EXPECT_TRUE(reply) << reply.error().to_string();
    return reply ? *reply : http_reply{};
  }
  /// "restart room/lobby asked".
  std::vector<std::string> audited() {
    std::vector<std::string> out;
    for (const auto& e : sys.audited()) {
      EXPECT_EQ(e.who, "op");
      out.push_back(e.what + " " + e.target + " " + e.outcome);
    }
    return out;
  }
  [[nodiscard]] std::uint64_t unaudited() const {
    for (const auto& e : registry.entries()) {
      if (e.name == "lightstick_gateway_unaudited_changes_total") return e.as_counter->value();
    }
    return 999;
  }

  options opts;
  std::shared_ptr<const auth::token_authority> tokens = auth::token_authority::make(std::string(32, 'k')).value();
  metrics registry;
  no_actors sys;
  one_stored info;
  std::unique_ptr<server> node;
};

using lines = std::vector<std::string>;

TEST_F(admin_changes, are_written_down_before_and_after) {
  const auto done = ask("POST", "/v1/admin/restart?actor=room/lobby");
  EXPECT_EQ(done.status, 200U);
  EXPECT_EQ(done.body, R"({"done":"restart","target":"room/lobby"})");
  EXPECT_EQ(audited(), (lines{"restart room/lobby asked", "restart room/lobby done"}));
  EXPECT_EQ(unaudited(), 0U);
}

TEST_F(admin_changes, are_made_when_the_journal_cannot_be_written_and_say_so) {
  sys.audit = no_actors::journal::refuses;
  const auto done = ask("POST", "/v1/admin/restart?actor=room/lobby");
  EXPECT_EQ(done.status, 200U) << done.body;
  EXPECT_NE(done.body.find(R"("unaudited":)"), std::string::npos) << done.body;
  EXPECT_NE(done.body.find("audit/node is quarantined"), std::string::npos) << done.body;
  EXPECT_EQ(sys.restarts, 1);
  EXPECT_EQ(unaudited(), 1U);
}

TEST_F(admin_changes, are_made_when_the_journal_does_not_answer_and_say_so) {
  sys.audit = no_actors::journal::hangs;
  const auto done = ask("POST", "/v1/admin/restart?actor=room/lobby");
  EXPECT_EQ(done.status, 200U) << done.body;
  EXPECT_NE(done.body.find("within 100 ms"), std::string::npos) << done.body;
  EXPECT_EQ(sys.restarts, 1);
  EXPECT_EQ(unaudited(), 1U);
}

TEST_F(admin_changes, that_do_not_end_are_answered) {
  const auto late = ask("POST", "/v1/admin/passivate?actor=room/lobby");
  EXPECT_EQ(late.status, 503U);
  EXPECT_NE(late.body.find("passivate room/lobby was begun and has not ended yet"), std::string::npos) << late.body;
  EXPECT_EQ(audited(), (lines{"passivate room/lobby asked"}));
}

TEST_F(admin_changes, jobs_are_written_down_when_asked_for_and_when_they_end) {
  const std::string order = R"({"to":"/backups/n1"})";
  EXPECT_EQ(ask("POST", "/v1/admin/backup", order).status, 202U);
  EXPECT_EQ(info.work.last_order, order);
  EXPECT_EQ(audited(), (lines{"backup /backups/n1 asked"}));
  EXPECT_EQ(ask("POST", "/v1/admin/stats").status, 409U);
  info.work.running("done");
  EXPECT_EQ(audited(), (lines{"backup /backups/n1 asked", "stats  asked", "stats  the node is busy: overloaded",
                              "backup /backups/n1 done"}));
  EXPECT_EQ(ask("GET", "/v1/admin/backup").status, 200U);
  EXPECT_EQ(audited().size(), 4U) << "looking changes nothing";
}

TEST_F(admin_changes, a_job_begins_without_the_journal_and_says_so) {
  sys.audit = no_actors::journal::refuses;
  const auto begun = ask("POST", "/v1/admin/erase", R"({"actor":"user/17"})");
  EXPECT_EQ(begun.status, 202U);
  EXPECT_NE(begun.body.find(R"({"job":1,"unaudited":")"), std::string::npos) << begun.body;
  EXPECT_EQ(info.work.last_order, R"({"actor":"user/17"})");
  EXPECT_EQ(unaudited(), 1U);
  EXPECT_EQ(ask("POST", "/v1/admin/erase", R"({"actor":"room/17"})").status, 400U);
}

TEST_F(admin_changes, take_no_name_that_is_not_utf8_and_show_those_that_are_there) {
  const auto refused = ask("POST", "/v1/admin/restart?actor=room/%ff");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_NE(refused.body.find("not UTF-8"), std::string::npos) << refused.body;
  EXPECT_EQ(ask("GET", "/v1/admin/why?actor=room/%c3%28").status, 400U);
  EXPECT_TRUE(audited().empty());
  runtime::audit::entry old;
  old.number = 1;
  old.who = "op";
  old.target = "room/\xff\xc3\xb6";
  sys.keep(old);
  const auto shown = ask("GET", "/v1/admin/audit");
  EXPECT_NE(shown.body.find(R"("target":"room/\\xff\\xc3\\xb6")"), std::string::npos) << shown.body;
}

}  // namespace
}  // namespace lightstick::gateway
