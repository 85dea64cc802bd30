#include <map>

#include "fixture.hpp"
#include "storage/engine.hpp"

namespace lightstick::storage::test {
namespace {

/// An engine in memory that fails when told to.
class scripted_engine final : public engine {
 public:
  struct script {
    int failing_writes = 0;
    int failing_resumes = 0;
    int writes = 0;
    int resumes = 0;
  };
  explicit scripted_engine(script& s) : script_(s) {}

  [[nodiscard]] result<std::optional<std::string>> get(family f, std::string_view key) const override {
    auto found = entries_.find({f, std::string(key)});
    return found == entries_.end() ? std::optional<std::string>{} : found->second;
  }
  [[nodiscard]] result<void> scan(const scan_range& range, const visitor& visit) const override {
    auto at = entries_.lower_bound({range.family, range.from});
    for (; at != entries_.end() && at->first < std::pair{range.family, range.to}; ++at) {
      if (!visit(at->first.second, at->second)) break;
    }
    return {};
  }
  [[nodiscard]] result<void> write(std::span<const std::vector<write_op>> batches, bool /*sync*/) override {
    ++script_.writes;
    if (script_.failing_writes > 0 && script_.failing_writes-- > 0) return fail(errc::io_failed, "write");
    for (const auto& ops : batches) {
      for (const auto& op : ops) entries_[{op.family, op.key}] = op.value;
    }
    return {};
  }
  [[nodiscard]] result<void> resume() override {
    ++script_.resumes;
    if (script_.failing_resumes > 0 && script_.failing_resumes-- > 0) return fail(errc::io_failed, "resume");
    return {};
  }
  [[nodiscard]] std::unique_ptr<engine_reader> view() const override {
    auto copy = std::make_unique<scripted_engine>(script_);
    copy->entries_ = entries_;
    return copy;
  }

 private:
  script& script_;
  std::map<std::pair<family, std::string>, std::string> entries_;
};

/// A store without a thread: nothing happens but by the test.
class pump_test : public testing::Test {
 protected:
  pump_test() {
    log::set_level(log::area::storage, log::level::off);
    options o;
    o.own_thread = false;
    store_ = store::over(std::make_unique<scripted_engine>(script_), o, registry_, clock_).value();
    script_.writes = 0;  // those that made it
    EXPECT_TRUE(store_->open_log(aurora));
  }
  int pump_all() {
    int steps = 0;
    while (store_->pump()) ++steps;
    return steps;
  }

  scripted_engine::script script_;
  manual_clock clock_;
  metrics registry_;
  std::unique_ptr<store> store_;
  std::shared_ptr<recorder> heard_ = std::make_shared<recorder>();
};

using numbers = std::vector<std::uint64_t>;

TEST_F(pump_test, writing_a_group_and_telling_of_it_are_two_steps) {
  EXPECT_FALSE(store_->pump_due());
  EXPECT_FALSE(store_->pump());
  ASSERT_TRUE(store_->append(after(0, {"a"}), heard_));
  ASSERT_TRUE(store_->append(after(1, {"b"}), heard_));
  EXPECT_EQ(store_->pump_due(), clock_.now());
  EXPECT_EQ(script_.writes, 0);
  EXPECT_TRUE(store_->pump());
  EXPECT_EQ(script_.writes, 1) << "one group for both";
  EXPECT_TRUE(heard_->commits().empty());
  EXPECT_EQ(store_->pump_due(), clock_.now());
  EXPECT_TRUE(store_->pump());
  EXPECT_EQ(heard_->commits(), numbers{2});
  EXPECT_FALSE(store_->pump());
}

TEST_F(pump_test, an_opener_makes_the_steps_it_would_have_waited_for) {
  ASSERT_TRUE(store_->append(after(0, {"a"}), heard_));
  auto contents = store_->open_log(aurora);
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->last, sequence{1});
  EXPECT_EQ(heard_->commits(), numbers{1}) << "the earlier writer was told first";
}

TEST_F(pump_test, an_opener_gets_through_a_failure) {
  script_.failing_writes = 1;
  script_.failing_resumes = 1;
  ASSERT_TRUE(store_->append(after(0, {"a"}), heard_));
  auto contents = store_->open_log(aurora);
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->last, sequence{0});
  EXPECT_EQ(heard_->failures().size(), 1U);
}

TEST_F(pump_test, epochs_are_raised_behind_what_waits) {
  ASSERT_TRUE(store_->append(after(0, {"a"}), heard_));
  std::pair<partition, epoch> up{aurora.partition, epoch{1}};
  ASSERT_TRUE(store_->raise_epochs({&up, 1}));
  EXPECT_EQ(heard_->failures().size(), 1U) << "of the older epoch";
  EXPECT_EQ(store_->epoch_of(aurora.partition), epoch{1});
}

TEST_F(pump_test, a_failed_raise_is_an_error_not_a_hang) {
  script_.failing_writes = 1;
  script_.failing_resumes = 1;
  std::pair<partition, epoch> up{aurora.partition, epoch{1}};
  EXPECT_EQ(code_of(store_->raise_epochs({&up, 1})), errc::io_failed);
}

TEST_F(pump_test, under_an_epoch_that_could_not_be_written_down_nothing_is_appended) {
  std::pair<partition, epoch> up{aurora.partition, epoch{1}};
  auto under_1 = after(0, {"a"});
  under_1.owner_epoch = epoch{1};
  script_.failing_writes = 1;
  EXPECT_FALSE(store_->raise_epochs({&up, 1}));
  pump_all();
  EXPECT_TRUE(store_->writable());
  EXPECT_EQ(store_->open_log(aurora)->owner_epoch, epoch{1});
  EXPECT_EQ(code_of(store_->append(under_1, heard_)), errc::stale_epoch) << "a restart would not know of epoch 1";
  ASSERT_TRUE(store_->raise_epochs({&up, 1}));
  EXPECT_TRUE(store_->append(under_1, heard_));
  pump_all();
  EXPECT_EQ(heard_->commits(), numbers{1});
}

TEST_F(pump_test, resuming_backs_off_by_the_clock_of_the_store) {
  script_.failing_writes = 1;
  script_.failing_resumes = 9;
  ASSERT_TRUE(store_->append(after(0, {"a"}), heard_));
  EXPECT_EQ(pump_all(), 3) << "write, tell, the first attempt";
  EXPECT_FALSE(store_->writable());
  for (auto pause : {100, 200, 400, 800, 1600, 3200, 5000, 5000}) {
    EXPECT_EQ(store_->pump_due(), clock_.now() + std::chrono::milliseconds{pause});
    clock_.advance(std::chrono::milliseconds{pause - 1});
    EXPECT_FALSE(store_->pump());
    clock_.advance(std::chrono::milliseconds{1});
    EXPECT_EQ(pump_all(), 1);
  }
  clock_.advance(std::chrono::seconds{5});
  EXPECT_EQ(pump_all(), 1);
  EXPECT_TRUE(store_->writable());
  EXPECT_EQ(script_.resumes, 10);
  EXPECT_FALSE(store_->pump_due());
  script_.failing_writes = 1;
  script_.failing_resumes = 1;
  ASSERT_TRUE(store_->open_log(aurora));
  ASSERT_TRUE(store_->append(after(0, {"a"}), heard_));
  pump_all();
  EXPECT_EQ(store_->pump_due(), clock_.now() + std::chrono::milliseconds{100}) << "a success begins anew";
}

TEST_F(pump_test, what_other_logs_have_queued_outlives_a_disk_that_resumes_at_once) {
  auto other = std::make_shared<recorder>();
  log_id b{aurora.partition, "room/b"};
  ASSERT_TRUE(store_->open_log(b));
  script_.failing_writes = 1;
  ASSERT_TRUE(store_->append(after(0, {"a"}), heard_));
  EXPECT_TRUE(store_->pump());
  ASSERT_TRUE(store_->append(after(0, {"b"}, b), other));
  EXPECT_TRUE(store_->pump());
  EXPECT_EQ(heard_->failures().size(), 1U);
  EXPECT_EQ(code_of(store_->append(after(1, {"b"}, b), other)), errc::io_failed) << "not before the disk resumed";
  EXPECT_TRUE(store_->pump());
  EXPECT_TRUE(store_->append(after(1, {"b"}, b), other));
  pump_all();
  EXPECT_EQ(other->commits(), numbers{2});
  EXPECT_TRUE(other->failures().empty());
}

TEST_F(pump_test, the_end_commits_what_waits) {
  ASSERT_TRUE(store_->append(after(0, {"a"}), heard_));
  store_.reset();
  EXPECT_EQ(heard_->commits(), numbers{1});
}

TEST_F(pump_test, the_end_does_not_wait_for_a_disk_that_failed) {
  script_.failing_writes = 1;
  script_.failing_resumes = 100;
  ASSERT_TRUE(store_->append(after(0, {"a"}), heard_));
  store_.reset();
  EXPECT_EQ(heard_->failures().size(), 1U);
}

}  // namespace
}  // namespace lightstick::storage::test
