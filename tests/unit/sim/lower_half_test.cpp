#include "tests/sim/cluster/lower_half.hpp"

#include <gtest/gtest.h>

#include "runtime/base/log.hpp"

namespace lightstick::sim {
namespace {

const actor_id aurora{"room", "aurora"};

struct ear final : runtime::append_listener {
  void committed(sequence last) noexcept override { up_to = last; }
  void append_failed(const error& /*why*/) noexcept override { ++failures; }
  sequence up_to;
  int failures = 0;
};

/// A node without its runtime: the test is that.
class lower_half_test : public testing::Test {
 protected:
  lower_half_test() {
    log::set_level(log::area::storage, log::level::off);
    start();
  }
  void start() {
    registry_ = std::make_unique<metrics>();
    auto started = lower_half::start(on_, {}, {}, *registry_);
    ASSERT_TRUE(started) << started.error().to_string();
    node_ = std::move(*started);
  }
  void crash(disk::crash how) {
    on_.file.crash_now();
    node_.reset();
    on_.loop.forget_process();
    on_.file.restart(how);
    start();
  }
  void settle() {
    while (on_.loop.step()) {
    }
  }
  runtime::recovered_log recover() {
    std::optional<runtime::recovered_log> out;
    node_->log().recover(aurora, [&](result<runtime::recovered_log> r) {
      ASSERT_TRUE(r) << r.error().to_string();
      out = std::move(*r);
    });
    EXPECT_FALSE(out) << "the scheduler decides when";
    settle();
    return out.value_or(runtime::recovered_log{});
  }

  machine on_{1};
  std::unique_ptr<metrics> registry_;
  std::unique_ptr<lower_half> node_;
};

TEST_F(lower_half_test, commits_and_reads_wait_for_the_scheduler_and_survive_a_power_cut) {
  auto opened = recover();
  EXPECT_EQ(opened.owner_epoch, epoch{1});
  auto heard = std::make_shared<ear>();
  ASSERT_TRUE(node_->log().append({aurora, opened.owner_epoch, {}, {"a", "b"}, {}, {}}, heard));
  EXPECT_EQ(heard->up_to, sequence{});
  settle();
  EXPECT_EQ(heard->up_to, sequence{2});
  crash(disk::crash::power);
  auto again = recover();
  EXPECT_EQ(again.events, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(again.owner_epoch, epoch{2}) << "every start takes a new one";
}

TEST_F(lower_half_test, a_slow_disk_is_slow_in_virtual_time) {
  auto opened = recover();
  disk_faults f;
  f.slow = 1000;
  f.slow_max = std::chrono::seconds{1};
  on_.file.set_faults(f);
  auto heard = std::make_shared<ear>();
  auto began = on_.clock.now();
  ASSERT_TRUE(node_->log().append({aurora, opened.owner_epoch, {}, {"a"}, {}, {}}, heard));
  settle();
  EXPECT_EQ(heard->up_to, sequence{1});
  EXPECT_GT(on_.clock.now() - began, std::chrono::milliseconds{10});
}

TEST_F(lower_half_test, a_disk_that_comes_back_is_noticed_by_the_virtual_clock) {
  auto opened = recover();
  on_.file.set_full(true);
  auto heard = std::make_shared<ear>();
  ASSERT_TRUE(node_->log().append({aurora, opened.owner_epoch, {}, {"a"}, {}, {}}, heard));
  for (int n = 0; n < 10; ++n) on_.loop.step();
  EXPECT_EQ(heard->failures, 1);
  EXPECT_FALSE(node_->store().writable());
  on_.file.set_full(false);
  settle();
  EXPECT_TRUE(node_->store().writable());
  EXPECT_TRUE(recover().events.empty());
}

}  // namespace
}  // namespace lightstick::sim
