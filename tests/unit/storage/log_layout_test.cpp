#include "storage/log_layout.hpp"

#include "fixture.hpp"

namespace lightstick::storage::test {
namespace {

const std::string prefix = log_prefix(aurora);

/// Sequences of the events that the append removes.
std::vector<std::string> removed(const encoded_append& a) {
  std::vector<std::string> out;
  for (const auto& op : a.ops) {
    if (op.what == write_op::kind::erase) out.push_back(describe(op.family, op.key));
  }
  return out;
}
std::vector<std::string> events(std::uint64_t from, std::uint64_t to) {
  std::vector<std::string> out;
  for (auto n = from; n <= to; ++n) out.push_back(describe(family::journal, journal_key(prefix, sequence{n})));
  return out;
}

TEST(log_layout, an_append_without_snapshot_removes_nothing) {
  auto a = encode_append(prefix, after(7, {"8", "9"}), sequence{3});
  EXPECT_EQ(a.ops.size(), 2U);
  EXPECT_EQ(a.oldest, sequence{3});
}

TEST(log_layout, a_snapshot_removes_the_events_before_it_and_does_not_write_its_own) {
  auto r = after(7, {"8", "9"});
  r.snapshot = "state";
  auto a = encode_append(prefix, r, sequence{3});
  EXPECT_EQ(removed(a), events(3, 7));
  EXPECT_EQ(a.ops.size(), 6U) << "five removed, one snapshot";
  EXPECT_EQ(a.oldest, sequence{10});
}

TEST(log_layout, a_snapshot_alone_removes_all_events) {
  auto r = after(7, {});
  r.snapshot = "state";
  auto a = encode_append(prefix, r, sequence{7});
  EXPECT_EQ(removed(a), events(7, 7));
  EXPECT_EQ(a.oldest, sequence{8});
  EXPECT_EQ(encode_append(prefix, r, a.oldest).ops.size(), 1U);
}

TEST(log_layout, a_snapshot_of_a_very_long_log_leaves_the_rest_to_the_next_one) {
  auto r = after(2 * events_removed_max, {"e"});
  r.snapshot = "state";
  auto a = encode_append(prefix, r, sequence{1});
  EXPECT_EQ(removed(a).size(), events_removed_max);
  EXPECT_EQ(a.oldest, sequence{events_removed_max + 1});
  a = encode_append(prefix, r, a.oldest);
  EXPECT_EQ(removed(a), events(events_removed_max + 1, 2 * events_removed_max));
  EXPECT_EQ(a.oldest, sequence{2 * events_removed_max + 2});
}

class trimming : public store_test {};

TEST_F(trimming, what_one_snapshot_left_the_next_one_removes_after_a_restart_too) {
  open_log();
  std::vector<std::string> many(events_removed_max + 5, "e");
  commit(after(0, many));
  auto r = after(many.size(), {"e"});
  r.snapshot = "one";
  commit(std::move(r));
  EXPECT_TRUE(open_log().events.empty());
  reopen();
  EXPECT_TRUE(open_log().events.empty());
  r = after(many.size() + 1, {"e"});
  r.snapshot = "two";
  commit(std::move(r));
  auto c = open_log();
  EXPECT_EQ(c.snapshot, "two");
  EXPECT_TRUE(c.events.empty());
  commit(after(many.size() + 2, {"after"}));
  EXPECT_EQ(open_log().events, (std::vector<std::string>{"after"}));
}

}  // namespace
}  // namespace lightstick::storage::test
