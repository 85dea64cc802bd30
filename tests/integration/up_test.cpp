#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <regex>

#include "tests/support/http.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

namespace lightstick::test {
namespace {

using testing::HasSubstr;

/// `tools/up` as a newcomer runs it, but for the build.
class tools_up : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> options(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"--binary", lightstick_binary().string(), "--data", data().string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  [[nodiscard]] std::filesystem::path data() const { return folder_ / "new/data"; }
  static std::filesystem::path program() { return std::filesystem::path(LIGHTSTICK_SOURCE_DIR) / "tools/up"; }

  /// Runs it on a free port until `meanwhile` has been called with that port, then presses Ctrl-C.
  template <class F>
  void serve(F&& meanwhile) {
    const auto name = std::to_string(++starts_);
    const auto out_file = folder_ / (name + ".out");
    const auto err_file = folder_ / (name + ".err");
    process up(program(), options({"--port", "0"}), out_file, err_file);
    std::smatch found;
    std::string out;
    const std::regex ready("ready http://127\\.0\\.0\\.1:([0-9]+)\n");
    ASSERT_TRUE(poll_until([&] {
      out = read_file(out_file);
      return std::regex_search(out, found, ready) || up.ended();
    }));
    ASSERT_FALSE(found.empty()) << read_file(err_file);
    EXPECT_THAT(out, HasSubstr("data " + data().string()));
    EXPECT_THAT(out, HasSubstr("admin http://127.0.0.1:"));
    meanwhile(static_cast<std::uint16_t>(std::stoi(found[1])));
    up.signal(SIGINT);
    EXPECT_EQ(up.wait().exit_code, 0) << read_file(err_file);
  }

  temp_folder folder_;
  int starts_ = 0;
};

TEST_F(tools_up, a_fresh_folder_gives_a_node_for_guests_and_ctrl_c_ends_it) {
  serve([](std::uint16_t port) {
    EXPECT_EQ(http_get(port, "/healthz").status, 200);
    EXPECT_EQ(http_get(port, "/").status, 200);
    EXPECT_EQ(http_post(port, "/v1/guest", value::map{{"name", "Mina"}}).status, 200);
  });
  const auto secret = read_file(data() / "secret");
  EXPECT_GE(secret.size(), 32U);
  serve([](std::uint16_t port) { EXPECT_EQ(http_get(port, "/readyz").status, 200); });
  EXPECT_EQ(read_file(data() / "secret"), secret) << "tokens of the first start are good at the second";
}

TEST_F(tools_up, a_taken_port_is_named_with_a_way_out) {
  serve([this](std::uint16_t port) {
    auto second = run(program(), options({"--port", std::to_string(port)}));
    EXPECT_NE(second.exit_code, 0);
    EXPECT_THAT(second.err, HasSubstr("Port " + std::to_string(port) + " of 127.0.0.1 is taken"));
    EXPECT_THAT(second.err, HasSubstr("tools/up --port "));
  });
}

TEST_F(tools_up, wrong_words_end_with_2) {
  EXPECT_EQ(run(program(), {"--prot", "1"}).exit_code, 2);
  EXPECT_EQ(run(program(), {"--port", "66000"}).exit_code, 2);
  EXPECT_EQ(run(program(), {"--binary", "/nowhere"}).exit_code, 2);
  EXPECT_EQ(run(program(), {"--help"}).exit_code, 0);
}

}  // namespace
}  // namespace lightstick::test
