#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using testing::HasSubstr;

class admin : public node_test {
 protected:
  run_result command(std::vector<std::string> words, const std::string& role = "admin") {
    write_file(the_node().folder() / "token", the_node().token("operator", role) + "\n");
    words.insert(words.begin(),
                 {"admin", "--node", the_node().admin_url(), "--token-file", (the_node().folder() / "token").string()});
    return run(lightstick_binary(), words);
  }
  value command_json(std::vector<std::string> words) {
    words.insert(words.begin(), "--json");
    const auto result = command(std::move(words));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return decode(encoding::json, result.out.substr(0, result.out.find_last_not_of('\n') + 1));
  }
};

TEST_F(admin, without_a_token_it_is_401_and_without_the_role_403) {
  const auto port = the_node().admin_port();
  for (const auto* path :
       {"/metrics", "/v1/admin/actors", "/v1/admin/connections", "/v1/admin/inspect?actor=room/lobby"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(http_get(port, path).status, 401);
    EXPECT_EQ(http_get(port, path, {{"Authorization", "Bearer nonsense"}}).status, 401);
    EXPECT_EQ(http_get(port, path, {{"Authorization", "Bearer " + the_node().token("mina", "moderator")}}).status, 403);
  }
}

TEST_F(admin, the_clients_listener_has_none_of_it) {
  for (const auto* path : {"/metrics", "/v1/admin/actors", "/v1/admin/connections"}) {
    EXPECT_EQ(http_get(the_node().port(), path, the_node().admin_headers()).status, 404) << path;
  }
}

TEST_F(admin, metrics_are_prometheus_text) {
  auto mina = the_node().enter(encoding::json, "mina");
  mina.join("aurora");
  mina.publish("aurora", "hi");
  const auto answer = the_node().admin_get("/metrics");
  ASSERT_EQ(answer.status, 200);
  EXPECT_THAT(answer.header("content-type"), HasSubstr("text/plain"));
  std::istringstream lines(answer.body);
  std::set<std::string> declared;
  std::set<std::string> series;
  std::size_t samples = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string first;
    std::string second;
    std::string name;
    words >> first >> second >> name;
    if (first == "#") {
      ASSERT_TRUE(second == "HELP" || second == "TYPE") << line;
      if (second == "TYPE") {
        EXPECT_TRUE(declared.insert(name).second) << "declared twice: " << line;
      }
      continue;
    }
    if (line.empty()) {
      continue;
    }
    ++samples;
    const auto blank = line.rfind(' ');
    ASSERT_NE(blank, std::string::npos) << line;
    EXPECT_TRUE(series.insert(line.substr(0, blank)).second) << "twice: " << line;
    EXPECT_NO_THROW(static_cast<void>(std::stod(line.substr(blank + 1)))) << line;
    auto family = line.substr(0, line.find_first_of("{ "));
    EXPECT_TRUE(family.starts_with("lightstick_")) << line;
    for (const std::string suffix : {"_bucket", "_sum", "_count"}) {
      if (!declared.contains(family) && family.ends_with(suffix)) {
        family.resize(family.size() - suffix.size());
      }
    }
    EXPECT_TRUE(declared.contains(family)) << line;
  }
  EXPECT_GT(samples, 20U);
  EXPECT_EQ(the_node().metric("lightstick_gateway_clients_open"), 1);
}

TEST_F(admin, inspect_shows_a_rooms_state_mailbox_offsets_and_epoch) {
  auto mina = the_node().enter(encoding::json, "mina");
  mina.join("lobby");
  for (int i = 0; i < 3; ++i) {
    mina.publish("lobby", "hi");
  }
  const auto table = command({"inspect", "room/lobby"});
  ASSERT_EQ(table.exit_code, 0) << table.err;
  for (const auto* word : {"room/lobby", "mailbox", "epoch", "journal"}) {
    EXPECT_THAT(table.out, HasSubstr(word));
  }
  const auto shown = command_json({"inspect", "room/lobby"});
  EXPECT_EQ(shown["actor"].text(), "room/lobby");
  EXPECT_EQ(shown["phase"].text(), "active");
  EXPECT_EQ(shown["mailbox"], value(0));
  EXPECT_GE(shown["epoch"].number(), 1U);
  EXPECT_GE(shown["journal_at"].number(), 3U);
  EXPECT_EQ(shown["state"]["committed_offset"].text(), "3");
}

TEST_F(admin, inspect_shows_a_room_that_sleeps) {
  auto mina = the_node().enter(encoding::json, "mina");
  mina.join("aurora");
  mina.publish("aurora", "hi");
  the_node().restart();
  const auto shown = command_json({"inspect", "room/aurora"});
  EXPECT_EQ(shown["actor"].text(), "room/aurora");
  EXPECT_FALSE(shown["active"].flag());
}

TEST_F(admin, inspect_says_so_when_there_is_no_such_actor) {
  const auto result = command({"inspect", "room/nowhere"});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("room/nowhere"));
}

TEST_F(admin, actors_and_connections_are_listed) {
  auto mina = the_node().enter(encoding::json, "mina");
  auto jun = the_node().enter(encoding::msgpack, "jun");
  mina.join("aurora");
  const auto actors = command({"actors"});
  ASSERT_EQ(actors.exit_code, 0) << actors.err;
  for (const auto* id : {"room/aurora", "user/mina", "user/jun", "session/"}) {
    EXPECT_THAT(actors.out, HasSubstr(id));
  }
  const auto connections = command({"connections"});
  ASSERT_EQ(connections.exit_code, 0) << connections.err;
  for (const auto* word : {"mina", "jun", "127.0.0.1"}) {
    EXPECT_THAT(connections.out, HasSubstr(word));
  }
  const auto listed = encode(encoding::json, command_json({"connections"}));
  EXPECT_THAT(listed, HasSubstr("\"mina\""));
  EXPECT_THAT(listed, HasSubstr("\"jun\""));
}

TEST_F(admin, the_command_line_says_why_it_failed) {
  EXPECT_NE(command({"actors"}, "fan").exit_code, 0);
  const auto nobody = run(lightstick_binary(), {"admin", "--node", "http://127.0.0.1:" + std::to_string(free_port()),
                                                "--token-file", (the_node().folder() / "token").string(), "actors"});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_FALSE(nobody.err.empty());
}

TEST_F(admin, health_and_readiness_are_for_everybody) {
  EXPECT_EQ(http_get(the_node().port(), "/healthz").status, 200);
  EXPECT_EQ(http_get(the_node().port(), "/readyz").status, 200);
  EXPECT_EQ(http_get(the_node().admin_port(), "/healthz").status, 200);
  EXPECT_EQ(http_get(the_node().admin_port(), "/readyz").status, 200);
  EXPECT_EQ(http_get(the_node().port(), "/nothing/here").status, 404);
  EXPECT_EQ(http({.port = the_node().port()}, {.method = "DELETE", .path = "/healthz"}).status, 405);
}

TEST_F(admin, the_page_is_served_with_a_policy_that_runs_no_strangers_script) {
  const auto page = http_get(the_node().port(), "/");
  ASSERT_EQ(page.status, 200);
  EXPECT_THAT(page.header("content-type"), HasSubstr("text/html"));
  EXPECT_THAT(page.header("content-security-policy"), HasSubstr("default-src"));
  EXPECT_EQ(page.header("content-security-policy").find("unsafe-inline"), std::string::npos);
  EXPECT_EQ(page.header("x-content-type-options"), "nosniff");
  for (const auto* path : {"/../secret", "/%2e%2e/secret", "//etc/passwd", "/client/../../x"}) {
    EXPECT_NE(http_get(the_node().port(), path).status, 200) << path;
  }
}

}  // namespace
}  // namespace lightstick::test
