// The examples of docs/http-api.md, run as they stand there.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

std::vector<std::string> blocks_of(const std::string& page, const std::string& language) {
  std::vector<std::string> out;
  const auto open = "```" + language + "\n";
  for (auto at = page.find(open); at != std::string::npos; at = page.find(open, at)) {
    at += open.size();
    out.push_back(page.substr(at, page.find("```", at) - at));
  }
  return out;
}

class api_docs : public node_test {};

TEST_F(api_docs, every_example_works) {
  const auto examples = blocks_of(read_file(LIGHTSTICK_SOURCE_DIR "/docs/http-api.md"), "sh");
  ASSERT_GT(examples.size(), 4U);
  if (std::system("curl --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no curl here";
  const auto token = start_node().token_of({.user = "shop",
                                            .name = "Shop",
                                            .roles = {"artist"},
                                            .more = {{"scope", "rooms:read rooms:write publish moderate"}}});
  const auto seen = the_node().folder() / "seen";
  for (const auto& example : examples) {
    const auto script = the_node().folder() / "example.sh";
    write_file(script, "set -e\nNODE=" + the_node().url() + "\nTOKEN=" + token + "\n" + example);
    const auto line = "sh '" + script.string() + "' > '" + seen.string() + "' 2>&1";
    EXPECT_EQ(std::system(line.c_str()), 0) << example << read_file(seen);
  }
}

}  // namespace
}  // namespace lightstick::test
