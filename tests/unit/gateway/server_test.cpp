// The whole gateway with real sockets over actors that are not there; what clients say to rooms is in tests/integration.
#include <gtest/gtest.h>

#include "fake_node.hpp"
#include "gateway/http_client.hpp"

namespace lightstick::gateway {
namespace {

using namespace std::chrono_literals;

class server_test : public ::testing::Test {
 protected:
  server_test() { opts.io_threads = 2; }
  ~server_test() override {
    if (node) node->stop();
  }
  void serve() {
    auto made = server::make(opts, tokens, system_clock_source(), registry);
    ASSERT_TRUE(made) << made.error().to_string();
    node = std::move(*made);
    node->start(sys, info);
  }
  [[nodiscard]] std::string token(actors::role as) const {
    auth::claims c;
    c.user = user_id{"u"};
    c.as = as;
    c.expires_ms = system_clock_source().wall().value + 60'000;
    return tokens->sign(c, system_clock_source().wall());
  }
  http_reply call(const std::string& method, const std::string& path, const std::string& body = {},
                  const std::string& bearer = {}) {
    return send(node->listening(), method, path, body, bearer);
  }
  http_reply ask_admin(const std::string& path) {
    return send(node->admin_listening(), "GET", path, {}, token(actors::role::admin));
  }
  static http_reply send(const endpoint& to, const std::string& method, const std::string& path,
                         const std::string& body = {}, const std::string& bearer = {}) {
    auto reply = call_http({method, "http://" + to_string(to) + path, bearer, body, 10s, 1'000'000});
    EXPECT_TRUE(reply) << reply.error().to_string();
    return reply ? *reply : http_reply{};
  }

  options opts;
  std::shared_ptr<const auth::token_authority> tokens = auth::token_authority::make(std::string(32, 'k')).value();
  metrics registry;
  no_actors sys;
  one_stored info;
  std::unique_ptr<server> node;
};

TEST_F(server_test, a_taken_port_is_an_error_that_names_it_and_a_way_out) {
  serve();
  auto second = opts;
  second.listen = node->listening();
  metrics other;
  const auto refused = server::make(second, tokens, system_clock_source(), other);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find(to_string(second.listen)), std::string::npos) << refused.error().detail;
  EXPECT_NE(refused.error().detail.find("port 0"), std::string::npos) << refused.error().detail;
}

TEST_F(server_test, impossible_options_are_named) {
  const auto refused = [&](auto change) {
    auto o = opts;
    change(o);
    metrics other;
    const auto made = server::make(o, tokens, system_clock_source(), other);
    return made ? std::string("made") : made.error().detail;
  };
  EXPECT_NE(refused([](options& o) {
              o.tls = {"/nowhere/cert.pem", "/nowhere/key.pem"};
            }).find("/nowhere/cert.pem"),
            std::string::npos);
  EXPECT_NE(refused([](options& o) { o.tls.certificate = "cert.pem"; }).find("both files"), std::string::npos);
  EXPECT_NE(refused([](options& o) { o.trusted = {"nobody"}; }).find("nobody"), std::string::npos);
  EXPECT_NE(refused([](options& o) { o.forwarded = forwarding::forwarded; }).find("trusted"), std::string::npos);
  EXPECT_NE(refused([](options& o) { o.listen.address = "203.0.113.1"; }).find("203.0.113.1"), std::string::npos);
}

TEST_F(server_test, health_is_for_everybody) {
  serve();
  EXPECT_EQ(call("GET", "/healthz").body, R"({"status":"ok"})");
  EXPECT_EQ(call("GET", "/readyz").status, 200U);
  EXPECT_EQ(call("HEAD", "/healthz").body, "");
  EXPECT_EQ(send(node->admin_listening(), "GET", "/healthz").status, 200U);
}

TEST_F(server_test, wrong_pages_and_methods_are_answered_in_json) {
  serve();
  EXPECT_EQ(call("GET", "/nowhere").status, 404U);
  EXPECT_EQ(call("GET", "/../gateway.hpp").status, 404U);
  EXPECT_EQ(call("DELETE", "/healthz").status, 405U);
  EXPECT_EQ(call("POST", "/healthz").status, 405U);
  EXPECT_EQ(call("GET", "/v1/guest").status, 405U);
  EXPECT_EQ(call("GET", "/v1/ws").status, 426U);
  EXPECT_EQ(call("GET", "/" + std::string(opts.header_bytes_max, 'x')).status, 431U);
  EXPECT_EQ(call("POST", "/v1/guest", std::string(opts.body_bytes_max + 1, 'x')).status, 413U);
  EXPECT_NE(call("GET", "/nowhere").body.find(R"({"error":{"code":107)"), std::string::npos);
}

TEST_F(server_test, guests_get_tokens_that_let_them_in_when_allowed) {
  opts.guests = true;
  serve();
  const auto made = call("POST", "/v1/guest", R"({"name":"Mina"})");
  ASSERT_EQ(made.status, 200U);
  const auto begin = made.body.find("\"token\":\"") + 9;
  const auto given = made.body.substr(begin, made.body.find('"', begin) - begin);
  const auto claims = tokens->verify(given, system_clock_source().wall());
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->name, "Mina");
  EXPECT_EQ(claims->jti.size(), 32U) << "it can be revoked";
  EXPECT_EQ(claims->as, actors::role::fan);
  EXPECT_EQ(claims->user.str().substr(0, 2), "g-");
  EXPECT_EQ(call("GET", "/v1/rooms", {}, given).body, R"({"rooms":[{"room":"lobby","members":0}]})");
  for (const auto* body : {"", "{}", "[]", R"({"name":7})", R"({"name":""})", R"({"name":"a/b"})"}) {
    EXPECT_EQ(call("POST", "/v1/guest", body).status, 400U) << body;
  }
}

TEST_F(server_test, guests_are_off_by_default_and_limited_by_address) {
  serve();
  EXPECT_EQ(call("POST", "/v1/guest", R"({"name":"Mina"})").status, 403U);
  node->stop();
  opts.guests = true;
  opts.loopback_exempt = false;
  opts.guest_rate = {0.001, 1};
  serve();
  EXPECT_EQ(call("POST", "/v1/guest", R"({"name":"Mina"})").status, 200U);
  const auto limited = call("POST", "/v1/guest", R"({"name":"Mina"})");
  EXPECT_EQ(limited.status, 429U);
  EXPECT_NE(limited.body.find("\"retry_ms\":"), std::string::npos);
}

TEST_F(server_test, operators_need_the_role) {
  serve();
  for (const auto* path : {"/metrics", "/v1/admin/actors", "/v1/admin/connections", "/nowhere"}) {
    EXPECT_EQ(send(node->admin_listening(), "GET", path).status, 401U) << path;
    EXPECT_EQ(send(node->admin_listening(), "GET", path, {}, token(actors::role::moderator)).status, 403U) << path;
  }
  EXPECT_EQ(ask_admin("/nowhere").status, 404U);
  EXPECT_EQ(call("GET", "/metrics", {}, token(actors::role::admin)).status, 404U) << "not on the clients' listener";
}

TEST_F(server_test, operators_see_actors_one_actor_and_connections) {
  serve();
  EXPECT_NE(ask_admin("/v1/admin/actors?kind=room").body.find(R"("actor":"room/lobby")"), std::string::npos);
  EXPECT_EQ(ask_admin("/v1/admin/actors?kind=user").body, R"({"total":1,"actors":[]})");
  const auto active = ask_admin("/v1/admin/inspect?actor=room/lobby").body;
  EXPECT_NE(active.find(R"("active":true)"), std::string::npos) << active;
  EXPECT_NE(active.find(R"("epoch":7)"), std::string::npos) << active;
  EXPECT_NE(active.find(R"("state":{"last_offset":"45"})"), std::string::npos) << active;
  const auto stored = ask_admin("/v1/admin/inspect?actor=room%2Fasleep").body;
  EXPECT_NE(stored.find(R"("active":false)"), std::string::npos) << stored;
  EXPECT_NE(stored.find(R"("state":{"last_offset":"9"})"), std::string::npos) << stored;
  EXPECT_EQ(ask_admin("/v1/admin/inspect?actor=room/nobody").status, 404U);
  for (const auto* bad : {"", "?actor=", "?actor=room", "?actor=/x", "?actor=room/", "?actor=%zz"}) {
    EXPECT_EQ(ask_admin("/v1/admin/inspect" + std::string(bad)).status, 400U) << bad;
  }
  EXPECT_EQ(ask_admin("/v1/admin/connections").body, R"({"total":0,"connections":[]})");
}

TEST_F(server_test, metrics_are_in_prometheus_text) {
  serve();
  call("GET", "/healthz");
  const auto text = ask_admin("/metrics");
  EXPECT_EQ(text.content_type.substr(0, 10), "text/plain");
  EXPECT_NE(text.body.find("# TYPE lightstick_gateway_http_answers_total counter"), std::string::npos);
  EXPECT_NE(text.body.find(R"(lightstick_gateway_http_answers_total{status="200"} )"), std::string::npos);
  EXPECT_NE(text.body.find(R"(lightstick_gateway_walk_seconds_bucket{le="+Inf"} 0)"), std::string::npos);
}

TEST_F(server_test, a_node_whose_disk_hangs_is_alive_and_not_ready_and_says_why_on_both_listeners) {
  serve();
  info.hangs = true;
  for (const auto& at : {node->listening(), node->admin_listening()}) {
    EXPECT_EQ(send(at, "GET", "/healthz").status, 200U);
    const auto said = send(at, "GET", "/readyz");
    EXPECT_EQ(said.status, 503U);
    EXPECT_EQ(said.body, R"({"status":"stuck","why":"a commit has waited for the disk for 17 s"})");
  }
  info.hangs = false;
  EXPECT_EQ(call("GET", "/readyz").status, 200U);
}

TEST_F(server_test, a_commit_or_a_read_that_hangs_is_something_for_the_doctor) {
  serve();
  for (const std::string work : {"commit", "read"}) {
    auto& age = registry.make_gauge("lightstick_storage_" + work + "_under_way_seconds", "");
    age.set(1);
    EXPECT_EQ(ask_admin("/v1/admin/doctor").body, R"({"healthy":true,"findings":[]})");
    age.set(17);
    const auto told = ask_admin("/v1/admin/doctor").body;
    EXPECT_NE(told.find(R"("healthy":false)"), std::string::npos) << told;
    EXPECT_NE(told.find("has waited for the disk for 17 s, for one " + work), std::string::npos) << told;
    age.set(0);
  }
}

TEST_F(server_test, a_draining_node_is_not_ready_and_lets_nobody_in) {
  serve();
  const auto was = node->listening();
  node->drain(2s);
  EXPECT_EQ(send(node->admin_listening(), "GET", "/readyz").status, 503U);
  const auto late = call_http({"GET", "http://" + to_string(was) + "/healthz", {}, {}, 2s, 1'000});
  EXPECT_FALSE(late);
  node->stop();
  node->stop();
}

TEST(http_client_test, says_what_is_wrong) {
  for (const auto* url :
       {"", "127.0.0.1:80", "ftp://127.0.0.1", "https://", "http://a@b/", "http://a b/", "http://", "http:///path"}) {
    const auto reply = call_http({"GET", url, {}, {}, 1s, 1'000});
    ASSERT_FALSE(reply) << url;
    EXPECT_TRUE(reply.error().is(condition::invalid)) << url;
  }
  const auto nobody = call_http({"GET", "http://127.0.0.1:1/", {}, {}, 5s, 1'000});
  ASSERT_FALSE(nobody);
  EXPECT_TRUE(nobody.error().is(condition::retryable));
  EXPECT_NE(nobody.error().detail.find("127.0.0.1:1"), std::string::npos);
}

}  // namespace
}  // namespace lightstick::gateway
