#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binary.hpp"
#include "tools/bench/figure.hpp"

namespace lightstick::tools::bench {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(bench_figure, a_figure_at_its_bound_holds_on_either_side) {
  EXPECT_EQ((figure{"a", 1.5, "x", at_most(1.5), {}}).verdict(), "holds");
  EXPECT_EQ((figure{"a", 1.6, "x", at_most(1.5), {}}).verdict(), "falls short");
  EXPECT_EQ((figure{"a", 80, "%", at_least(80), {}}).verdict(), "holds");
  EXPECT_EQ((figure{"a", 79, "%", at_least(80), {}}).verdict(), "falls short");
  EXPECT_EQ((figure{"a", 79, "%", {}, {}}).verdict(), "");
}

TEST(bench_figure, a_report_ends_with_how_many_hold) {
  const std::vector<figure> figures{{"fast", 0.5, "x", at_most(1), "beside a rival"},
                                    {"slow", 3'000, "us", at_most(1'000), {}},
                                    {"told", 7, "B", {}, {}}};
  const auto text = to_text(figures);
  EXPECT_THAT(text, HasSubstr("beside a rival"));
  EXPECT_THAT(text, testing::EndsWith("\n1 hold, 1 fall short\n"));
  const auto tree = to_value(figures);
  const auto* fields = tree.as<gateway::wire::map>();
  ASSERT_NE(fields, nullptr);
  EXPECT_EQ(gateway::wire::find(*fields, "figures")->as<gateway::wire::array>()->size(), 3U);
  EXPECT_EQ(*gateway::wire::find(*fields, "falls_short")->as<std::uint64_t>(), 1U);
}

TEST(bench_figure, medians_and_percentiles_are_of_the_values_themselves) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 3);
  std::vector<double> hundred;
  for (int i = 100; i > 0; --i) hundred.push_back(i);
  EXPECT_EQ(percentile(hundred, 0.99), 99);
  EXPECT_EQ(percentile(hundred, 1), 100);
  EXPECT_EQ(percentile(hundred, 0), 1);
  EXPECT_EQ(percentile({5}, 0.5), 5);
}

TEST(bench_of_binary, measures_messages_beside_bare_caf_and_says_so_in_either_form) {
  const auto table = run_binary({"bench", "runtime", "--quick", "--only", "messages"});
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("CAF request"));
  EXPECT_THAT(table.out, HasSubstr("fall short"));
  EXPECT_THAT(table.err, IsEmpty()) << "progress is for terminals";
  const auto json = run_binary({"bench", "runtime", "--quick", "--only", "messages", "--json"});
  EXPECT_EQ(json.code, 0) << json.err;
  EXPECT_THAT(json.out, testing::StartsWith("{\"figures\":["));
}

TEST(bench_of_binary, measures_commits_beside_a_raw_rocksdb) {
  const auto ran = run_binary({"bench", "storage", "--quick", "--folder", testing::TempDir()});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("raw RocksDB"));
}

TEST(bench_of_binary, refuses_what_it_does_not_know) {
  EXPECT_EQ(run_binary({"bench"}).code, 2);
  const auto ran = run_binary({"bench", "runtime", "--only", "commits"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, Not(IsEmpty()));
  EXPECT_EQ(run_binary({"bench", "storage", "--folder", "/no/such/folder"}).code, 2);
}

}  // namespace
}  // namespace lightstick::tools::bench
