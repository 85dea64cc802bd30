// The node as a program: its command line, its end, its configuration file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class graceful_stop : public encoded_test {};
LIGHTSTICK_BOTH_ENCODINGS(graceful_stop);

TEST_P(graceful_stop, clients_are_told_to_move_and_then_closed_with_4200) {
  auto mina = enter("mina", "admin");
  const auto hist = mina.join("aurora")["hist"];
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 100; ++i) {
    ids.push_back(mina.send({{"op", "pub"}, {"room", "aurora"}, {"text", "m" + std::to_string(i)}}));
  }
  const auto first = mina.answer(ids.front());
  the_node().process().signal(SIGTERM);
  const auto move = mina.push("move");
  EXPECT_TRUE(move["after_ms"].is_number());
  EXPECT_TRUE(move["jitter_ms"].is_number());
  EXPECT_EQ(mina.closed(), 4200);
  const auto end = the_node().process().wait();
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.signal, 0);

  // What was acknowledged before the end is there after it.
  std::uint64_t committed = 0;
  for (const auto id : ids) {
    const auto answer = id == ids.front() ? std::optional(first) : mina.answer_if_there(id);
    if (answer && answer->has("ok")) {
      committed = std::max(committed, (*answer)["ok"]["off"].number());
    }
  }
  the_node().start();
  auto again = enter("mina", "admin");
  const auto joined = again.join("aurora");
  EXPECT_EQ(joined["hist"], hist);
  EXPECT_GE(joined["off"].number(), committed);
}

TEST_P(graceful_stop, it_does_not_wait_for_those_who_do_not_go) {
  start_node({"--timeouts-drain", "500ms"});
  auto options = the_node().to(encoded());
  options.dial.receive_buffer_bytes = 4'096;
  ws_client deaf(options);
  deaf.auth(the_node().token("deaf"));
  deaf.join("aurora");
  const stream half({.port = the_node().port()});
  EXPECT_EQ(the_node().terminate().exit_code, 0);
}

class program : public node_test {
 protected:
  /// Runs `lightstick node` with these options, which must not start.
  run_result refuse(const std::vector<std::string>& options) {
    std::vector<std::string> words{"node"};
    words.insert(words.end(), options.begin(), options.end());
    return run(lightstick_binary(), words);
  }
  std::vector<std::string> complete(const std::vector<std::string>& more) {
    write_file(folder_ / "secret", std::string(40, 's'));
    std::vector<std::string> words{"--data",
                                   (folder_ / "data").string(),
                                   "--listen",
                                   "127.0.0.1:0",
                                   "--admin-listen",
                                   "127.0.0.1:0",
                                   "--auth-secret-file",
                                   (folder_ / "secret").string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  /// A configuration file of these lines must be refused, naming this line.
  void expect_refused(const std::string& toml, int line, const std::string& saying) {
    const auto file = folder_ / "lightstick.toml";
    write_file(file, toml);
    const auto result = refuse(complete({"--config", file.string()}));
    EXPECT_EQ(result.exit_code, 2) << toml;
    EXPECT_THAT(result.err, AllOf(HasSubstr(file.string() + ":" + std::to_string(line)), HasSubstr(saying))) << toml;
    EXPECT_EQ(result.out, "");
  }
  temp_folder folder_;
};

TEST_F(program, port_0_takes_free_ports_and_prints_them) {
  auto words = complete({});
  words.insert(words.begin(), "node");
  process running(lightstick_binary(), words, folder_ / "out", folder_ / "err");
  std::string out;
  ASSERT_TRUE(poll_until([&] { return (out = read_file(folder_ / "out")).find("admin http://") != std::string::npos; }))
      << read_file(folder_ / "err");
  EXPECT_EQ(out.find(":0\n"), std::string::npos) << out;
  const auto ready = out.find("ready http://127.0.0.1:");
  ASSERT_NE(ready, std::string::npos) << out;
  const auto port = static_cast<std::uint16_t>(std::stoul(out.substr(ready + 23)));
  EXPECT_EQ(http_get(port, "/healthz").status, 200);
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().exit_code, 0);
}

TEST_F(program, a_taken_port_is_named) {
  auto& n = the_node();
  auto words = complete({});
  words[3] = "127.0.0.1:" + std::to_string(n.port());
  const auto result = refuse(words);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr(words[3]));
  EXPECT_EQ(http_get(n.port(), "/healthz").status, 200);
}

TEST_F(program, a_data_folder_in_use_is_named) {
  auto& n = the_node();
  auto words = complete({});
  words[1] = n.data().string();
  const auto result = refuse(words);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr(n.data().string()));
  auto mina = n.enter(encoding::json, "mina");
  mina.join("aurora");
}

TEST_F(program, a_short_or_missing_secret_is_refused) {
  auto words = complete({});
  write_file(folder_ / "secret", std::string(31, 's') + "\n");
  const auto short_secret = refuse(words);
  EXPECT_NE(short_secret.exit_code, 0);
  EXPECT_THAT(short_secret.err, AllOf(HasSubstr((folder_ / "secret").string()), HasSubstr("32")));
  std::filesystem::remove(folder_ / "secret");
  EXPECT_NE(refuse(words).exit_code, 0);
}

TEST_F(program, unknown_and_impossible_options_are_refused) {
  EXPECT_EQ(refuse({}).exit_code, 2);
  EXPECT_EQ(refuse(complete({"--wings"})).exit_code, 2);
  EXPECT_EQ(refuse(complete({"--room-capacity", "none"})).exit_code, 2);
  EXPECT_EQ(refuse(complete({"--room-capacity", "0"})).exit_code, 2);
  EXPECT_EQ(refuse(complete({"--listen", "nowhere"})).exit_code, 2);
  EXPECT_EQ(refuse(complete({"--config", (folder_ / "missing.toml").string()})).exit_code, 2);
}

TEST_F(program, what_is_wrong_in_the_file_is_named_with_its_line) {
  expect_refused("name = \"n1\"\nwings = 2\n", 2, "wings");
  expect_refused("[room]\ncapacity = 10\nwings = 2\n", 3, "wings");
  expect_refused("[wings]\nspan = 2\n", 1, "wings");
  expect_refused("[room]\n\ncapacity = 0\n", 3, "capacity");
  expect_refused("[room]\ncapacity = \"many\"\n", 2, "capacity");
  expect_refused("[room]\ncapacity = true\n", 2, "capacity");
  expect_refused("[timeouts]\nheader = \"10\"\n", 2, "header");
  expect_refused("[timeouts]\nheader = 10\n", 2, "header");
  expect_refused("[rates]\npublish_fan = \"fast\"\n", 2, "publish_fan");
  expect_refused("[proxy]\nforwarding = \"x_forwarded_for\"\ntrusted = [\"10.0.0.0/33\"]\n", 3, "trusted");
  expect_refused("[proxy]\nforwarding = \"proxy_protocol\"\n", 2, "trusted");
  expect_refused("[limits]\nframe_bytes = \"1KiB\"\ntext_bytes = \"4KiB\"\n", 3, "text_bytes");
  expect_refused("[room\ncapacity = 1\n", 1, "");
}

TEST_F(program, the_file_counts_and_the_command_line_wins) {
  const auto file = folder_ / "lightstick.toml";
  write_file(file, "name = \"stage-1\"\nguests = true\n[room]\ncapacity = 3\n[limits]\ntext_bytes = \"100B\"\n");
  auto& n = start_node({"--config", file.string(), "--room-capacity", "5"});
  auto mina = n.enter(encoding::json, "mina");
  EXPECT_EQ(mina.hello()["node"].text(), "stage-1");
  EXPECT_EQ(mina.hello()["limits"]["text_bytes"], value(100));
  EXPECT_EQ(mina.join("aurora")["state"]["capacity"], value(5));
  EXPECT_EQ(http_post(n.port(), "/v1/guest", value::map{{"name", "Jun"}}).status, 200);
}

TEST_F(program, the_printed_configuration_is_one_that_it_takes) {
  const auto printed = refuse(complete({"--print-config", "--room-capacity", "7"}));
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  EXPECT_THAT(printed.out, HasSubstr("capacity = 7"));
  const auto file = folder_ / "printed.toml";
  write_file(file, printed.out);
  const auto again = run(lightstick_binary(), {"node", "--config", file.string(), "--print-config"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.out, printed.out);
}

TEST_F(program, a_folder_of_something_else_is_refused_and_left_alone) {
  std::filesystem::create_directories(folder_ / "data");
  write_file(folder_ / "data" / "CURRENT", "nonsense\n");
  const auto result = refuse(complete({}));
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr((folder_ / "data").string()));
  EXPECT_EQ(read_file(folder_ / "data" / "CURRENT"), "nonsense\n");
}

TEST_F(program, tokens_of_impossible_people_are_not_made) {
  write_file(folder_ / "secret", std::string(40, 's'));
  const auto make = [this](std::vector<std::string> more) {
    std::vector<std::string> words{"token", "--secret-file", (folder_ / "secret").string()};
    words.insert(words.end(), more.begin(), more.end());
    return run(lightstick_binary(), words);
  };
  EXPECT_EQ(make({"--user", "17"}).exit_code, 0);
  EXPECT_NE(make({}).exit_code, 0);
  EXPECT_NE(make({"--user", "a/b"}).exit_code, 0);
  EXPECT_NE(make({"--user", "17", "--role", "emperor"}).exit_code, 0);
  EXPECT_NE(make({"--user", "17", "--ttl", "soon"}).exit_code, 0);
}

TEST_F(program, it_tells_its_version) {
  const auto result = run(lightstick_binary(), {"version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("0.1.0"));
}

TEST_F(program, its_own_log_never_holds_a_token_or_what_a_fan_wrote) {
  auto& n = the_node();
  auto mina = n.enter(encoding::json, "mina");
  mina.join("aurora");
  mina.publish("aurora", "a-very-private-remark");
  auto liar = n.dial(encoding::json);
  const auto bad = n.token("mina") + "x";
  liar.err({{"op", "auth"}, {"token", bad}, {"device", "d1"}});
  liar.closed();
  EXPECT_EQ(n.terminate().exit_code, 0);
  const auto log = n.log_tail(10'000'000);
  EXPECT_FALSE(log.empty());
  EXPECT_EQ(log.find("a-very-private-remark"), std::string::npos);
  EXPECT_EQ(log.find(bad.substr(0, 40)), std::string::npos);
  EXPECT_EQ(log.find(n.secret()), std::string::npos);
}

}  // namespace
}  // namespace lightstick::test
