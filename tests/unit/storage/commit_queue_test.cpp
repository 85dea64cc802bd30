#include "storage/commit_queue.hpp"

#include <future>
#include <thread>

#include "fixture.hpp"

namespace lightstick::storage::test {
namespace {

/// The queue alone: the test is the committer, so that every order can be had.
class commit_queue_test : public testing::Test {
 protected:
  void open(const std::string& prefix, std::uint64_t last = 0) {
    auto begun = queue_.begin_open(prefix, partition{7});
    ASSERT_TRUE(begun);
    ASSERT_TRUE(queue_.finish_open(prefix, *begun, commit_queue::opened_at{sequence{last}, {}}));
  }
  result<void> push(const std::string& prefix, std::uint64_t expected, const append_listener& listener,
                    std::size_t bytes = 10) {
    commit_queue::draft d;
    d.prefix = prefix;
    d.partition = partition{7};
    d.expected = sequence{expected};
    d.last = sequence{expected + 1};
    d.ops = {{write_op::kind::put, family::journal, std::string(bytes, 'k'), ""}};
    d.listener = listener;
    return queue_.push(std::move(d));
  }
  static std::vector<std::uint64_t> lasts(const commit_queue::group& group) {
    std::vector<std::uint64_t> out;
    for (const auto& e : group) out.push_back(e.last.value());
    return out;
  }

  metrics registry_;
  store_metrics numbers_{registry_};
  commit_queue queue_{{5, 1000, 100, 3}, {}, numbers_};
  std::shared_ptr<recorder> heard_ = std::make_shared<recorder>();
  const error broken_{make_error_code(errc::io_failed), "broken"};
};

using numbers = std::vector<std::uint64_t>;

TEST_F(commit_queue_test, a_listener_hears_once_of_a_group) {
  auto other = std::make_shared<recorder>();
  open("a");
  open("b");
  for (std::uint64_t n = 0; n < 3; ++n) ASSERT_TRUE(push("a", n, heard_));
  ASSERT_TRUE(push("b", 0, other));
  auto group = queue_.take();
  EXPECT_EQ(group.size(), 4U);
  queue_.succeeded(std::move(group));
  EXPECT_EQ(heard_->commits(), numbers{3});
  EXPECT_EQ(other->commits(), numbers{1});
}

TEST_F(commit_queue_test, says_whether_it_accepts_before_it_is_asked_to) {
  open("a");
  for (std::uint64_t n = 0; n < 5; ++n) {
    EXPECT_TRUE(queue_.accepts()) << n;
    ASSERT_TRUE(push("a", n, heard_));
  }
  EXPECT_EQ(queue_.accepts().error().code, errc::queue_full);
  auto group = queue_.take();
  queue_.failed(std::move(group), broken_);
  EXPECT_EQ(queue_.accepts().error().code, errc::io_failed);
  queue_.resumed();
  EXPECT_TRUE(queue_.accepts());
  queue_.stop();
  EXPECT_EQ(queue_.accepts().error().code, errc::stopping);
}

TEST_F(commit_queue_test, a_listener_of_two_logs_hears_of_both) {
  open("a");
  open("b", 10);
  ASSERT_TRUE(push("a", 0, heard_));
  ASSERT_TRUE(push("b", 10, heard_));
  ASSERT_TRUE(push("a", 1, heard_));
  queue_.succeeded(queue_.take());
  EXPECT_EQ(heard_->commits(), (numbers{2, 11}));
}

TEST_F(commit_queue_test, requests_beyond_the_bound_are_refused_until_earlier_ones_end) {
  open("a");
  for (std::uint64_t n = 0; n < 5; ++n) ASSERT_TRUE(push("a", n, heard_));
  auto refused = push("a", 5, heard_);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(condition::overloaded));
  EXPECT_EQ(numbers_.appends_refused.value(), 1U);
  EXPECT_EQ(numbers_.queue_requests.value(), 5);
  auto group = queue_.take();
  EXPECT_TRUE(is(push("a", 5, heard_), condition::overloaded)) << "what is being committed counts";
  queue_.succeeded(std::move(group));
  EXPECT_TRUE(push("a", 5, heard_)) << "the refused one left no gap";
}

TEST_F(commit_queue_test, bytes_beyond_the_bound_are_refused) {
  open("a");
  ASSERT_TRUE(push("a", 0, heard_, 600));
  EXPECT_TRUE(is(push("a", 1, heard_, 401), condition::overloaded));
  EXPECT_TRUE(push("a", 1, heard_, 400));
  EXPECT_EQ(numbers_.queue_bytes.value(), 1000);
}

TEST_F(commit_queue_test, logs_beyond_the_bound_are_refused) {
  open("a");
  open("b");
  open("c");
  EXPECT_TRUE(is(queue_.begin_open("d", partition{7}), condition::overloaded));
  queue_.close("b");
  open("d");
}

TEST_F(commit_queue_test, a_group_ends_at_its_bytes_but_takes_one_append_whatever_its_size) {
  open("a");
  ASSERT_TRUE(push("a", 0, heard_, 300));
  ASSERT_TRUE(push("a", 1, heard_, 60));
  ASSERT_TRUE(push("a", 2, heard_, 40));
  ASSERT_TRUE(push("a", 3, heard_, 1));
  for (const auto& expected : {numbers{1}, numbers{2, 3}, numbers{4}}) {
    auto group = queue_.take();
    EXPECT_EQ(lasts(group), expected);
    queue_.succeeded(std::move(group));
  }
  EXPECT_TRUE(queue_.take().empty());
}

TEST_F(commit_queue_test, a_failed_group_fails_what_is_queued_behind_it_and_nothing_else) {
  auto other = std::make_shared<recorder>();
  open("a");
  open("b");
  ASSERT_TRUE(push("a", 0, heard_));
  auto group = queue_.take();
  ASSERT_TRUE(push("a", 1, heard_));
  ASSERT_TRUE(push("b", 0, other));
  queue_.failed(std::move(group), broken_);
  ASSERT_EQ(heard_->failures().size(), 1U) << "once for both";
  EXPECT_EQ(heard_->failures()[0].code, errc::io_failed);
  queue_.resumed();
  EXPECT_EQ(code_of(push("a", 2, heard_)), errc::not_open);
  EXPECT_EQ(code_of(push("a", 0, heard_)), errc::not_open);
  EXPECT_TRUE(other->failures().empty());
  queue_.succeeded(queue_.take());
  EXPECT_EQ(other->commits(), numbers{1});
  EXPECT_EQ(numbers_.appends_failed.value(), 2U);
  EXPECT_EQ(numbers_.queue_requests.value(), 0);
  EXPECT_EQ(numbers_.queue_bytes.value(), 0);
  open("a");
  EXPECT_TRUE(push("a", 0, heard_));
}

TEST_F(commit_queue_test, between_failure_and_resume_every_append_is_refused_with_the_reason) {
  auto other = std::make_shared<recorder>();
  open("a");
  open("b");
  ASSERT_TRUE(push("a", 0, heard_));
  auto group = queue_.take();
  ASSERT_TRUE(push("b", 0, other));
  queue_.failed(std::move(group), broken_);
  open("a");
  EXPECT_EQ(code_of(push("a", 0, heard_)), errc::io_failed) << "it may yet turn up that 1 is taken";
  EXPECT_EQ(code_of(push("b", 1, other)), errc::io_failed);
  queue_.give_up(broken_);
  EXPECT_EQ(other->failures().size(), 1U);
  EXPECT_TRUE(queue_.take().empty());
  open("b");
  EXPECT_EQ(code_of(push("b", 0, other)), errc::io_failed);
  queue_.resumed();
  EXPECT_TRUE(push("b", 0, other)) << "it had nothing in the failed group";
}

TEST_F(commit_queue_test, after_a_resume_logs_of_failed_groups_must_be_opened_again) {
  open("a");
  open("b");
  ASSERT_TRUE(push("a", 0, heard_));
  queue_.failed(queue_.take(), broken_);
  open("a");
  auto begun = queue_.begin_open("b", partition{7});
  queue_.resumed();
  EXPECT_FALSE(queue_.finish_open("b", *begun, commit_queue::opened_at{})) << "read before, so it is not known";
  EXPECT_EQ(code_of(push("a", 0, heard_)), errc::not_open);
  EXPECT_EQ(code_of(push("b", 0, heard_)), errc::not_open);
}

TEST_F(commit_queue_test, an_opener_waits_for_the_appends_of_the_one_before) {
  open("a");
  ASSERT_TRUE(push("a", 0, heard_));
  auto group = queue_.take();
  ASSERT_TRUE(push("a", 1, heard_));
  auto opened = std::async(std::launch::async, [&] { return queue_.begin_open("a", partition{7}); });
  while (push("a", 2, heard_)) {
    // Until the opener has the log, the one before may append; it is refused from then on.
    ASSERT_LT(numbers_.queue_requests.value(), 5);
    break;
  }
  EXPECT_EQ(opened.wait_for(std::chrono::milliseconds{0}), std::future_status::timeout);
  queue_.succeeded(std::move(group));
  while (opened.wait_for(std::chrono::milliseconds{0}) != std::future_status::ready) {
    if (auto next = queue_.take(); !next.empty()) queue_.succeeded(std::move(next));
    std::this_thread::yield();
  }
  EXPECT_GE(heard_->commits().back(), 2U) << "the earlier writer was told before the log changed hands";
  EXPECT_EQ(code_of(push("a", heard_->commits().back(), heard_)), errc::not_open);
}

TEST_F(commit_queue_test, openers_of_one_log_come_one_after_the_other) {
  auto first = queue_.begin_open("a", partition{7});
  auto second = std::async(std::launch::async, [&] { return queue_.begin_open("a", partition{7}); });
  ASSERT_TRUE(queue_.finish_open("a", *first, commit_queue::opened_at{}));
  ASSERT_EQ(second.wait_for(patience), std::future_status::ready);
  EXPECT_EQ(code_of(push("a", 0, heard_)), errc::not_open);
  ASSERT_TRUE(queue_.finish_open("a", *second.get(), commit_queue::opened_at{}));
  EXPECT_TRUE(push("a", 0, heard_));
}

TEST_F(commit_queue_test, appends_of_an_older_epoch_are_failed_when_the_epoch_rises) {
  open("a");
  ASSERT_TRUE(push("a", 0, heard_));
  std::pair<partition, epoch> up{partition{7}, epoch{1}};
  auto raiser = std::make_shared<recorder>();
  ASSERT_TRUE(queue_.raise({&up, 1}, {}, raiser));
  auto group = queue_.take();
  EXPECT_EQ(group.size(), 1U) << "only the raise";
  ASSERT_EQ(heard_->failures().size(), 1U);
  EXPECT_TRUE(heard_->failures()[0].is(condition::not_owner));
  queue_.succeeded(std::move(group));
  EXPECT_EQ(raiser->commits().size(), 1U);
}

TEST_F(commit_queue_test, appends_behind_a_raise_that_failed_are_not_written) {
  std::pair<partition, epoch> up{partition{7}, epoch{1}};
  auto raiser = std::make_shared<recorder>();
  ASSERT_TRUE(queue_.raise({&up, 1}, {}, raiser));
  auto group = queue_.take();
  auto begun = queue_.begin_open("a", partition{7});
  ASSERT_TRUE(queue_.finish_open("a", *begun, commit_queue::opened_at{}));
  commit_queue::draft d;
  d.prefix = "a";
  d.partition = partition{7};
  d.epoch = epoch{1};
  d.last = sequence{1};
  d.listener = heard_;
  ASSERT_TRUE(queue_.push(std::move(d))) << "behind the raise, which is under way";
  queue_.failed(std::move(group), broken_);
  EXPECT_EQ(raiser->failures().size(), 1U);
  queue_.resumed();
  EXPECT_TRUE(queue_.take().empty());
  ASSERT_EQ(heard_->failures().size(), 1U);
  EXPECT_TRUE(heard_->failures()[0].is(condition::not_owner));
}

TEST_F(commit_queue_test, a_closed_log_is_forgotten_when_its_appends_have_ended) {
  open("a");
  ASSERT_TRUE(push("a", 0, heard_));
  queue_.close("a");
  EXPECT_EQ(numbers_.logs_open.value(), 1);
  queue_.succeeded(queue_.take());
  EXPECT_EQ(numbers_.logs_open.value(), 0);
}

TEST_F(commit_queue_test, after_stop_what_waits_can_be_taken_and_nothing_added) {
  open("a");
  ASSERT_TRUE(push("a", 0, heard_));
  queue_.stop();
  EXPECT_EQ(code_of(push("a", 1, heard_)), errc::stopping);
  EXPECT_EQ(code_of(queue_.begin_open("b", partition{7})), errc::stopping);
  EXPECT_EQ(queue_.take().size(), 1U);
}

}  // namespace
}  // namespace lightstick::storage::test
