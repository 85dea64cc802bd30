#include "storage/log_layout.hpp"

#include <algorithm>

#include "fixture.hpp"
#include "storage/record.hpp"
#include "storage/rocks/open.hpp"

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

TEST(log_layout, a_snapshot_can_leave_the_events_before_it_to_the_appends_after_it) {
  auto r = after(7, {"8"});
  r.snapshot = "state";
  r.remove_later = true;
  auto a = encode_append(prefix, r, sequence{3}, sequence{5});
  EXPECT_EQ(removed(a), events(3, 4)) << "two for its one, of what the snapshot before made superfluous";
  EXPECT_EQ(a.oldest, sequence{5});
  const auto stored = std::ranges::find(a.ops, family::snapshots, &write_op::family);
  ASSERT_NE(stored, a.ops.end());
  EXPECT_EQ(decode_snapshot(prefix, stored->value)->oldest, sequence{5}) << "for who reads it after a restart";
  a = encode_append(prefix, after(8, {"9"}), a.oldest, sequence{8});
  EXPECT_EQ(removed(a), events(5, 6));
  a = encode_append(prefix, after(9, {"10", "11"}), a.oldest, sequence{8});
  EXPECT_EQ(removed(a), events(7, 8)) << "and nothing that came after the snapshot";
  EXPECT_EQ(a.oldest, sequence{9});
  r = after(11, {"12"});
  r.snapshot = "state";
  a = encode_append(prefix, r, a.oldest, sequence{8});
  EXPECT_EQ(removed(a), events(9, 11)) << "all at once, unless it says otherwise";
}

class events_on_disk : public store_test {
 protected:
  void SetUp() override { start(); }
  void start() {
    close();
    auto opened = rocks::open({data(), !std::filesystem::exists(data()), options_.memory_bytes}, clock_);
    ASSERT_TRUE(opened) << opened.error().to_string();
    disk_ = opened->get();
    numbers_ = std::make_unique<metrics>();
    store_ = store::over(std::move(*opened), options_, *numbers_, clock_).value();
  }
  /// The sequences of the events on disk.
  std::vector<std::uint64_t> stored(std::uint64_t up_to) {
    std::vector<std::uint64_t> out;
    for (std::uint64_t n = 1; n <= up_to; ++n) {
      if (disk_->get(family::journal, journal_key(log_prefix(aurora), sequence{n})).value()) out.push_back(n);
    }
    return out;
  }
  engine* disk_ = nullptr;
};

TEST_F(events_on_disk, go_little_by_little_and_after_a_restart_too) {
  using numbers = std::vector<std::uint64_t>;
  open_log();
  commit(after(0, {"1", "2", "3", "4", "5", "6"}));
  auto r = after(6, {"7"});
  r.snapshot = "seven";
  r.remove_later = true;
  commit(std::move(r));
  EXPECT_EQ(stored(9), (numbers{1, 2, 3, 4, 5, 6}));
  commit(after(7, {"8"}));
  EXPECT_EQ(stored(9), (numbers{3, 4, 5, 6, 8}));
  start();
  EXPECT_EQ(open_log().events, (std::vector<std::string>{"8"}));
  commit(after(8, {"9"}));
  EXPECT_EQ(stored(9), (numbers{3, 4, 5, 6, 8, 9})) << "begins at the snapshot's oldest again, which costs nothing";
  commit(after(9, {"10", "11"}));
  commit(after(11, {"12"}));
  commit(after(12, {"13"}));
  EXPECT_EQ(stored(13), (numbers{8, 9, 10, 11, 12, 13}));
  EXPECT_EQ(open_log().events.size(), 6U);
  r = after(13, {"14"});
  r.snapshot = "fourteen";
  commit(std::move(r));
  EXPECT_TRUE(stored(14).empty()) << "nothing is left where it must not be";
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
