#include <gtest/gtest.h>

#include "tools/text/nearest.hpp"
#include "tools/text/table.hpp"
#include "tools/text/wrap.hpp"

namespace lightstick::tools::text {
namespace {

const std::vector<std::string> words{"--listen", "--admin-listen", "--limits-depth", "--guests"};

TEST(nearest, finds_a_slip_of_the_finger) {
  EXPECT_EQ(nearest("--lisen", words), "--listen");
  EXPECT_EQ(nearest("--lsiten", words), "--listen");
  EXPECT_EQ(nearest("--guest", words), "--guests");
  EXPECT_EQ(nearest("--limit-depth", words), "--limits-depth");
  EXPECT_EQ(nearest("--listen", words), "--listen");
}

TEST(nearest, does_not_guess_wildly) {
  EXPECT_EQ(nearest("--colour", words), std::nullopt);
  EXPECT_EQ(nearest("", words), std::nullopt);
  EXPECT_EQ(nearest("x", words), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'x'), words), std::nullopt);
  EXPECT_EQ(nearest("--listen", {}), std::nullopt);
}

TEST(nearest, ends_a_sentence) {
  EXPECT_EQ(did_you_mean("--lisen", words), "; did you mean --listen?");
  EXPECT_EQ(did_you_mean("--colour", words), "");
}

TEST(wrap, breaks_at_blanks) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("  one   two  ", 80), (std::vector<std::string>{"one two"}));
  EXPECT_EQ(wrap("indivisible x", 4), (std::vector<std::string>{"indivisible", "x"}));
  EXPECT_TRUE(wrap("  ", 4).empty());
}

TEST(table, aligns_columns_two_blanks_apart_and_ends_lines_without_blanks) {
  table t({{"actor"}, {"mailbox", table::align::right}, {"state"}});
  t.add({"room/lobby", "7", "active"});
  t.add({"user/1", "1234567890", ""});
  EXPECT_EQ(t.to_string(),
            "actor          mailbox  state\n"
            "room/lobby           7  active\n"
            "user/1      1234567890  -\n");
}

TEST(table, without_rows_is_its_titles) { EXPECT_EQ(table({{"a"}, {"b"}}).to_string(), "a  b\n"); }

TEST(table, fills_up_short_rows_and_drops_what_is_too_much) {
  table t({{"a"}, {"b"}});
  t.add({"1"});
  t.add({"1", "2", "3"});
  EXPECT_EQ(t.to_string(), "a  b\n1  -\n1  2\n");
}

TEST(table, keeps_columns_under_each_other_in_korean_and_with_emoji) {
  EXPECT_EQ(display_width("오로라"), 6U);
  EXPECT_EQ(display_width("日本語"), 6U);
  EXPECT_EQ(display_width("España"), 6U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("💜"), 2U);
  table t({{"room"}, {"n"}});
  t.add({"room/오로라", "1"});
  t.add({"room/lobby", "2"});
  EXPECT_EQ(t.to_string(), "room         n\nroom/오로라  1\nroom/lobby   2\n");
}

TEST(printable, lets_nothing_command_the_terminal) {
  EXPECT_EQ(printable("a\x1b[31mb\nc\td"), "a?[31mb?c?d");
  EXPECT_EQ(printable("a\x7f\xc2\x9b z"), "a?? z");
  EXPECT_EQ(printable("a\u202Eb"), "a?b");
  EXPECT_EQ(printable("\xff\xc3"), "??");
  EXPECT_EQ(printable("오로라 💜"), "오로라 💜");
}

}  // namespace
}  // namespace lightstick::tools::text
