#include "gateway/net/forwarding.hpp"

#include <gtest/gtest.h>

namespace lightstick::gateway::net {
namespace {

using namespace std::string_view_literals;
using namespace std::string_literals;

std::string v2(unsigned char command, unsigned char family, std::string_view addresses) {
  std::string out("\r\n\r\n\0\r\nQUIT\n"s);
  out += static_cast<char>(command);
  out += static_cast<char>(family);
  out += static_cast<char>(addresses.size() >> 8U);
  out += static_cast<char>(addresses.size() & 0xFFU);
  out += addresses;
  return out;
}

const std::string v4_addresses = "\xC0\x00\x02\x07\x0A\x00\x00\x01\x10\x00\x01\xBB"s;

TEST(proxy_header_test, reads_version_1) {
  const auto text = "PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\r\nGET / HTTP/1.1\r\n"sv;
  const auto header = parse_proxy_header(text).value().value();
  EXPECT_EQ(header.client->to_string(), "192.0.2.7");
  EXPECT_EQ(text.substr(header.bytes), "GET / HTTP/1.1\r\n");
  EXPECT_EQ(parse_proxy_header("PROXY TCP6 2001:db8::7 ::1 4711 443\r\n").value().value().client->to_string(),
            "2001:db8::7");
  EXPECT_FALSE(parse_proxy_header("PROXY UNKNOWN\r\n").value().value().client);
}

TEST(proxy_header_test, reads_version_2) {
  const auto bytes = v2(0x21, 0x11, v4_addresses) + "rest";
  const auto header = parse_proxy_header(bytes).value().value();
  EXPECT_EQ(header.client->to_string(), "192.0.2.7");
  EXPECT_EQ(bytes.substr(header.bytes), "rest");
  const auto six = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x07" + std::string(16, '\1') + "1234" + "extension";
  EXPECT_EQ(parse_proxy_header(v2(0x21, 0x21, six)).value().value().client->to_string(), "2001:db8::7");
  EXPECT_FALSE(parse_proxy_header(v2(0x20, 0x00, "")).value().value().client) << "LOCAL is the balancer itself";
}

TEST(proxy_header_test, asks_for_more_at_every_cut) {
  for (const auto& whole : {"PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\r\n"s, v2(0x21, 0x11, v4_addresses)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto header = parse_proxy_header(std::string_view(whole).substr(0, size));
      ASSERT_TRUE(header) << size;
      EXPECT_FALSE(header->has_value()) << size;
    }
  }
}

TEST(proxy_header_test, refuses_what_is_none) {
  for (const auto& bytes :
       {"GET / HTTP/1.1\r\n"s, "PROXY TCP4 192.0.2.7\r\n"s, "PROXY TCP4 ::1 ::1 1 2\r\n"s,
        "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n"s, "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n"s,
        "PROXY TCP4 nobody 1.2.3.4 1 2\r\n"s, "PROXY " + std::string(200, 'x'), v2(0x31, 0x11, v4_addresses),
        v2(0x22, 0x11, v4_addresses), v2(0x21, 0x11, "short"), v2(0x21, 0x21, v4_addresses),
        v2(0x21, 0x11, std::string(proxy_header_bytes_max, 'x')), "\r\n\r\n\0\r\nQUIX\n"s}) {
    EXPECT_FALSE(parse_proxy_header(bytes)) << bytes;
  }
}

class forwarded_header_test : public ::testing::Test {
 protected:
  static std::string shown(const std::optional<ip_address>& a) { return a ? a->to_string() : "none"; }
  std::string custom(std::string_view header) { return shown(client_of_x_forwarded_for(header, trusted)); }
  std::string standard(std::string_view header) { return shown(client_of_forwarded(header, trusted)); }
  ip_networks trusted = ip_networks::parse({"10.0.0.0/8", "fd00::/8"}).value();
};

TEST_F(forwarded_header_test, believes_the_nearest_address_that_is_no_proxy) {
  EXPECT_EQ(custom("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(custom("203.0.113.1, 192.0.2.7, 10.0.0.2"), "192.0.2.7") << "what the client wrote itself is not believed";
  EXPECT_EQ(custom("10.0.0.3, 10.0.0.2"), "10.0.0.3");
  EXPECT_EQ(custom(" 192.0.2.7:4711 "), "192.0.2.7");
  EXPECT_EQ(custom("2001:db8::7"), "2001:db8::7");
}

TEST_F(forwarded_header_test, reads_the_standard_header) {
  EXPECT_EQ(standard("for=192.0.2.7;proto=https;by=10.0.0.1"), "192.0.2.7");
  EXPECT_EQ(standard("for=203.0.113.1, For=\"[2001:db8::7]:4711\", for=10.0.0.2"), "2001:db8::7");
}

TEST_F(forwarded_header_test, an_unreadable_hop_hides_what_is_left_of_it) {
  EXPECT_EQ(custom("192.0.2.7, garbage"), "none");
  EXPECT_EQ(custom("192.0.2.7, unknown, 10.0.0.2"), "10.0.0.2");
  EXPECT_EQ(standard("for=_hidden"), "none");
  EXPECT_EQ(standard("proto=https"), "none");
  EXPECT_EQ(standard("for=[::1"), "::1");
  EXPECT_EQ(custom(""), "none");
}

}  // namespace
}  // namespace lightstick::gateway::net
