#include "cluster/local_log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <filesystem>
#include <future>

#include "cluster/embedded.hpp"
#include "cluster/errc.hpp"

namespace lightstick::cluster {
namespace {

constexpr std::chrono::seconds patience{20};
const actor_id aurora{"room", "aurora"};

/// False for a success, so that it fails the expectation instead of the process.
template <class T>
bool is(const result<T>& r, condition c) {
  return !r && r.error().is(c);
}

class waiter final : public runtime::append_listener {
 public:
  void committed(sequence last) noexcept override {
    std::lock_guard lock(mutex_);
    last_ = last;
    changed_.notify_all();
  }
  void append_failed(const error& why) noexcept override {
    std::lock_guard lock(mutex_);
    failure_ = why;
    changed_.notify_all();
  }
  bool wait(sequence last) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return last_ >= last; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  sequence last_;
  std::optional<error> failure_;
};

class local_log_test : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "lightstick-cluster-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
    start();
  }
  void TearDown() override {
    stop();
    std::filesystem::remove_all(path_);
  }
  void start() {
    storage::options o;
    o.path = path_;
    store_ = storage::store::open(o, numbers_, clock_).value();
    coordination_ = embedded::start(*store_, node_id{"n1"}).value();
    log_ = std::make_unique<local_log>(*store_, *coordination_, options_, numbers_);
  }
  void stop() {
    log_.reset();
    coordination_.reset();
    store_.reset();
  }

  /// Calls `start` with a callback and gives what the callback got.
  template <class T, class Start>
  static result<T> await(Start start) {
    auto promise = std::make_shared<std::promise<result<T>>>();
    auto future = promise->get_future();
    start(unique_function<void(result<T>)>([promise](result<T> r) { promise->set_value(std::move(r)); }));
    if (future.wait_for(patience) != std::future_status::ready) return fail(lightstick::errc::timed_out);
    return future.get();
  }
  result<runtime::recovered_log> recover(const actor_id& actor = aurora) {
    return await<runtime::recovered_log>([&](auto done) { log_->recover(actor, std::move(done)); });
  }
  result<runtime::recovered_log> peek(const actor_id& actor = aurora) {
    return await<runtime::recovered_log>([&](auto done) { log_->peek(actor, std::move(done)); });
  }
  result<runtime::row_page> read_rows(runtime::row_query query) {
    return await<runtime::row_page>([&](auto done) { log_->read_rows(aurora, std::move(query), std::move(done)); });
  }
  result<runtime::due_page> due(partition p, std::int64_t until_ms, std::string cursor = {}, std::uint32_t max = 10) {
    return await<runtime::due_page>(
        [&](auto done) { log_->due_reminders(p, until_ms, std::move(cursor), max, std::move(done)); });
  }
  result<void> commit(runtime::append_request request) {
    auto listener = std::make_shared<waiter>();
    sequence last{request.expected.value() + request.events.size()};
    if (auto queued = log_->append(std::move(request), listener); !queued) return queued;
    if (!listener->wait(last)) return fail(lightstick::errc::timed_out);
    return {};
  }

  std::filesystem::path path_;
  manual_clock clock_;
  metrics numbers_;
  local_log_options options_;
  std::unique_ptr<storage::store> store_;
  std::unique_ptr<embedded> coordination_;
  std::unique_ptr<local_log> log_;
};

TEST_F(local_log_test, an_actor_is_recovered_as_it_was_committed) {
  auto fresh = recover();
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->last, sequence{});
  EXPECT_EQ(fresh->owner_epoch, epoch{1});
  runtime::append_request r{aurora, fresh->owner_epoch, {}, {"one", "two"}, {}, std::nullopt};
  r.rows = {{runtime::row_table::history, runtime::big_endian_key(1), "first", 0},
            {runtime::row_table::marks, "c-1", "1", clock_.wall().value + 1000}};
  ASSERT_TRUE(commit(r));
  ASSERT_TRUE(commit({aurora, fresh->owner_epoch, sequence{2}, {"three"}, {}, "state"}));
  stop();
  start();
  auto again = recover();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->owner_epoch, epoch{2}) << "each start is an epoch of its own";
  EXPECT_EQ(again->snapshot, "state");
  EXPECT_EQ(again->snapshot_at, sequence{3});
  EXPECT_EQ(again->last, sequence{3});
  ASSERT_EQ(again->marks.size(), 1U);
  EXPECT_EQ(again->marks[0].key, "c-1");
  auto page = read_rows({});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_EQ(page->rows[0].value, "first");
}

TEST_F(local_log_test, reminders_and_the_floor_of_history_come_back_and_fall_due) {
  auto opened = recover();
  runtime::append_request r{aurora, opened->owner_epoch, {}, {""}, {}, std::nullopt};
  r.rows = {{runtime::row_table::history, runtime::big_endian_key(1), "hidden", 0},
            {runtime::row_table::history, runtime::big_endian_key(2), "shown", 0}};
  r.reminders = {{"close", std::nullopt, 2000, "now"}, {"open", std::nullopt, 1000, ""}};
  r.history_floor = runtime::big_endian_key(2);
  ASSERT_TRUE(commit(r));
  stop();
  start();
  auto c = recover();
  ASSERT_EQ(c->reminders.size(), 2U);
  EXPECT_EQ(c->reminders[0].name, "close");
  EXPECT_EQ(c->reminders[0].due_ms, 2000);
  EXPECT_EQ(c->reminders[0].payload, "now");
  EXPECT_EQ(c->history_floor, runtime::big_endian_key(2));
  auto page = read_rows({});
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_EQ(page->rows[0].value, "shown");

  auto first = due(partition_of(aurora), 2000, {}, 1);
  ASSERT_TRUE(first) << first.error().to_string();
  ASSERT_EQ(first->entries.size(), 1U);
  EXPECT_EQ(first->entries[0].actor, aurora);
  EXPECT_EQ(first->entries[0].name, "open");
  EXPECT_TRUE(first->more);
  auto rest = due(partition_of(aurora), 2000, first->cursor);
  ASSERT_EQ(rest->entries.size(), 1U);
  EXPECT_EQ(rest->entries[0].payload, "now");
  EXPECT_FALSE(rest->more);
  EXPECT_TRUE(due(partition_of(aurora), 999)->entries.empty());
}

TEST_F(local_log_test, an_append_of_an_earlier_run_is_refused) {
  auto before = recover();
  stop();
  start();
  ASSERT_TRUE(recover());
  EXPECT_TRUE(is(log_->append({aurora, before->owner_epoch, {}, {"late"}, {}, {}}, nullptr), condition::not_owner));
}

TEST_F(local_log_test, an_actor_must_be_recovered_before_it_appends) {
  EXPECT_TRUE(is(log_->append({aurora, epoch{1}, {}, {"one"}, {}, {}}, nullptr), condition::retryable));
}

TEST_F(local_log_test, a_released_actor_appends_no_more) {
  auto r = recover();
  log_->release(aurora);
  EXPECT_TRUE(is(log_->append({aurora, r->owner_epoch, {}, {"one"}, {}, {}}, nullptr), condition::retryable));
}

TEST_F(local_log_test, a_recovery_comes_after_the_appends_of_the_earlier_opener) {
  auto first = recover();
  auto listener = std::make_shared<waiter>();
  for (std::uint64_t n = 0; n < 200; ++n) {
    ASSERT_TRUE(log_->append({aurora, first->owner_epoch, sequence{n}, {"event"}, {}, {}}, listener));
  }
  auto second = recover();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->events.size(), 200U);
  EXPECT_TRUE(listener->wait(sequence{200}));
}

TEST_F(local_log_test, an_operator_sees_what_is_stored_without_opening_it) {
  EXPECT_TRUE(is(peek(), condition::not_found));
  auto opened = recover();
  ASSERT_TRUE(commit({aurora, opened->owner_epoch, {}, {"one"}, {}, {}}));
  EXPECT_EQ(peek()->events, std::vector<std::string>{"one"});
  EXPECT_TRUE(commit({aurora, opened->owner_epoch, sequence{1}, {"two"}, {}, {}})) << "the writer keeps the log";
}

TEST_F(local_log_test, a_page_can_be_read_backwards_between_bounds) {
  auto opened = recover();
  runtime::append_request r{aurora, opened->owner_epoch, {}, {"e"}, {}, {}};
  for (std::uint64_t n = 1; n <= 5; ++n) {
    r.rows.push_back({runtime::row_table::history, runtime::big_endian_key(n), std::to_string(n), 0});
  }
  ASSERT_TRUE(commit(r));
  auto page = read_rows({runtime::row_table::history, runtime::big_endian_key(1), runtime::big_endian_key(5), true, 2});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->rows.size(), 2U);
  EXPECT_EQ(page->rows[0].value, "4");
  EXPECT_EQ(page->rows[1].value, "3");
  EXPECT_TRUE(page->more);
}

TEST_F(local_log_test, a_single_node_owns_every_partition) {
  for (std::uint16_t p = 0; p < partition_count; ++p) {
    EXPECT_EQ(coordination_->held(partition{p}), epoch{1});
    EXPECT_EQ(coordination_->owner_of(partition{p})->owner, node_id{"n1"});
  }
  EXPECT_TRUE(is(coordination_->held(partition{partition_count}), condition::not_owner));
}

TEST(read_pool_test, jobs_beyond_the_bound_are_overloaded_and_the_rest_run) {
  metrics numbers;
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  std::atomic<int> ran{0};
  std::atomic<int> refused{0};
  std::promise<void> started;
  {
    read_pool pool(1, 2, numbers);
    pool.submit([&](result<void>) {
      started.set_value();
      opened.wait();
      ++ran;
    });
    started.get_future().wait();
    auto count = [&](result<void> turn) { turn ? ++ran : ++refused; };
    for (int i = 0; i < 5; ++i) pool.submit(count);
    EXPECT_EQ(refused, 3);
    gate.set_value();
    while (ran < 3) std::this_thread::yield();
  }
  EXPECT_EQ(ran, 3);
}

TEST(read_pool_test, jobs_that_wait_at_the_end_are_told) {
  metrics numbers;
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  std::promise<void> started;
  std::optional<error> told;
  auto pool = std::make_unique<read_pool>(1, 2, numbers);
  pool->submit([&](result<void>) {
    started.set_value();
    opened.wait();
  });
  started.get_future().wait();
  pool->submit([&](result<void> turn) {
    told = turn.error();
    gate.set_value();  // the destructor waits for the job that waits for this
  });
  pool.reset();
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->is(condition::retryable));
}

TEST(read_pool_test, without_threads_the_caller_runs_the_jobs_in_the_order_it_likes) {
  metrics numbers;
  read_pool pool(0, 3, numbers);
  std::vector<int> ran;
  std::vector<int> refused;
  for (int i = 0; i < 4; ++i) {
    pool.submit([&, i](result<void> turn) { (turn ? ran : refused).push_back(i); });
  }
  EXPECT_EQ(refused, std::vector<int>{3});
  EXPECT_EQ(pool.waiting(), 3U);
  EXPECT_FALSE(pool.run_waiting(3));
  EXPECT_TRUE(pool.run_waiting(2));
  EXPECT_TRUE(pool.run_waiting(0));
  EXPECT_EQ(ran, (std::vector<int>{2, 0}));
  EXPECT_TRUE(pool.run_waiting(0));
  EXPECT_FALSE(pool.run_waiting(0));
}

TEST(read_pool_test, a_job_that_the_caller_runs_may_submit_another) {
  metrics numbers;
  read_pool pool(0, 2, numbers);
  bool second = false;
  pool.submit([&](result<void>) { pool.submit([&](result<void> turn) { second = turn.has_value(); }); });
  EXPECT_TRUE(pool.run_waiting(0));
  EXPECT_TRUE(pool.run_waiting(0));
  EXPECT_TRUE(second);
}

}  // namespace
}  // namespace lightstick::cluster
