#include <gtest/gtest.h>

#include "actors/revocations/revocations_actor.hpp"
#include "runtime/base/hex.hpp"
#include "tests/support/stepped_actors.hpp"

namespace lightstick::actors::revocations {
namespace {

using namespace std::chrono_literals;

class revocations_test : public ::testing::Test {
 protected:
  result<revoked> ask(bool of_user, const std::string& name, std::chrono::milliseconds for_so_long = 1h) {
    return node.ask<revoked>(self, revoke{of_user, name, {node.clock.wall().value + for_so_long.count()}});
  }
  std::vector<std::string> names() {
    std::vector<std::string> out;
    const auto all = node.ask<listed>(self, list{}).value();
    for (const auto& e : all.entries) {
      out.push_back((e.of_user ? "user/" : "jti/") + e.name);
    }
    return out;
  }

  const actor_id self{kind, key};
  testing::stepped_actors node{register_kind};
};

using lines = std::vector<std::string>;

TEST_F(revocations_test, are_there_after_a_restart) {
  const auto done = ask(true, "17");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->what.since, node.clock.wall());
  ASSERT_TRUE(ask(false, "t-1"));
  node.restart();
  EXPECT_EQ(names(), (lines{"user/17", "jti/t-1"}));
}

TEST_F(revocations_test, of_the_same_thing_the_later_one_counts) {
  ASSERT_TRUE(ask(true, "17"));
  ASSERT_TRUE(ask(false, "17"));
  node.advance(1min);
  const auto again = ask(true, "17");
  EXPECT_EQ(names(), (lines{"jti/17", "user/17"}));
  EXPECT_EQ(node.ask<listed>(self, list{}).value().entries.back(), again->what);
}

TEST_F(revocations_test, are_forgotten_when_they_expire) {
  ASSERT_TRUE(ask(true, "17", 1min));
  ASSERT_TRUE(ask(true, "18", 2min));
  node.advance(1min);
  EXPECT_EQ(names(), lines{"user/18"});
  node.restart();
  EXPECT_EQ(names(), lines{"user/18"});
}

TEST_F(revocations_test, refuse_what_cannot_be_meant) {
  const auto refused = [&](bool of_user, const std::string& name, std::chrono::milliseconds t = 1h) {
    const auto done = ask(of_user, name, t);
    return !done && done.error().is(condition::invalid);
  };
  EXPECT_TRUE(refused(true, ""));
  EXPECT_TRUE(refused(true, "a/b"));
  EXPECT_TRUE(refused(true, std::string(129, 'u')));
  EXPECT_TRUE(refused(false, ""));
  EXPECT_TRUE(refused(false, std::string(jti_bytes_max + 1, 'j')));
  EXPECT_TRUE(refused(false, "\xff"));
  EXPECT_TRUE(refused(true, "17", 0ms));
  EXPECT_TRUE(ask(false, std::string(jti_bytes_max, 'j')));
}

TEST_F(revocations_test, are_bounded_and_none_goes_before_its_time) {
  for (std::size_t i = 0; i < entries_max; ++i) ASSERT_TRUE(ask(false, std::to_string(i), i == 0 ? 1min : 1h)) << i;
  const auto full = ask(false, "one more");
  ASSERT_FALSE(full);
  EXPECT_TRUE(full.error().is(condition::overloaded));
  EXPECT_TRUE(ask(false, "7")) << "that one is there already";
  node.advance(1min);
  EXPECT_TRUE(ask(false, "one more")) << "the first has expired";
  EXPECT_EQ(names().size(), entries_max);
}

TEST_F(revocations_test, have_golden_bytes) {
  node.clock.set_wall({1'790'000'000'000});
  ASSERT_TRUE(ask(true, "17"));
  EXPECT_EQ(hex(node.log.events(self).back()), "960100c3c4023137cf000001a0c4506c00cf000001a0c4875a80");
}

}  // namespace
}  // namespace lightstick::actors::revocations
