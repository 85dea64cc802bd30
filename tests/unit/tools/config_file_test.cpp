#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tools/config/load.hpp"

namespace lightstick::tools::config {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

problems problems_of(std::string_view toml, std::vector<argument> arguments = {}) {
  auto loaded = load_text(toml, "node.toml", arguments);
  return loaded ? problems{} : loaded.error();
}

TEST(config_file, sets_values_of_every_form) {
  auto loaded = load_text(R"(
data = "/srv/lightstick"
guests = true
[limits]
connections = 100
outbound_bytes = "2MiB"
header_bytes = 4096
[timeouts]
ping_after = "10s"
[rates]
publish_fan = "1/s burst 2"
[web]
rooms = ["lobby", "aurora"]
[proxy]
forwarding = "proxy_protocol"
trusted = ["10.0.0.0/8"]
[log]
gateway = "debug"
)",
                          "node.toml", {});
  ASSERT_TRUE(loaded) << loaded.error().front();
  const auto& c = loaded->values;
  EXPECT_EQ(c.data, "/srv/lightstick");
  EXPECT_TRUE(c.gateway.guests);
  EXPECT_EQ(c.gateway.connections_max, 100U);
  EXPECT_EQ(c.gateway.outbound_bytes_max, 2'097'152U);
  EXPECT_EQ(c.gateway.header_bytes_max, 4'096U);
  EXPECT_EQ(c.gateway.ping_after, 10s);
  EXPECT_EQ(c.gateway.session.publish_rate[0], (rate_limit{1, 2}));
  EXPECT_THAT(c.gateway.rooms, ElementsAre("lobby", "aurora"));
  EXPECT_EQ(c.gateway.forwarded, gateway::forwarding::proxy_protocol);
  EXPECT_EQ(c.log_levels.at(static_cast<std::size_t>(log::area::gateway)), log::level::debug);
  EXPECT_EQ(loaded->place_of("limits.connections"), "node.toml:5: limits.connections");
}

TEST(config_file, may_be_empty_or_use_inline_tables) {
  EXPECT_THAT(problems_of(""), IsEmpty());
  EXPECT_THAT(problems_of("limits = { connections = 5 }"), IsEmpty());
  EXPECT_THAT(problems_of("limits.connections = 5"), IsEmpty());
}

TEST(config_file, names_the_line_of_an_unknown_key_and_the_nearest_known_one) {
  EXPECT_THAT(problems_of("\n[limits]\n\nconections = 5\n"),
              ElementsAre("node.toml:4: limits.conections: no such option; did you mean limits.connections?"));
  EXPECT_THAT(problems_of("lissten = \"x\"\n"),
              ElementsAre("node.toml:1: lissten: no such option; did you mean listen?"));
  EXPECT_THAT(problems_of("connections = 5"),
              ElementsAre("node.toml:1: connections: no such option; did you mean limits.connections?"));
  EXPECT_THAT(problems_of("zzzzzz = 5"),
              ElementsAre("node.toml:1: zzzzzz: no such option; all of them: lightstick node --print-config"));
}

TEST(config_file, names_the_line_of_an_unknown_section) {
  EXPECT_THAT(problems_of("guests = true\n[limit]\nconnections = 5"),
              ElementsAre("node.toml:2: limit: no such section; did you mean limits?"));
  EXPECT_THAT(problems_of("[limits.more]\nx = 1"),
              ElementsAre(StartsWith("node.toml:1: limits.more: no such section")));
  EXPECT_THAT(problems_of("limits = 5"), ElementsAre("node.toml:1: limits: is a section: write [limits] on a line of "
                                                     "its own, and its keys below"));
  EXPECT_THAT(problems_of("[[limits]]\nconnections = 5"), SizeIs(1));
}

TEST(config_file, refuses_values_of_another_type_and_says_what_is_allowed) {
  EXPECT_THAT(problems_of("[limits]\nconnections = \"many\""),
              ElementsAre("node.toml:2: limits.connections: must be a number from 1 to 1000000, not \"many\""));
  EXPECT_THAT(problems_of("[limits]\nconnections = 5.5"), ElementsAre(HasSubstr("not 5.5")));
  EXPECT_THAT(problems_of("guests = 1"), ElementsAre("node.toml:1: guests: must be true or false, not 1"));
  EXPECT_THAT(problems_of("data = 5"), ElementsAre("node.toml:1: data: must be the name of a folder, not 5"));
  EXPECT_THAT(problems_of("[timeouts]\nidle = 60"),
              ElementsAre("node.toml:2: timeouts.idle: must be a duration from 100ms to 1h, not 60"));
  EXPECT_THAT(problems_of("[web]\nrooms = \"lobby\""), ElementsAre(HasSubstr("must be a list of")));
  EXPECT_THAT(problems_of("[web]\nrooms = [\"lobby\", 5]"), ElementsAre(HasSubstr("must be a list of")));
  EXPECT_THAT(problems_of("[listen]\nport = 1"), ElementsAre(HasSubstr("not a table")));
}

TEST(config_file, refuses_values_out_of_range) {
  EXPECT_THAT(problems_of("[limits]\nconnections = 0"),
              ElementsAre("node.toml:2: limits.connections: must be a number from 1 to 1000000, not \"0\""));
  EXPECT_THAT(problems_of("[limits]\nconnections = -5"), SizeIs(1));
  EXPECT_THAT(problems_of("[limits]\nconnections = 9223372036854775807"), SizeIs(1));
  EXPECT_THAT(problems_of("[limits]\nconnections = 4294967297"), SizeIs(1)) << "does not wrap around to 1";
  EXPECT_THAT(problems_of("[limits]\nframe_bytes = \"64KB\""), ElementsAre(AllOf(HasSubstr("64KB"), HasSubstr("KiB"))));
  EXPECT_THAT(problems_of("[limits]\nframe_bytes = \"1GiB\""), ElementsAre(HasSubstr("a size from 1KiB to 1MiB")));
  EXPECT_THAT(problems_of("[timeouts]\nidle = \"2h\""), ElementsAre(HasSubstr("a duration from 100ms to 1h")));
  EXPECT_THAT(problems_of("[auth]\nguest_ttl = \"90500ms\""), ElementsAre(HasSubstr("whole seconds")));
  EXPECT_THAT(problems_of("listen = \"8080\""), ElementsAre(HasSubstr("127.0.0.1:8080")));
  EXPECT_THAT(problems_of("listen = \"127.0.0.1:99999\""), SizeIs(1));
  EXPECT_THAT(problems_of("[proxy]\nforwarding = \"magic\""),
              ElementsAre(HasSubstr("one of none, proxy_protocol, forwarded, x_forwarded_for, not \"magic\"")));
  EXPECT_THAT(problems_of("[proxy]\ntrusted = [\"10.0.0.0/33\"]\nforwarding = \"proxy_protocol\""), SizeIs(1));
  EXPECT_THAT(problems_of("[web]\norigins = [\"fans.example\"]"), SizeIs(1));
  EXPECT_THAT(problems_of("[web]\nrooms = [\"a/b\"]"), SizeIs(1));
}

TEST(config_file, tells_all_problems_in_the_order_of_the_file) {
  EXPECT_THAT(problems_of("listen = \"x\"\nnonsense_here = 2\n[limits]\ndepth = 1\n"),
              ElementsAre(StartsWith("node.toml:1:"), StartsWith("node.toml:2:"), StartsWith("node.toml:4:")));
}

TEST(config_file, names_the_line_of_what_is_no_toml) {
  EXPECT_THAT(problems_of("guests = true\nlisten = 127.0.0.1:80\n"), ElementsAre(StartsWith("node.toml:2: ")));
  EXPECT_THAT(problems_of("guests = true\nguests = false\n"), ElementsAre(StartsWith("node.toml:2: ")));
  EXPECT_THAT(problems_of("data = \"\xff\"\n"), ElementsAre(StartsWith("node.toml:1: ")));
  EXPECT_THAT(problems_of("[limits\n"), ElementsAre(StartsWith("node.toml:1: ")));
}

TEST(config_file, refuses_impossible_combinations_where_they_were_written) {
  EXPECT_THAT(problems_of("[tls]\ncertificate = \"a.pem\""),
              ElementsAre("node.toml:2: tls.certificate: needs tls.private_key as well"));
  EXPECT_THAT(problems_of("[tls]\nprivate_key = \"a.pem\""), ElementsAre(StartsWith("node.toml:2: tls.private_key")));
  EXPECT_THAT(problems_of("[proxy]\nforwarding = \"forwarded\""),
              ElementsAre(StartsWith("node.toml:2: proxy.forwarding: needs proxy.trusted")));
  EXPECT_THAT(problems_of("[proxy]\ntrusted = [\"10.0.0.1\"]"), ElementsAre(StartsWith("node.toml:2: proxy.trusted")));
  EXPECT_THAT(problems_of("listen = \"127.0.0.1:8081\""), ElementsAre(StartsWith("node.toml:1: listen")));
  EXPECT_THAT(problems_of("admin_listen = \"0.0.0.0:8080\""), ElementsAre(StartsWith("node.toml:1: admin_listen")));
  EXPECT_THAT(problems_of("listen = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\""), IsEmpty());
  EXPECT_THAT(problems_of("[limits]\nframe_bytes = \"2KiB\""),
              ElementsAre(StartsWith("node.toml:2: limits.frame_bytes")));
  EXPECT_THAT(problems_of("[limits]\noutbound_bytes = \"64KiB\""),
              ElementsAre(StartsWith("node.toml:2: limits.outbound_bytes")));
}

TEST(command_line, wins_over_the_file) {
  auto loaded = load_text("[limits]\nconnections = 5\ndepth = 4\n", "node.toml",
                          std::vector<argument>{{"limits.connections", {"6"}}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->values.gateway.connections_max, 6U);
  EXPECT_EQ(loaded->values.gateway.frame.depth, 4U);
  EXPECT_EQ(loaded->place_of("limits.connections"), "--limits-connections");
  EXPECT_EQ(loaded->place_of("limits.depth"), "node.toml:3: limits.depth");
}

TEST(config_file, hooks_need_a_url_and_a_secret_that_signs) {
  for (const std::string which : {"before", "after"}) {
    EXPECT_THAT(problems_of("[hooks]\n" + which + " = \"https://desk.example/x\"\n"),
                ElementsAre(StartsWith("node.toml:2: hooks." + which + ": needs hooks.secret_file")));
    EXPECT_THAT(problems_of("[hooks]\n" + which + " = \"http://desk.example/x\"\nsecret_file = \"s\"\n"), IsEmpty());
    for (const auto* bad : {"desk.example", "https://", "ftp://a", "http://a b/"}) {
      EXPECT_THAT(problems_of("", {{"hooks." + which, {bad}}}),
                  ElementsAre(StartsWith("--hooks-" + which + ": must be ")))
          << bad;
    }
  }
}

TEST(config_file, a_provider_needs_its_keys_its_client_and_an_audience) {
  const std::string whole =
      "[auth]\njwks = \"https://login.example/jwks\"\naudience = \"page\"\n[web]\nlogin_client = \"page\"\n"
      "login_issuer = \"https://login.example\"\n";
  EXPECT_THAT(problems_of(whole), IsEmpty());
  const auto without = [&](const std::string& part) {
    auto text = whole;
    text.erase(text.find(part), part.size());
    return problems_of(text);
  };
  EXPECT_THAT(without("jwks = \"https://login.example/jwks\"\n"),
              ElementsAre(StartsWith("node.toml:5: web.login_issuer: needs auth.jwks")));
  EXPECT_THAT(without("audience = \"page\"\n"),
              ElementsAre(StartsWith("node.toml:5: web.login_issuer: needs auth.audience")));
  EXPECT_THAT(without("login_issuer = \"https://login.example\"\n"),
              ElementsAre(StartsWith("node.toml:5: web.login_client: has no effect")));
  EXPECT_THAT(problems_of(whole + "login_scope = \"profile\"\n"),
              ElementsAre(StartsWith("node.toml:7: web.login_scope")));
  for (const auto* bad : {"login.example", "https://", "https://a;script-src", "https://a/?x", "ftp://a"}) {
    EXPECT_THAT(problems_of("", {{"web.login_issuer", {bad}}}), ElementsAre(StartsWith("--web-login-issuer: must be ")))
        << bad;
  }
  EXPECT_THAT(problems_of("", {{"web.origins", {"https://a;script-src"}}}), ElementsAre(StartsWith("--web-origins: ")));
}

TEST(config_file, a_ca_is_of_use_for_https_only) {
  EXPECT_THAT(problems_of("[auth]\njwks = \"keys.json\"\njwks_ca = \"ca.pem\"\n"),
              ElementsAre(StartsWith("node.toml:3: auth.jwks_ca: has no effect")));
  EXPECT_THAT(problems_of("[auth]\njwks_interval = \"1h\"\n"),
              ElementsAre(StartsWith("node.toml:2: auth.jwks_interval")));
  EXPECT_THAT(problems_of("[auth]\njwks = \"ftp://a/b\"\n"),
              ElementsAre(StartsWith("node.toml:2: auth.jwks: must be ")));
}

TEST(command_line, is_checked_as_the_file_is) {
  EXPECT_THAT(problems_of("", {{"limits.connections", {"many"}}}),
              ElementsAre("--limits-connections: must be a number from 1 to 1000000, not \"many\""));
  EXPECT_THAT(problems_of("", {{"tls.certificate", {"a.pem"}}}),
              ElementsAre("--tls-certificate: needs tls.private_key as well"));
  EXPECT_THAT(problems_of("[tls]\nprivate_key = \"k.pem\"", {{"tls.certificate", {"a.pem"}}}), IsEmpty());
}

TEST(required_options, are_asked_for_by_flag_and_key) {
  auto loaded = load({}, {});
  ASSERT_TRUE(loaded);
  EXPECT_THAT(missing(*loaded),
              ElementsAre(AllOf(StartsWith("--data FOLDER is missing"), HasSubstr("data = ")),
                          AllOf(StartsWith("--auth-secret-file FILE is missing"), HasSubstr("[auth] secret_file = "))));
  auto given = load({}, std::vector<argument>{{"data", {"d"}}, {"auth.secret_file", {"s"}}});
  ASSERT_TRUE(given);
  EXPECT_THAT(missing(*given), IsEmpty());
}

class config_file_on_disk : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) / ("config_" + std::to_string(::getpid()));
};

TEST_F(config_file_on_disk, is_read) {
  auto file = (folder_ / "node.toml").string();
  std::ofstream(file) << "guests = true\n";
  auto loaded = load(file, {});
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->values.gateway.guests);
}

TEST_F(config_file_on_disk, that_cannot_be_read_is_named) {
  auto none = load((folder_ / "none.toml").string(), {});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error(), ElementsAre(AllOf(HasSubstr("none.toml: cannot be read"), HasSubstr("No such file"))));
  auto is_folder = load(folder_.string(), {});
  ASSERT_FALSE(is_folder);
  EXPECT_THAT(is_folder.error(), ElementsAre(HasSubstr("is a folder")));
}

TEST_F(config_file_on_disk, of_endless_size_is_refused) {
  auto file = (folder_ / "large.toml").string();
  std::ofstream(file) << std::string(file_bytes_max + 1, '#');
  auto loaded = load(file, {});
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(), ElementsAre(HasSubstr("larger than 1MiB")));
}

}  // namespace
}  // namespace lightstick::tools::config
