#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "binary.hpp"
#include "gateway/auth/tokens.hpp"
#include "runtime/base/clock.hpp"
#include "tools/config/option.hpp"

namespace lightstick::tools {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

const std::string secret = "0123456789abcdef0123456789abcdef";

class command_line_of_binary : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    std::ofstream(file("secret")) << secret << "\n";
    ::chmod(file("secret").c_str(), 0600);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) / ("cli_" + std::to_string(::getpid()));
};

TEST_F(command_line_of_binary, version_says_what_it_is_made_of) {
  auto ran = run_binary({"version"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, StartsWith("lightstick 0."));
  for (const auto* part : {"compiler", "rocksdb", "caf_core", "boost"}) EXPECT_THAT(ran.out, HasSubstr(part));
  EXPECT_THAT(ran.err, IsEmpty());
}

TEST_F(command_line_of_binary, without_a_subcommand_prints_help_and_ends_with_2) {
  auto ran = run_binary({});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_THAT(ran.err, AllOf(HasSubstr("Usage: lightstick"), HasSubstr("version")));
  EXPECT_EQ(run_binary({"admin"}).code, 2);
}

TEST_F(command_line_of_binary, help_goes_to_standard_output_and_ends_with_0) {
  for (std::vector<std::string> arguments :
       {std::vector<std::string>{"--help"}, {"node", "-h"}, {"token", "--help"}, {"admin", "inspect", "--help"}}) {
    auto ran = run_binary(arguments);
    EXPECT_EQ(ran.code, 0);
    EXPECT_THAT(ran.out, HasSubstr("Usage: lightstick"));
    EXPECT_THAT(ran.err, IsEmpty());
  }
}

TEST_F(command_line_of_binary, help_all_of_node_has_every_option) {
  auto ran = run_binary({"node", "--help-all"});
  EXPECT_EQ(ran.code, 0);
  for (const auto& o : config::options())
    EXPECT_THAT(ran.out, HasSubstr(o.flag() + (o.placeholder.empty() ? "" : " ")));
}

TEST_F(command_line_of_binary, a_slip_of_the_finger_is_answered_with_the_nearest_word) {
  auto option = run_binary({"node", "--lisen", "127.0.0.1:0"});
  EXPECT_EQ(option.code, 2);
  EXPECT_THAT(option.err, HasSubstr("unknown option --lisen; did you mean --listen?"));
  auto subcommand = run_binary({"nod", "--data", "x"});
  EXPECT_EQ(subcommand.code, 2);
  EXPECT_THAT(subcommand.err, HasSubstr("unknown subcommand \"nod\"; did you mean node?"));
  EXPECT_THAT(run_binary({"--data", "x", "node"}).err,
              HasSubstr("--data is an option of node and has to stand after it"));
  EXPECT_THAT(run_binary({"admin", "actor"}).err, HasSubstr("did you mean actors?"));
  EXPECT_EQ(run_binary({"version", "please"}).code, 2);
}

TEST_F(command_line_of_binary, wrong_usage_ends_with_2_and_one_line_for_each_problem) {
  EXPECT_EQ(run_binary({"node", "--listen"}).code, 2);
  auto lacking = run_binary({"node"});
  EXPECT_EQ(lacking.code, 2);
  EXPECT_THAT(lacking.err,
              AllOf(HasSubstr("--data FOLDER is missing"), HasSubstr("--auth-secret-file FILE is missing")));
  auto wrong = run_binary({"node", "--limits-connections", "many"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_EQ(wrong.err, "lightstick: --limits-connections: must be a number from 1 to 1000000, not \"many\"\n");
}

TEST_F(command_line_of_binary, a_wrong_file_ends_with_2_and_names_the_line) {
  std::ofstream(file("node.toml")) << "guests = true\n[limits]\nconections = 5\n";
  auto ran = run_binary({"node", "--config", file("node.toml")});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "lightstick: " + file("node.toml") +
                         ":3: limits.conections: no such option; did you mean limits.connections?\n");
  std::ofstream(file("secret.toml")) << "guests = true\n[auth]\nsecret_file = \"nowhere\"\n";
  auto no_secret = run_binary({"node", "--config", file("secret.toml"), "--data", file("data")});
  EXPECT_EQ(no_secret.code, 2);
  EXPECT_THAT(no_secret.err, HasSubstr("secret.toml:3: auth.secret_file: secret file 'nowhere' does not exist"));
  std::ofstream(file("tls.toml")) << "[tls]\ncertificate = \"/tmp\"\nprivate_key = \"nowhere\"\n";
  auto no_certificate =
      run_binary({"node", "--config", file("tls.toml"), "--data", file("data"), "--auth-secret-file", file("secret")});
  EXPECT_EQ(no_certificate.code, 2);
  EXPECT_THAT(no_certificate.err,
              AllOf(HasSubstr("tls.toml:2: tls.certificate: /tmp cannot be read: it is a folder"),
                    HasSubstr("tls.toml:3: tls.private_key: nowhere cannot be read: No such file")));
  auto from_environment = run_binary({"node"}, {"LIGHTSTICK_CONFIG=" + file("node.toml")});
  EXPECT_EQ(from_environment.err, ran.err);
}

TEST_F(command_line_of_binary, print_config_shows_file_and_flags_in_effect) {
  std::ofstream(file("node.toml")) << "guests = true\n[limits]\nconnections = 5\ndepth = 4\n";
  auto ran = run_binary({"node", "--config", file("node.toml"), "--limits-connections", "6", "--guests=false",
                         "--web-rooms", "lobby,aurora", "--web-rooms", "backstage", "--print-config"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("\nconnections = 6\n"), HasSubstr("\ndepth = 4\n"), HasSubstr("\nguests = false\n"),
                    HasSubstr("\nrooms = [\"lobby\", \"aurora\", \"backstage\"]\n")));
}

TEST_F(command_line_of_binary, node_without_its_secret_ends_with_2_and_says_how_to_make_one) {
  std::ofstream(file("short")) << "short\n";
  for (const auto* name : {"none", "short"}) {
    auto ran = run_binary({"node", "--data", file("data"), "--auth-secret-file", file(name), "--listen", "127.0.0.1:0",
                           "--admin-listen", "127.0.0.1:0"});
    EXPECT_EQ(ran.code, 2) << name;
    EXPECT_THAT(ran.err, AllOf(HasSubstr(file(name)), HasSubstr("make one"))) << name;
    EXPECT_THAT(ran.out, IsEmpty());
  }
}

TEST_F(command_line_of_binary, token_prints_the_token_alone) {
  auto ran = run_binary({"token", "--secret-file", file("secret"), "--user", "17", "--name", "Mina", "--role", "artist",
                         "--ttl", "2h", "--room", "aurora", "--room", "lobby"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, MatchesRegex("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\n"));
  EXPECT_THAT(ran.err, IsEmpty());
  ran.out.pop_back();
  auto authority = gateway::auth::token_authority::make(secret);
  ASSERT_TRUE(authority);
  auto now = system_clock_source().wall();
  auto claims = (*authority)->verify(ran.out, now);
  ASSERT_TRUE(claims) << claims.error().to_string();
  EXPECT_EQ(claims->user, user_id{"17"});
  EXPECT_EQ(claims->name, "Mina");
  EXPECT_EQ(claims->as, actors::role::artist);
  EXPECT_THAT(claims->rooms, ElementsAre("aurora", "lobby"));
  EXPECT_NEAR(static_cast<double>(claims->expires_ms - now.value), 7'200'000, 60'000);
}

TEST_F(command_line_of_binary, token_for_nodes_with_audience_and_issuer_says_both) {
  auto ran =
      run_binary({"token", "--secret-file", file("secret"), "--user", "17", "--audience", "fans", "--issuer", "us"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  ran.out.pop_back();
  auto now = system_clock_source().wall();
  EXPECT_TRUE((*gateway::auth::token_authority::make(secret, {"fans", "us"}))->verify(ran.out, now));
  EXPECT_FALSE((*gateway::auth::token_authority::make(secret, {"fans", "them"}))->verify(ran.out, now));
}

TEST_F(command_line_of_binary, token_refuses_what_cannot_be) {
  const std::vector<std::string> right{"token", "--secret-file", file("secret"), "--user", "17"};
  auto with = [&](std::vector<std::string> more) {
    auto all = right;
    all.insert(all.end(), more.begin(), more.end());
    return run_binary(all);
  };
  EXPECT_EQ(with({}).code, 0);
  for (const auto& more : std::vector<std::vector<std::string>>{{"--role", "king"},
                                                                {"--ttl", "1"},
                                                                {"--ttl", "0s"},
                                                                {"--ttl", "4000d"},
                                                                {"--room", "a/b"},
                                                                {"--name", "\x01"},
                                                                {"--user", std::string(129, 'x')}}) {
    auto ran = with(more);
    EXPECT_EQ(ran.code, 2) << more.front() << " " << more.back();
    EXPECT_THAT(ran.out, IsEmpty());
    EXPECT_THAT(ran.err, StartsWith("lightstick: "));
  }
  EXPECT_EQ(run_binary({"token", "--user", "17"}).code, 2);
  EXPECT_EQ(run_binary({"token", "--secret-file", file("none"), "--user", "17"}).code, 2);
}

TEST_F(command_line_of_binary, admin_ends_with_2_for_wrong_options_and_1_when_nobody_answers) {
  std::ofstream(file("token")) << "a.b.c\n";
  std::ofstream(file("empty")) << "\n";
  EXPECT_EQ(run_binary({"admin", "actors"}).code, 2);
  EXPECT_EQ(run_binary({"admin", "--node", "http://127.0.0.1:1", "actors"}).code, 2);
  EXPECT_EQ(run_binary({"admin", "--node", "http://127.0.0.1:1", "--token-file", file("empty"), "actors"}).code, 2);
  EXPECT_EQ(
      run_binary({"admin", "--node", "http://127.0.0.1:1", "--token-file", file("token"), "inspect", "lobby"}).code, 2);
  EXPECT_EQ(run_binary({"admin", "actors", "--limit", "0"}).code, 2);
  auto nobody =
      run_binary({"admin", "actors"}, {"LIGHTSTICK_NODE=http://127.0.0.1:1", "LIGHTSTICK_TOKEN_FILE=" + file("token")});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_THAT(nobody.err, HasSubstr("is the node running"));
}

}  // namespace
}  // namespace lightstick::tools
