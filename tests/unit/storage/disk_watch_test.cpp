// A disk that does not answer is told of while it hangs.
#include "storage/disk_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "runtime/base/log.hpp"

namespace lightstick::storage::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string>& lines() {
  static std::vector<std::string> all;
  return all;
}

class disk_watch_test : public testing::Test {
 protected:
  disk_watch_test() {
    lines().clear();
    log::set_level(log::area::storage, log::level::info);
    log::set_sink([](std::string_view line) { lines().emplace_back(line); });
  }
  ~disk_watch_test() override { log::set_sink(nullptr); }
  [[nodiscard]] std::int64_t seconds(std::string_view work) const {
    for (const auto& e : registry.entries()) {
      if (e.name == "lightstick_storage_" + std::string(work) + "_under_way_seconds") return e.as_gauge->value();
    }
    return -1;
  }

  metrics registry;
  manual_clock clock;
  std::optional<disk_watch> watch{std::in_place, registry, clock, false};
};

TEST_F(disk_watch_test, a_hang_is_logged_once_while_it_lasts_and_once_when_it_is_over) {
  {
    const disk_watch::scope commit(*watch, disk_watch::work::commit);
    clock.advance(1'999ms);
    EXPECT_EQ(watch->look(), 0U);
    EXPECT_THAT(lines(), testing::IsEmpty());
    clock.advance(1ms);
    EXPECT_EQ(watch->look(), 1U);
    EXPECT_EQ(watch->look(), 1U);
    EXPECT_THAT(lines(), ElementsAre(testing::AllOf(HasSubstr("the disk does not answer"), HasSubstr("work=commit"))));
    clock.advance(15s);
    EXPECT_EQ(watch->age(disk_watch::work::commit), 17s);
    EXPECT_EQ(watch->age(disk_watch::work::read), 0s);
    EXPECT_EQ(seconds("commit"), 17);
    EXPECT_EQ(seconds("read"), 0);
  }
  EXPECT_EQ(watch->age(disk_watch::work::commit), 0s);
  EXPECT_EQ(seconds("commit"), 0);
  EXPECT_EQ(watch->look(), 0U);
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_THAT(lines()[1], HasSubstr("the disk answers again"));
  EXPECT_THAT(lines()[1], HasSubstr("after_ms=17000"));
}

TEST_F(disk_watch_test, each_hang_is_logged_and_a_quick_one_is_not) {
  for (int i = 0; i < 3; ++i) {
    const disk_watch::scope read(*watch, disk_watch::work::read);
    clock.advance(i == 1 ? 10ms : 3s);
    watch->look();
  }
  EXPECT_EQ(lines().size(), 4U);
}

TEST_F(disk_watch_test, the_oldest_of_many_reads_counts_and_those_beyond_the_bound_do_no_harm) {
  std::vector<std::unique_ptr<disk_watch::scope>> reads;
  for (std::size_t i = 0; i < disk_watch::slots + 5; ++i) {
    reads.push_back(std::make_unique<disk_watch::scope>(*watch, disk_watch::work::read));
    clock.advance(1s);
  }
  EXPECT_EQ(watch->age(disk_watch::work::read), std::chrono::seconds{disk_watch::slots + 5});
  EXPECT_EQ(watch->look(), disk_watch::slots);
  reads.erase(reads.begin());
  EXPECT_EQ(watch->age(disk_watch::work::read), std::chrono::seconds{disk_watch::slots + 4});
  reads.clear();
  EXPECT_EQ(watch->age(disk_watch::work::read), 0s);
}

TEST_F(disk_watch_test, a_registry_may_outlive_it) {
  watch.reset();
  EXPECT_EQ(seconds("commit"), 0);
}

}  // namespace
}  // namespace lightstick::storage::test
