#include "gateway/net/limits.hpp"

#include <gtest/gtest.h>

namespace lightstick::gateway::net {
namespace {

using namespace std::chrono_literals;

ip_address address(std::string_view text) { return ip_address::parse(text).value(); }

TEST(connection_limits_test, a_place_is_given_back_when_its_holder_goes) {
  connection_limits limits(2, 10, true);
  auto first = limits.admit();
  {
    auto second = limits.admit();
    EXPECT_TRUE(second);
    EXPECT_FALSE(limits.admit());
  }
  EXPECT_TRUE(limits.admit());
  auto moved = std::move(first);
  EXPECT_EQ(limits.open(), 1U);
  moved = admission{};
  EXPECT_EQ(limits.open(), 0U);
}

TEST(connection_limits_test, an_address_has_its_own_bound) {
  connection_limits limits(100, 2, true);
  std::vector<admission> held;
  held.push_back(limits.admit(address("192.0.2.1")));
  held.push_back(limits.admit(address("::ffff:192.0.2.1")));
  EXPECT_TRUE(held[1]);
  EXPECT_FALSE(limits.admit(address("192.0.2.1")));
  EXPECT_TRUE(limits.admit(address("192.0.2.2")));
  held.clear();
  EXPECT_EQ(limits.addresses(), 0U) << "an address without connections is forgotten";
}

TEST(connection_limits_test, a_household_of_ipv6_counts_as_one) {
  connection_limits limits(100, 1, true);
  const auto held = limits.admit(address("2001:db8:1:2::1"));
  EXPECT_FALSE(limits.admit(address("2001:db8:1:2:ffff::9")));
  EXPECT_TRUE(limits.admit(address("2001:db8:1:3::1")));
}

TEST(connection_limits_test, loopback_is_exempt_only_when_told) {
  for (const bool exempt : {true, false}) {
    connection_limits limits(100, 1, exempt);
    const auto held = limits.admit(address("127.0.0.1"));
    EXPECT_EQ(static_cast<bool>(limits.admit(address("127.0.0.1"))), exempt);
  }
}

TEST(connection_limits_test, a_refused_address_leaves_no_trace) {
  connection_limits limits(100, 0, true);
  EXPECT_FALSE(limits.admit(address("192.0.2.1")));
  EXPECT_EQ(limits.addresses(), 0U);
}

TEST(address_rates_test, loopback_may_when_it_is_exempt_and_surely_the_clients) {
  manual_clock clock;
  address_rates rates({1, 1}, true);
  const auto own = address("127.0.0.1");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rates.take(own, clock.now()), 0ms);
  EXPECT_EQ(rates.take(own, clock.now(), false), 0ms);
  EXPECT_GT(rates.take(own, clock.now(), false), 0ms);
  address_rates strict({1, 1}, false);
  EXPECT_EQ(strict.take(own, clock.now()), 0ms);
  EXPECT_GT(strict.take(own, clock.now()), 0ms);
}

TEST(address_rates_test, addresses_of_one_network_share) {
  manual_clock clock;
  address_rates rates({1, 1}, true);
  EXPECT_EQ(rates.take(address("2001:db8:1:2::1"), clock.now()), 0ms);
  EXPECT_GT(rates.take(address("2001:db8:1:2::2"), clock.now()), 0ms);
  EXPECT_EQ(rates.take(address("2001:db8:1:3::1"), clock.now()), 0ms);
}

}  // namespace
}  // namespace lightstick::gateway::net
