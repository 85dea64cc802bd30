#include "tools/node/minder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "tests/support/deadline.hpp"

namespace lightstick::tools {
namespace {

using test::poll_until;

TEST(minder, looks_now_and_then_and_when_it_is_woken) {
  std::atomic<int> looks{0};
  std::atomic<int> asked_for{0};
  minder m;
  m.add([&](bool asked) {
    ++looks;
    if (asked) ++asked_for;
  });
  m.start();
  EXPECT_TRUE(poll_until([&] { return looks > 0; })) << "by itself";
  const int before = looks;
  m.wake();
  EXPECT_TRUE(poll_until([&] { return looks > before; }));
  EXPECT_EQ(asked_for, 0);
  m.look_now();
  EXPECT_TRUE(poll_until([&] { return asked_for == 1; }));
}

TEST(minder, a_task_that_throws_does_not_keep_others_from_theirs) {
  std::atomic<int> looks{0};
  minder m;
  m.add([](bool) { throw std::runtime_error("no"); });
  m.add([&](bool) { ++looks; });
  m.start();
  for (int i = 1; i <= 3; ++i) {
    m.wake();
    EXPECT_TRUE(poll_until([&] { return looks >= i; }));
  }
}

TEST(minder, ends_at_once) {
  minder m;
  m.wake();
  m.stop();
  minder with_task;
  with_task.add([](bool) {});
  with_task.start();
  with_task.stop();
  with_task.stop();
}

}  // namespace
}  // namespace lightstick::tools
