#include "gateway/admin/doctor.hpp"

#include <gtest/gtest.h>

#include "runtime/operators/audit.hpp"
#include "tests/support/stepped_actors.hpp"

namespace lightstick::gateway::admin {
namespace {

using namespace std::chrono_literals;

TEST(doctor, names_actors_that_cannot_be_read_and_says_why) {
  testing::stepped_actors node([](runtime::system&) {});
  EXPECT_TRUE(examine(node.system(), node.registry).empty());
  const actor_id id{runtime::audit::kind, "node"};
  node.log.make_unreadable(id, {make_error_code(lightstick::errc::unavailable), "input/output error"});
  (void)node.ask<runtime::audit::listed>(id, runtime::audit::list{0, 1});
  node.advance(20s);
  const auto found = examine(node.system(), node.registry);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, "error");
  EXPECT_EQ(found[0].subject, "audit/node");
  EXPECT_NE(found[0].what.find("could not be read for 20000 ms"), std::string::npos) << found[0].what;
  EXPECT_NE(found[0].what.find("input/output error"), std::string::npos);
}

TEST(doctor, tells_that_keys_of_tokens_cannot_be_had) {
  testing::stepped_actors node([](runtime::system&) {});
  auto& failing = node.registry.make_gauge("lightstick_auth_keys_failing", "");
  auto& known = node.registry.make_gauge("lightstick_auth_keys", "");
  EXPECT_TRUE(examine(node.system(), node.registry).empty());
  failing.set(1);
  auto found = examine(node.system(), node.registry);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, "error") << "nobody with such a token gets in";
  EXPECT_EQ(found[0].subject, "auth.jwks");
  known.set(2);
  found = examine(node.system(), node.registry);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, "warning");
  EXPECT_NE(found[0].what.find("2 keys"), std::string::npos) << found[0].what;
}

TEST(doctor, tells_of_a_certificate_before_it_ends) {
  testing::stepped_actors node([](runtime::system&) {});
  auto& left = node.registry.make_gauge("lightstick_gateway_tls_left_seconds", "");
  auto& failing = node.registry.make_gauge("lightstick_gateway_tls_failing", "");
  const auto severities = [&](std::int64_t seconds) {
    left.set(seconds);
    std::string out;
    for (const auto& f : examine(node.system(), node.registry)) out += std::string(f.severity) + " " + f.subject + ";";
    return out;
  };
  EXPECT_EQ(severities(7 * 86'400), "");
  EXPECT_EQ(severities(7 * 86'400 - 1), "warning tls.certificate;");
  EXPECT_EQ(severities(0), "error tls.certificate;");
  failing.set(1);
  EXPECT_EQ(severities(30 * 86'400), "warning tls.certificate;");
}

}  // namespace
}  // namespace lightstick::gateway::admin
