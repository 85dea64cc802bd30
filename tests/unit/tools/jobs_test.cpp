#include "tools/node/jobs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>

#include "runtime/base/log.hpp"
#include "runtime/base/metrics.hpp"

namespace lightstick::tools {
namespace {

using testing::HasSubstr;

/// One that nothing can be asked of.
class broken_node final : public erasable {
 public:
  result<storage::found_logs> find(const storage::log_search& /*what*/, const storage::progress& /*watch*/) override {
    throw std::runtime_error("too many open files");
  }
  result<void> rewrite(std::span<const storage::log_span> /*spans*/, const std::function<bool()>& /*go_on*/) override {
    return {};
  }
  void forget_in_room(const room_id& /*room*/, const user_id& /*user*/, numbered_answer done) override { done(0); }
  void wake(const room_id& /*room*/, numbered_answer done) override { done(0); }
  void let_go(const room_id& /*room*/) override {}
  void forget_user(const user_id& /*user*/, numbered_answer done) override { done(0); }
  void drop_letters(const user_id& /*user*/, numbered_answer done) override { done(0); }
};

class jobs_of_node : public testing::Test {
 protected:
  void SetUp() override {
    log::set_level(log::level::off);
    std::string name = (std::filesystem::temp_directory_path() / "lightstick-jobs-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    storage::options how;
    how.path = folder_ / "data";
    auto opened = storage::store::open(how, registry_, system_clock_source());
    ASSERT_TRUE(opened) << opened.error().to_string();
    store_ = std::move(*opened);
    jobs_ = std::make_unique<jobs>(*store_, how.path.string());
  }
  void TearDown() override {
    jobs_.reset();
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    log::set_level(log::level::info);
  }
  /// Of the last one of that kind, when it has ended.
  [[nodiscard]] std::string ended(std::string_view kind) const {
    for (;;) {
      auto told = jobs_->status(kind);
      if (!told) return told.error().detail;
      if (told->find("running") == std::string::npos) return *told;
      std::this_thread::yield();
    }
  }

  std::filesystem::path folder_;
  metrics registry_;
  std::unique_ptr<storage::store> store_;
  std::unique_ptr<jobs> jobs_;
};

TEST_F(jobs_of_node, one_that_throws_has_failed_and_the_next_can_begin) {
  jobs_->can_erase(std::make_unique<broken_node>());
  std::string heard;
  const auto begun = jobs_->start("erase", R"({"actor":"user/mina"})", [&](result<std::string> outcome) {
    heard = outcome ? *outcome : outcome.error().detail;
  });
  ASSERT_TRUE(begun) << begun.error().to_string();
  EXPECT_THAT(ended("erase"), HasSubstr("too many open files"));
  EXPECT_THAT(heard, HasSubstr("too many open files"));
  const auto next = jobs_->start("stats", "{}", {});
  ASSERT_TRUE(next) << next.error().to_string();
  EXPECT_THAT(ended("stats"), HasSubstr("done"));
}

}  // namespace
}  // namespace lightstick::tools
