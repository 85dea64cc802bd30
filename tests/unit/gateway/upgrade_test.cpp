#include "gateway/net/upgrade.hpp"

#include <gtest/gtest.h>

namespace lightstick::gateway::net {
namespace {

TEST(subprotocol_test, the_clients_first_choice_that_we_speak_is_taken) {
  EXPECT_EQ(choose_subprotocol("lightstick.v1.json").value().format, protocol::encoding::json);
  EXPECT_EQ(choose_subprotocol("lightstick.v1.msgpack").value().format, protocol::encoding::msgpack);
  EXPECT_EQ(choose_subprotocol("chat, lightstick.v1.msgpack, lightstick.v1.json").value().name,
            "lightstick.v1.msgpack");
}

TEST(subprotocol_test, none_offered_is_json_and_none_is_answered) {
  const auto none = choose_subprotocol("  ").value();
  EXPECT_EQ(none.format, protocol::encoding::json);
  EXPECT_EQ(none.name, "");
}

TEST(subprotocol_test, only_foreign_offers_are_refused_by_name) {
  const auto refused = choose_subprotocol("chat, lightstick.v2.json, LIGHTSTICK.V1.JSON");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("lightstick.v1.json"), std::string::npos);
}

TEST(origin_test, the_page_of_the_same_host_may) {
  EXPECT_TRUE(origin_allowed("", "chat.example", {})) << "no browser";
  EXPECT_TRUE(origin_allowed("http://127.0.0.1:8080", "127.0.0.1:8080", {}));
  EXPECT_TRUE(origin_allowed("https://Chat.example", "chat.example", {}));
  EXPECT_TRUE(origin_allowed("https://chat.example", "chat.example:443", {}));
  EXPECT_TRUE(origin_allowed("http://chat.example:80", "chat.example", {}));
}

TEST(origin_test, a_page_that_may_not_is_told_why) {
  EXPECT_EQ(origin_refusal("https://evil.example"),
            "pages of 'https://evil.example' may not open a WebSocket here: the operator can name their origin in "
            "web.origins");
  for (const auto& strange : {std::string("\xff"), std::string(201, 'x')}) {
    EXPECT_NE(origin_refusal(strange).find("pages of this origin"), std::string::npos);
  }
}

TEST(origin_test, other_pages_may_not_unless_they_are_named) {
  for (const auto* origin : {"https://evil.example", "http://chat.example:8081", "null", "http://", "chat.example",
                             "https://chat.example.evil.example", "http://chat.example:443"}) {
    EXPECT_FALSE(origin_allowed(origin, "chat.example", {"https://fans.example"})) << origin;
  }
  EXPECT_TRUE(origin_allowed("https://fans.example", "chat.example", {"https://fans.example"}));
  EXPECT_TRUE(origin_allowed("null", "chat.example", {"*"}));
  EXPECT_FALSE(origin_allowed("http://", "", {}));
}

TEST(http_request_test, finds_query_parameters) {
  http_request r;
  r.query = "kind=room&limit=5&flag&x=";
  EXPECT_EQ(r.parameter("kind"), "room");
  EXPECT_EQ(r.parameter("limit"), "5");
  EXPECT_EQ(r.parameter("flag"), "");
  EXPECT_EQ(r.parameter("lim"), "");
  EXPECT_EQ(r.number("limit", 7), 5U);
  for (const auto* no_number : {"limit=5x", "limit=x5", "limit=-5", "limit=", "limit=99999999999999999999", ""}) {
    r.query = no_number;
    EXPECT_EQ(r.number("limit", 7), 7U) << no_number;
  }
  EXPECT_EQ(r.parameter("x"), "");
}

TEST(http_response_test, errors_are_json_and_tell_when_to_retry) {
  const auto r = error_response(429, actors::errc::rate_limited, "slow \"down\"", std::chrono::milliseconds{1'500});
  EXPECT_EQ(r.body, R"({"error":{"code":111,"msg":"slow \"down\"","retry_ms":1500}})");
  const auto head = write_head(r, false);
  EXPECT_NE(head.find("HTTP/1.1 429 Too Many Requests\r\n"), std::string::npos);
  EXPECT_NE(head.find("Retry-After: 2\r\n"), std::string::npos);
  EXPECT_NE(head.find("Connection: close\r\n"), std::string::npos);
  EXPECT_NE(head.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
}

}  // namespace
}  // namespace lightstick::gateway::net
