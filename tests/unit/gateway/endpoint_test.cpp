#include <gtest/gtest.h>

#include "gateway/gateway.hpp"
#include "gateway/net/ip_address.hpp"

namespace lightstick::gateway {
namespace {

TEST(endpoint_test, reads_and_writes_addresses_with_ports) {
  for (const auto* text : {"127.0.0.1:8080", "0.0.0.0:0", "[::1]:443", "[2001:db8::7]:65535"}) {
    const auto e = parse_endpoint(text);
    ASSERT_TRUE(e) << text;
    EXPECT_EQ(to_string(*e), text);
  }
  EXPECT_EQ(to_string(parse_endpoint("localhost:80").value()), "127.0.0.1:80");
}

TEST(endpoint_test, refuses_what_is_no_address_with_a_port) {
  for (const auto* text :
       {"", ":", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x", "::1:80",
        "[127.0.0.1]:80", "[::1]", "host.example:80", "[localhost]:80", "256.1.1.1:80"}) {
    const auto e = parse_endpoint(text);
    ASSERT_FALSE(e) << text;
    EXPECT_TRUE(e.error().is(condition::invalid));
    EXPECT_NE(e.error().detail.find("127.0.0.1:8080"), std::string::npos) << "an example shows the form";
  }
}

}  // namespace
}  // namespace lightstick::gateway

namespace lightstick::gateway::net {
namespace {

ip_address address(std::string_view text) { return ip_address::parse(text).value(); }

TEST(ip_address_test, a_mapped_address_is_the_ipv4_address) {
  EXPECT_EQ(address("::ffff:192.0.2.7"), address("192.0.2.7"));
  EXPECT_EQ(address("::ffff:192.0.2.7").to_string(), "192.0.2.7");
  EXPECT_EQ(address("2001:DB8::1").to_string(), "2001:db8::1");
}

TEST(ip_address_test, knows_loopback_in_all_its_forms) {
  for (const auto* text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(address(text).is_loopback()) << text;
  for (const auto* text : {"128.0.0.1", "::2", "::", "10.0.0.1"}) EXPECT_FALSE(address(text).is_loopback()) << text;
}

TEST(ip_address_test, refuses_other_texts) {
  for (const auto* text : {"", "1.2.3", "1.2.3.4.5", "01.2.3.4x", "fe80::1%eth0", "[::1]", "::g",
                           "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"}) {
    EXPECT_FALSE(ip_address::parse(text)) << text;
  }
}

TEST(ip_network_test, holds_its_addresses_and_no_others) {
  const auto ten = ip_network::parse("10.0.0.0/8").value();
  EXPECT_TRUE(ten.contains(address("10.255.0.1")));
  EXPECT_FALSE(ten.contains(address("11.0.0.0")));
  EXPECT_FALSE(ten.contains(address("::a00:1")));
  const auto odd = ip_network::parse("192.0.2.128/25").value();
  EXPECT_TRUE(odd.contains(address("192.0.2.200")));
  EXPECT_FALSE(odd.contains(address("192.0.2.127")));
  const auto six = ip_network::parse("2001:db8::/33").value();
  EXPECT_TRUE(six.contains(address("2001:db8:7fff::1")));
  EXPECT_FALSE(six.contains(address("2001:db8:8000::1")));
  const auto one = ip_network::parse("192.0.2.7").value();
  EXPECT_TRUE(one.contains(address("192.0.2.7")));
  EXPECT_FALSE(one.contains(address("192.0.2.6")));
  EXPECT_TRUE(ip_network::parse("0.0.0.0/0").value().contains(address("203.0.113.9")));
}

TEST(ip_network_test, names_what_is_no_network) {
  for (const auto* text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "::/129", "ten", "/8"}) {
    EXPECT_FALSE(ip_network::parse(text)) << text;
  }
  const auto all = ip_networks::parse({"10.0.0.0/8", "nonsense"});
  ASSERT_FALSE(all);
  EXPECT_NE(all.error().detail.find("nonsense"), std::string::npos);
}

}  // namespace
}  // namespace lightstick::gateway::net
