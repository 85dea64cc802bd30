#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

#include "runtime/base/metrics.hpp"
#include "tools/node/open_files.hpp"
#include "tools/node/process_metrics.hpp"
#include "tools/node/stored_actors.hpp"
#include "tools/version/loaded_libraries.hpp"

namespace lightstick::tools {
namespace {

using testing::HasSubstr;

/// Puts the process's limit back.
class open_files : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0); }
  void TearDown() override { ::setrlimit(RLIMIT_NOFILE, &before_); }
  static void set_soft(rlim_t soft) {
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = soft;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  static rlim_t soft() {
    rlimit limit{};
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    return limit.rlim_cur;
  }

  rlimit before_{};
};

TEST_F(open_files, raises_the_soft_limit_as_far_as_it_needs) {
  if (before_.rlim_max < open_files_slack + 10) GTEST_SKIP() << "the hard limit is too low here";
  set_soft(256);
  EXPECT_EQ(ensure_open_files(10), std::nullopt);
  EXPECT_EQ(soft(), open_files_slack + 10);
}

TEST_F(open_files, never_lowers_it) {
  auto was = soft();
  if (was < open_files_slack + 10) GTEST_SKIP() << "the soft limit is too low here";
  EXPECT_EQ(ensure_open_files(1), std::nullopt);
  EXPECT_EQ(soft(), was);
}

TEST_F(open_files, says_what_to_do_when_the_hard_limit_is_too_low) {
  auto told = ensure_open_files(10'000'000'000);
  ASSERT_TRUE(told);
  EXPECT_THAT(*told, HasSubstr("limits.connections is 10000000000"));
  EXPECT_THAT(*told, HasSubstr("LimitNOFILE"));
}

TEST(process_metrics, are_read_at_each_scrape) {
  metrics registry;
  add_process_metrics(registry);
  auto value = [&](std::string_view name) -> std::int64_t {
    for (const auto& entry : registry.entries()) {
      if (entry.name == name) return entry.as_gauge->value();
    }
    ADD_FAILURE() << "no metric " << name;
    return 0;
  };
  EXPECT_EQ(value("lightstick_build_info"), 1);
  EXPECT_GT(value("lightstick_process_resident_bytes"), 1'000'000);
  EXPECT_GE(value("lightstick_process_open_files"), 3);
  EXPECT_GT(value("lightstick_process_open_files_max"), 0);
  auto before = value("lightstick_process_cpu_ms");
  while (value("lightstick_process_cpu_ms") == before) {
  }
}

TEST(readiness, ends_when_the_disk_has_kept_a_commit_or_a_read_waiting_for_too_long) {
  using std::chrono::milliseconds;
  EXPECT_EQ(unready_because({milliseconds{9'999}, milliseconds{9'999}}), std::nullopt);
  EXPECT_EQ(unready_because({milliseconds{10'000}, {}}), "a commit has waited for the disk for 10 s");
  EXPECT_EQ(unready_because({{}, milliseconds{12'900}}), "a read has waited for the disk for 12 s");
}

TEST(stored_actor, is_described_by_its_log) {
  runtime::recovered_log stored;
  stored.owner_epoch = epoch{3};
  stored.last = sequence{45};
  stored.snapshot_at = sequence{43};
  stored.snapshot = "1234567";
  stored.events = {"ab", "cde"};
  stored.marks.resize(4);
  EXPECT_EQ(describe(stored), (runtime::inspection{{"epoch", "3"},
                                                   {"sequence", "45"},
                                                   {"snapshot_at", "43"},
                                                   {"snapshot_bytes", "7"},
                                                   {"events_after_snapshot", "2"},
                                                   {"events_bytes", "5"},
                                                   {"marks", "4"}}));
}

TEST(loaded_library, is_named_by_its_file) {
  auto parsed = parse_library_file("/usr/lib/x86_64-linux-gnu/librocksdb.so.7.8.3");
  EXPECT_EQ(parsed.name, "rocksdb");
  EXPECT_EQ(parsed.version, "7.8.3");
  EXPECT_EQ(parse_library_file("/lib/ld-linux-x86-64.so.2").name, "ld-linux-x86-64");
  EXPECT_EQ(parse_library_file("/lib/libx.so").version, "");
  EXPECT_EQ(parse_library_file("strange").name, "strange");
}

}  // namespace
}  // namespace lightstick::tools
