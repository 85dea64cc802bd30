// What stands between a fan and the node: balancers that tell the client's address, and TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/ssl.h>

#include <csignal>

#include "tests/support/certificate.hpp"
#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using namespace std::string_literals;

/// The node lets each address in once. So a second connection from "the same" address shows whose word was believed.
class balancer : public node_test {
 protected:
  node& start_behind(const std::string& forwarding, const std::string& trusted) {
    return start_node({"--limits-connections-per-address", "1", "--proxy-forwarding", forwarding, "--proxy-trusted",
                       trusted, "--timeouts-header", "1s"});
  }
  std::optional<ws_client> enter_with(const std::string& preamble, const std::string& headers) {
    auto options = the_node().to(encoding::json);
    options.dial.preamble = preamble;
    options.headers = headers;
    try {
      return ws_client(options);
    } catch (const upgrade_refused&) {
    } catch (const connection_lost&) {
    } catch (const std::system_error&) {
    }
    return std::nullopt;
  }
};

TEST_F(balancer, proxy_protocol_version_1_tells_the_address) {
  start_behind("proxy_protocol", "127.0.0.0/8");
  const auto first = enter_with("PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n", "");
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(enter_with("PROXY TCP4 203.0.113.7 127.0.0.1 4712 80\r\n", "").has_value());
  EXPECT_TRUE(enter_with("PROXY TCP4 203.0.113.8 127.0.0.1 4713 80\r\n", "").has_value());
  EXPECT_TRUE(enter_with("PROXY TCP6 2001:db8::7 2001:db8::1 4714 80\r\n", "").has_value());
}

TEST_F(balancer, proxy_protocol_version_2_tells_the_address) {
  start_behind("proxy_protocol", "127.0.0.1");
  const auto v2 = [](char last_byte) {
    return "\r\n\r\n\0\r\nQUIT\n"s + "\x21\x11\0\x0c"s + "\xcb\0\x71"s + last_byte + "\x7f\0\0\1"s + "\x12\x67\0\x50"s;
  };
  const auto first = enter_with(v2(7), "");
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(enter_with(v2(7), "").has_value());
  EXPECT_TRUE(enter_with(v2(8), "").has_value());
  // LOCAL: the balancer speaks for itself, as its health check does.
  EXPECT_TRUE(enter_with("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s, "").has_value());
}

TEST_F(balancer, proxy_protocol_is_read_byte_by_byte_too) {
  auto& n = start_behind("proxy_protocol", "127.0.0.1");
  stream slow({.port = n.port()});
  for (const char c : "PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n"s) {
    if (c != '\0') {
      slow.write(std::string(1, c));
    }
  }
  slow.write("Connection: close\r\n\r\n");
  EXPECT_TRUE(slow.read_to_end().starts_with("HTTP/1.1 200"));
}

TEST_F(balancer, a_broken_proxy_header_is_no_way_in) {
  start_behind("proxy_protocol", "127.0.0.1");
  for (const auto& preamble : {""s, "PROXY TCP4 203.0.113.7\r\n"s, "PROXY TCP4 1.2.3.4.5 127.0.0.1 4711 80\r\n"s,
                               "PROXY "s + std::string(2'000, 'x'), "\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff"s,
                               "\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0c"s}) {
    EXPECT_FALSE(enter_with(preamble, "").has_value()) << preamble.substr(0, 50);
  }
}

TEST_F(balancer, the_proxy_protocol_of_others_is_not_believed) {
  start_behind("proxy_protocol", "10.0.0.0/8");
  EXPECT_FALSE(enter_with("PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n", "").has_value());
}

TEST_F(balancer, a_forwarded_header_tells_the_address) {
  start_behind("forwarded", "127.0.0.1,192.0.2.0/24");
  const auto first = enter_with("", "Forwarded: for=203.0.113.7;proto=https\r\n");
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(enter_with("", "Forwarded: for=\"203.0.113.7:4711\"\r\n").has_value());
  EXPECT_TRUE(enter_with("", "Forwarded: for=\"[2001:db8::7]\"\r\n").has_value());
}

TEST_F(balancer, an_x_forwarded_for_header_tells_the_address) {
  start_behind("x_forwarded_for", "127.0.0.1,192.0.2.0/24");
  const auto first = enter_with("", "X-Forwarded-For: 203.0.113.7\r\n");
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(enter_with("", "X-Forwarded-For: 203.0.113.7\r\n").has_value());
  // What the client wrote itself stands to the left of what a trusted balancer added.
  EXPECT_FALSE(enter_with("", "X-Forwarded-For: 198.51.100.1, 203.0.113.7, 192.0.2.4\r\n").has_value());
  EXPECT_TRUE(enter_with("", "X-Forwarded-For: 203.0.113.7, 203.0.113.8\r\n").has_value());
}

TEST_F(balancer, a_client_that_adds_the_other_header_gains_nothing) {
  start_behind("x_forwarded_for", "127.0.0.1");
  const auto first = enter_with("", "X-Forwarded-For: 203.0.113.7\r\n");
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(enter_with("", "Forwarded: for=198.51.100.1\r\nX-Forwarded-For: 203.0.113.7\r\n").has_value());
  EXPECT_FALSE(enter_with("", "Forwarded: for=garbage\r\nX-Forwarded-For: 203.0.113.7\r\n").has_value());
}

TEST_F(balancer, who_is_not_told_is_never_exempt) {
  start_behind("x_forwarded_for", "127.0.0.1");
  const auto first = enter_with("", "X-Forwarded-For: garbage\r\n");
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(enter_with("", "").has_value());
  EXPECT_FALSE(enter_with("", "X-Forwarded-For: 203.0.113.7, unknown\r\n").has_value());
  // Somebody on this machine, through its balancer, is exempt as without one.
  EXPECT_TRUE(enter_with("", "X-Forwarded-For: 127.0.0.1\r\n").has_value());
}

TEST_F(balancer, a_forwarded_header_of_others_is_not_believed) {
  start_behind("x_forwarded_for", "10.0.0.0/8");
  // All of them come from loopback, which is exempt, whatever they say.
  const auto first = enter_with("", "X-Forwarded-For: 203.0.113.7\r\n");
  EXPECT_TRUE(first.has_value());
  EXPECT_TRUE(enter_with("", "X-Forwarded-For: 203.0.113.7\r\n").has_value());
}

TEST_F(balancer, without_forwarding_no_header_is_believed) {
  start_node({"--limits-connections-per-address", "1", "--limits-loopback-exempt=false"});
  const auto first = enter_with("", "X-Forwarded-For: 203.0.113.7\r\n");
  EXPECT_TRUE(first.has_value());
  EXPECT_FALSE(enter_with("", "X-Forwarded-For: 203.0.113.8\r\n").has_value());
}

/// The CN that a TLS server shows to a client that speaks this version only (0: any); nothing when they do not agree.
std::optional<std::string> shown_by(std::uint16_t port, int version = 0) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (version != 0) {
    SSL_CTX_set_security_level(context.get(), 0);  // the client would not dare to speak the old ones
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
  }
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> dialed(BIO_new_ssl_connect(context.get()), &BIO_free_all);
  BIO_set_conn_hostname(dialed.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
  if (BIO_do_handshake(dialed.get()) != 1) return std::nullopt;
  SSL* ssl = nullptr;
  BIO_get_ssl(dialed.get(), &ssl);
  const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(ssl), &X509_free);
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name, sizeof name);
  return name;
}

class tls : public encoded_test {
 protected:
  void SetUp() override {
    const auto made = run("/usr/bin/openssl",
                          {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                           "/CN=localhost", "-days", "2", "-keyout", key().string(), "-out", certificate().string()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    start_node({"--tls-certificate", certificate().string(), "--tls-private-key", key().string(), "--guests"});
  }
  [[nodiscard]] std::filesystem::path key() const { return files_ / "key.pem"; }
  [[nodiscard]] std::filesystem::path certificate() const { return files_ / "certificate.pem"; }
  ws_client enter_by_tls(const std::string& user) {
    auto options = the_node().to(encoded());
    options.dial.tls = true;
    ws_client client(options);
    client.auth(the_node().token(user));
    return client;
  }

 private:
  temp_folder files_;
};
LIGHTSTICK_BOTH_ENCODINGS(tls);

TEST_P(tls, people_talk) {
  EXPECT_TRUE(the_node().url().starts_with("https://")) << the_node().url();
  auto mina = enter_by_tls("mina");
  auto jun = enter_by_tls("jun");
  mina.join("aurora");
  jun.join("aurora");
  for (std::uint64_t i = 1; i <= 10; ++i) {
    mina.publish("aurora", std::string(4'000, 'x'));
  }
  EXPECT_EQ(jun.pushed_through("aurora", 10), mina.pushed_through("aurora", 10));
  EXPECT_EQ(jun.history_after("aurora", 0), mina.pushed("aurora"));
}

TEST_P(tls, http_works_and_plain_text_does_not) {
  const auto health = http({.port = the_node().port(), .tls = true}, {.path = "/healthz"});
  EXPECT_EQ(health.status, 200);
  stream plain({.port = the_node().port()});
  plain.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(plain.read_to_end().find("200 OK"), std::string::npos);
}

TEST_P(tls, a_new_certificate_is_shown_to_who_connects_then) {
  auto mina = enter_by_tls("mina");
  mina.join("aurora");
  const auto title = [&] { return shown_by(the_node().port()); };
  EXPECT_EQ(title(), "localhost");
  const auto next = make_certificate("DNS:localhost", "next");
  write_file(certificate(), next.chain);
  EXPECT_TRUE(poll_until([&] { return the_node().metric("lightstick_gateway_tls_failing") == 1; }))
      << "its key is not there yet";
  EXPECT_EQ(title(), "localhost");
  write_file(key(), next.key);
  the_node().process().signal(SIGHUP);
  EXPECT_TRUE(poll_until([&] { return title() == "next"; }));
  EXPECT_EQ(the_node().metric("lightstick_gateway_tls_failing"), 0);
  EXPECT_GT(the_node().metric("lightstick_gateway_tls_left_seconds"), 80'000);
  EXPECT_EQ(mina.publish("aurora", "still here")["off"], value(1));
  auto jun = enter_by_tls("jun");
  jun.join("aurora");
  mina.publish("aurora", "hello");
  EXPECT_EQ(jun.pushed_through("aurora", 2).back().text, "hello");
}

TEST_P(tls, older_versions_are_refused) {
  const auto port = the_node().port();
  EXPECT_FALSE(shown_by(port, TLS1_VERSION));
  EXPECT_FALSE(shown_by(port, TLS1_1_VERSION));
  EXPECT_TRUE(shown_by(port, TLS1_2_VERSION));
  EXPECT_TRUE(shown_by(port, TLS1_3_VERSION));
}

TEST_P(tls, a_handshake_that_never_ends_is_ended) {
  const stream silent({.port = the_node().port()});
  const auto& n = start_node({"--tls-certificate", certificate().string(), "--tls-private-key", key().string(),
                              "--timeouts-handshake", "300ms"});
  stream half({.port = n.port()});
  half.write("\x16\x03\x01");
  half.read_to_end();
}

TEST_P(tls, a_client_that_vanishes_does_no_harm) {
  for (int i = 0; i < 5; ++i) {
    auto client = enter_by_tls("mina");
    client.join("aurora");
    client.raw().reset();
  }
  auto jun = enter_by_tls("jun");
  jun.join("aurora");
  EXPECT_EQ(jun.publish("aurora", "hi")["off"], value(1));
}

}  // namespace
}  // namespace lightstick::test
