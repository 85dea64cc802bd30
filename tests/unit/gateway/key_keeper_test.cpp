#include "gateway/auth/key_keeper.hpp"

#include <gtest/gtest.h>

#include "tests/support/signing_key.hpp"

namespace lightstick::gateway::auth {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

class key_keeper_test : public testing::Test {
 protected:
  /// What is published from now on: one key of that name.
  void publish(const std::string& kid) {
    published_ = R"({"keys":[)" + signer_.jwk(R"("kid":")" + kid + R"(",)") + "]}";
  }
  result<looked> look() {
    ++looks;
    if (!failure.empty()) return fail(errc::unavailable, failure);
    auto keys = key_set::read(published_);
    if (!keys) return fail(std::move(keys.error()));
    return looked{std::move(*keys), max_age};
  }
  [[nodiscard]] bool knows(const std::string& kid) const {
    return keeper.ring()->keys()->find(kid, algorithm::eddsa) != nullptr;
  }
  std::optional<milliseconds> ask(const std::string& kid) { return keeper.ring()->renew(kid); }
  std::int64_t value(const std::string& name, const std::string& label = {}) {
    for (const auto& e : registry.entries()) {
      if (e.name != name || (!label.empty() && e.labels.front().value != label)) continue;
      return e.as_gauge != nullptr ? e.as_gauge->value() : static_cast<std::int64_t>(e.as_counter->value());
    }
    ADD_FAILURE() << "no " << name;
    return -1;
  }

  manual_clock clock;
  metrics registry;
  int looks = 0;
  int wakes = 0;
  std::string failure;
  std::optional<std::chrono::seconds> max_age;
  signing_key signer_{algorithm::eddsa};
  std::string published_;
  key_keeper keeper{"somewhere", {.interval = 30s, .refresh = 15min}, [this] { return look(); }, clock, registry};
};

TEST_F(key_keeper_test, looks_at_once_and_then_when_the_keys_are_old) {
  publish("a");
  EXPECT_TRUE(keeper.turn());
  EXPECT_TRUE(knows("a"));
  publish("b");
  clock.advance(15min - 1ms);
  EXPECT_TRUE(keeper.turn());
  EXPECT_EQ(looks, 1);
  clock.advance(1ms);
  EXPECT_TRUE(keeper.turn());
  EXPECT_EQ(looks, 2);
  EXPECT_TRUE(knows("b"));
  EXPECT_FALSE(knows("a"));
  EXPECT_EQ(value("lightstick_auth_keys"), 1);
}

TEST_F(key_keeper_test, keeps_keys_as_long_as_their_publisher_says_within_bounds) {
  publish("a");
  for (const auto& [says, kept] :
       {std::pair{0s, 30'000ms}, {60s, 60'000ms}, {1h, 900'000ms}, {std::chrono::seconds::max(), 900'000ms}}) {
    max_age = says;
    (void)keeper.turn(true);
    const auto before = looks;
    clock.advance(kept - 1ms);
    (void)keeper.turn();
    EXPECT_EQ(looks, before) << says.count();
    clock.advance(1ms);
    (void)keeper.turn();
    EXPECT_EQ(looks, before + 1) << says.count();
  }
}

TEST_F(key_keeper_test, a_key_that_is_not_known_is_looked_for_once_an_interval) {
  keeper.wake_by([this] { ++wakes; });
  publish("a");
  (void)keeper.turn();
  clock.advance(10s);
  EXPECT_EQ(ask("b"), 21'000ms) << "the next look may begin in 20 s";
  EXPECT_EQ(ask("b"), 21'000ms);
  EXPECT_EQ(wakes, 0) << "nobody can be made to look more often";
  (void)keeper.turn();
  EXPECT_EQ(looks, 1);
  clock.advance(20s);
  EXPECT_EQ(ask("b"), 1'000ms);
  EXPECT_EQ(wakes, 1);
  publish("b");
  (void)keeper.turn();
  EXPECT_EQ(looks, 2);
  EXPECT_TRUE(knows("b"));
  EXPECT_EQ(value("lightstick_auth_key_waits_total"), 3);
}

TEST_F(key_keeper_test, a_key_that_was_looked_for_in_vain_is_refused_for_an_interval) {
  publish("a");
  (void)keeper.turn();
  clock.advance(1min);
  EXPECT_EQ(ask("b"), 1'000ms) << "a look may begin at once";
  (void)keeper.turn();
  EXPECT_EQ(ask("b"), std::nullopt);
  EXPECT_TRUE(ask("c").has_value()) << "that one nobody has looked for";
  clock.advance(30s);
  EXPECT_TRUE(ask("b").has_value()) << "it may be there by now";
}

TEST_F(key_keeper_test, a_look_that_fails_leaves_the_keys_and_is_tried_again) {
  publish("a");
  (void)keeper.turn();
  failure = "nobody listens";
  clock.advance(15min);
  EXPECT_FALSE(keeper.turn());
  EXPECT_TRUE(knows("a"));
  EXPECT_EQ(value("lightstick_auth_keys_failing"), 1);
  EXPECT_EQ(value("lightstick_auth_key_looks_total", "failed"), 1);
  EXPECT_TRUE(ask("b").has_value()) << "nobody can say that it does not exist";
  EXPECT_TRUE(keeper.turn()) << "too early";
  clock.advance(30s);
  EXPECT_FALSE(keeper.turn());
  EXPECT_TRUE(ask("b").has_value());
  failure.clear();
  publish("b");
  clock.advance(30s);
  EXPECT_TRUE(keeper.turn());
  EXPECT_TRUE(knows("b"));
  EXPECT_EQ(value("lightstick_auth_keys_failing"), 0);
}

TEST_F(key_keeper_test, nonsense_is_a_failure_too) {
  publish("a");
  (void)keeper.turn();
  published_ = "<html>";
  EXPECT_FALSE(keeper.turn(true));
  EXPECT_TRUE(knows("a"));
}

TEST_F(key_keeper_test, an_operator_need_not_wait) {
  publish("a");
  (void)keeper.turn();
  publish("b");
  EXPECT_TRUE(keeper.turn(true));
  EXPECT_TRUE(knows("b"));
}

TEST_F(key_keeper_test, invented_names_take_no_memory_beyond_the_bound) {
  publish("a");
  (void)keeper.turn();
  clock.advance(1min);
  for (std::size_t i = 0; i < 2 * key_keeper::names_max; ++i) EXPECT_TRUE(ask("k" + std::to_string(i)).has_value());
  (void)keeper.turn();
  EXPECT_EQ(ask("k0"), std::nullopt);
  EXPECT_EQ(ask("k" + std::to_string(key_keeper::names_max - 1)), std::nullopt);
  EXPECT_TRUE(ask("k" + std::to_string(key_keeper::names_max)).has_value()) << "forgotten, so it is looked for again";
  EXPECT_EQ(ask(std::string(key_set::kid_bytes_max + 1, 'k')), std::nullopt) << "no key is called so";
}

TEST_F(key_keeper_test, the_ring_may_outlive_it) {
  auto passing = std::make_unique<key_keeper>(
      "x", key_times{}, [this] { return look(); }, clock, registry);
  const auto ring = passing->ring();
  passing.reset();
  EXPECT_EQ(ring->renew("a"), std::nullopt);
}

}  // namespace
}  // namespace lightstick::gateway::auth
