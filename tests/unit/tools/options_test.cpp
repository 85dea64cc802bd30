#include "tools/config/option.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "tools/config/load.hpp"
#include "tools/config/toml_file.hpp"

namespace lightstick::tools::config {
namespace {

std::string first_problem(const problems& wrong) { return wrong.empty() ? "" : wrong.front(); }

TEST(options, have_names_and_flags_of_their_own) {
  std::set<std::string> names;
  std::set<std::string> flags;
  for (const auto& o : options()) {
    EXPECT_TRUE(names.insert(o.name).second) << o.name;
    EXPECT_TRUE(flags.insert(o.flag()).second) << o.flag();
    EXPECT_TRUE(std::ranges::all_of(o.name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '.'; }))
        << o.name;
  }
}

TEST(options, are_explained) {
  for (const auto& o : options()) {
    EXPECT_TRUE(o.help.ends_with('.')) << o.name;
    EXPECT_EQ(o.placeholder.empty(), o.written_as == form::flag) << o.name;
  }
}

TEST(options, of_a_section_follow_each_other_and_those_without_one_come_first) {
  std::vector<std::string> sections;
  for (const auto& o : options()) {
    if (sections.empty() || sections.back() != o.section()) sections.emplace_back(o.section());
  }
  EXPECT_EQ(sections.front(), "");
  EXPECT_EQ(std::set<std::string>(sections.begin(), sections.end()).size(), sections.size());
}

TEST(options, take_their_own_defaults) {
  const node_config defaults;
  for (const auto& o : options()) {
    auto texts = o.get(defaults);
    if (o.required) {
      EXPECT_TRUE(texts.empty()) << o.name;
      continue;
    }
    node_config again;
    auto done = o.set(again, texts);
    EXPECT_TRUE(done) << o.name << ": " << done.error().detail;
    EXPECT_EQ(o.get(again), texts) << o.name;
  }
}

TEST(options, refuse_nonsense_and_say_what_is_allowed) {
  for (const auto& o : options()) {
    if (o.written_as == form::text && (o.allowed.empty() || o.required)) continue;  // any text will do
    node_config c;
    const std::vector<std::string> nonsense{"\x01 / nonsense"};
    auto done = o.set(c, nonsense);
    ASSERT_FALSE(done) << o.name;
    EXPECT_NE(done.error().detail.find("must be "), std::string::npos) << o.name << ": " << done.error().detail;
    EXPECT_EQ(o.get(c), o.get(node_config{})) << o.name << " changed";
  }
}

TEST(options, change_what_they_name_and_nothing_else) {
  for (const auto& o : options()) {
    if (o.written_as != form::flag) continue;
    node_config c;
    const std::vector<std::string> other{o.get(c).front() == "true" ? "false" : "true"};
    ASSERT_TRUE(o.set(c, other));
    for (const auto& p : options()) {
      EXPECT_EQ(p.get(c), p.name == o.name ? other : p.get(node_config{})) << o.name << " changed " << p.name;
    }
  }
}

TEST(options, that_belong_to_two_places_reach_both) {
  node_config c;
  ASSERT_TRUE(find_option("limits.text_bytes")->set(c, std::vector<std::string>{"2KiB"}));
  EXPECT_EQ(c.gateway.frame.text_bytes, 2'048U);
  EXPECT_EQ(c.gateway.session.text_bytes_max, 2'048U);
  ASSERT_TRUE(find_option("limits.data_bytes")->set(c, std::vector<std::string>{"512"}));
  EXPECT_EQ(c.gateway.frame.data_bytes, 512U);
  EXPECT_EQ(c.gateway.session.data_bytes_max, 512U);
}

TEST(options, find_nothing_under_an_unknown_name) {
  EXPECT_EQ(find_option("limits"), nullptr);
  EXPECT_EQ(find_option(""), nullptr);
}

TEST(printed_configuration, reads_back_as_the_same) {
  auto flags = std::vector<argument>{{"data", {"/srv/\"stick\"\\\x07"}},
                                     {"guests", {"true"}},
                                     {"web.rooms", {"로비", "a\"b", "c\\d"}},
                                     {"rates.publish_fan", {"0.25/s burst 3"}},
                                     {"timeouts.ping_after", {"1500ms"}},
                                     {"limits.frame_bytes", {"65535"}},
                                     {"log.gateway", {"debug"}},
                                     {"auth.secret_file", {"secret"}}};
  auto first = load({}, flags);
  ASSERT_TRUE(first) << first_problem(first.error());
  auto printed = print_toml(first->values);
  auto second = load_text(printed, "printed.toml", {});
  ASSERT_TRUE(second) << first_problem(second.error());
  EXPECT_EQ(print_toml(second->values), printed);
  for (const auto& o : options()) EXPECT_EQ(o.get(second->values), o.get(first->values)) << o.name;
  EXPECT_EQ(second->origins.size(), options().size()) << "every option is in the file";
}

TEST(printed_configuration, of_the_defaults_leaves_out_what_must_be_given) {
  auto loaded = load_text(print_toml(node_config{}), "printed.toml", {});
  ASSERT_TRUE(loaded) << first_problem(loaded.error());
  EXPECT_FALSE(loaded->given("data"));
  EXPECT_EQ(missing(*loaded).size(), 2U);
}

TEST(printed_configuration, is_what_the_documentation_shows) {
  std::ifstream in(LIGHTSTICK_SOURCE_DIR "/docs/configuration.md");
  std::stringstream text;
  text << in.rdbuf();
  auto document = text.str();
  const std::string fence = "```toml\n";
  auto begin = document.find(fence + "# Configuration of a Lightstick node");
  ASSERT_NE(begin, std::string::npos) << "docs/configuration.md holds the output of: lightstick node --print-config";
  begin += fence.size();
  auto shown = document.substr(begin, document.find("```", begin) - begin);
  EXPECT_EQ(shown, print_toml(node_config{})) << "renew it in docs/configuration.md: lightstick node --print-config";
}

}  // namespace
}  // namespace lightstick::tools::config
