#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using testing::AllOf;
using testing::Ge;
using testing::Le;

class login : public encoded_test {};
LIGHTSTICK_BOTH_ENCODINGS(login);

TEST_P(login, hello_tells_version_and_limits) {
  const auto client = dial();
  const auto& hello = client.hello();
  EXPECT_EQ(hello["v"], value(1));
  EXPECT_EQ(hello["node"].text(), "n1");
  EXPECT_EQ(hello["hb_ms"], value(25'000));
  EXPECT_EQ(hello["limits"]["frame_bytes"], value(65'536));
  EXPECT_EQ(hello["limits"]["text_bytes"], value(4'096));
}

TEST_P(login, a_valid_token_is_welcome) {
  auto client = dial();
  const auto welcome =
      client.auth(the_node().token_of({.user = "17", .name = "Mina", .roles = {"artist"}, .ttl = seconds{600}}));
  EXPECT_EQ(welcome["user"].text(), "17");
  EXPECT_EQ(welcome["name"].text(), "Mina");
  EXPECT_EQ(welcome["role"].text(), "artist");
  EXPECT_FALSE(welcome["session"].text().empty());
  EXPECT_THAT(welcome["expires_in_s"].number(), AllOf(Ge(570U), Le(600U)));
  EXPECT_TRUE(welcome["rooms"].items().empty());
  EXPECT_TRUE(welcome["mine"].items().empty());
}

TEST_P(login, without_a_name_the_user_is_the_name_and_without_roles_a_fan) {
  auto client = dial();
  const auto welcome = client.auth(the_node().token("17"));
  EXPECT_EQ(welcome["name"].text(), "17");
  EXPECT_EQ(welcome["role"].text(), "fan");
}

TEST_P(login, the_highest_role_counts) {
  auto client = dial();
  EXPECT_EQ(client.auth(the_node().token_of({.user = "17", .roles = {"fan", "moderator", "artist"}}))["role"].text(),
            "moderator");
}

TEST_P(login, unknown_roles_are_ignored) {
  auto client = dial();
  EXPECT_EQ(client.auth(the_node().token("17", "emperor"))["role"].text(), "fan");
}

TEST_P(login, the_token_of_the_command_line_is_accepted) {
  const auto made = run(lightstick_binary(), {"token", "--secret-file", the_node().secret_file().string(), "--user",
                                              "17", "--name", "Mina", "--role", "moderator", "--ttl", "1h"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  auto client = dial();
  const auto token = made.out.substr(0, made.out.find('\n'));
  const auto welcome = client.auth(token);
  EXPECT_EQ(welcome["name"].text(), "Mina");
  EXPECT_EQ(welcome["role"].text(), "moderator");
  EXPECT_THAT(welcome["expires_in_s"].number(), AllOf(Ge(3'570U), Le(3'600U)));
}

TEST_P(login, two_sessions_of_a_user_have_different_names) {
  auto phone = dial();
  auto laptop = dial();
  EXPECT_NE(phone.auth(the_node().token("17"), "phone")["session"],
            laptop.auth(the_node().token("17"), "web")["session"]);
}

/// Each of these tokens lets nobody in: error 101, close 4001.
struct bad_token {
  const char* name;
  std::string (*make)(const node&);
};
const bad_token bad_tokens[] = {
    {"garbage", [](const node&) -> std::string { return "not a token"; }},
    {"another secret",
     [](const node&) { return make_token("another secret that is long enough, too", {.user = "17"}); }},
    {"changed payload",
     [](const node& n) {
       const auto mine = n.token("17");
       const auto theirs = n.token("18");
       const auto first = mine.find('.');
       const auto second = mine.find('.', first + 1);
       return theirs.substr(0, theirs.find('.', theirs.find('.') + 1)) + mine.substr(second);
     }},
    {"no signature",
     [](const node& n) {
       const auto t = n.token("17");
       return t.substr(0, t.rfind('.') + 1);
     }},
    {"algorithm none", [](const node& n) { return make_token(n.secret(), {.user = "17"}, "none"); }},
    {"algorithm HS512", [](const node& n) { return make_token(n.secret(), {.user = "17"}, "HS512"); }},
    {"no user",
     [](const node& n) {
       return n.token_of({.user = "", .more = {{"sub", value{}}}});
     }},
    {"user is a number",
     [](const node& n) {
       return n.token_of({.user = "17", .more = {{"sub", 17}}});
     }},
    {"user with a slash", [](const node& n) { return n.token("a/b"); }},
    {"user with a control character", [](const node& n) { return n.token("a\nb"); }},
    {"user of 129 bytes", [](const node& n) { return n.token(std::string(129, 'u')); }},
    {"no expiry",
     [](const node& n) {
       return n.token_of({.user = "17", .more = {{"exp", value{}}}});
     }},
    {"roles is no list",
     [](const node& n) {
       return n.token_of({.user = "17", .more = {{"roles", "admin"}}});
     }},
    {"an empty list of rooms",
     [](const node& n) {
       return n.token_of({.user = "17", .more = {{"rooms", value::array{}}}});
     }},
    {"a name with a control character", [](const node& n) { return n.token_of({.user = "17", .name = "a\tb"}); }},
    {"longer than 8 KiB",
     [](const node& n) {
       return n.token_of({.user = "17", .more = {{"x", std::string(8'192, 'x')}}});
     }},
    {"not valid before tomorrow",
     [](const node& n) {
       const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
       return n.token_of({.user = "17", .more = {{"nbf", now + 86'400}}});
     }},
};

TEST_P(login, a_bad_token_is_101_and_closes_4001) {
  for (const auto& bad : bad_tokens) {
    SCOPED_TRACE(bad.name);
    auto client = dial();
    EXPECT_EQ(client.err_code({{"op", "auth"}, {"token", bad.make(the_node())}, {"device", "d1"}}), 101U);
    EXPECT_EQ(client.closed(), 4001);
  }
}

TEST_P(login, an_expired_token_is_109_and_closes_4109) {
  auto client = dial();
  const auto expired = the_node().token_of({.user = "17", .ttl = seconds{-120}});
  EXPECT_EQ(client.err_code({{"op", "auth"}, {"token", expired}, {"device", "d1"}}), 109U);
  EXPECT_EQ(client.closed(), 4109);
}

TEST_P(login, sixty_seconds_of_skew_are_forgiven) {
  auto client = dial();
  const auto welcome = client.auth(the_node().token_of({.user = "17", .ttl = seconds{-20}}));
  EXPECT_EQ(welcome["user"].text(), "17");
  EXPECT_EQ(welcome["expires_in_s"], value(0));
  EXPECT_EQ(client.join("lobby")["room"].text(), "lobby");
}

TEST_P(login, nothing_but_auth_is_carried_out_before_auth) {
  const value::map frames[] = {{{"op", "join"}, {"room", "lobby"}},
                               {{"op", "pub"}, {"room", "lobby"}, {"text", "hi"}},
                               {{"op", "history"}, {"room", "lobby"}, {"after", 0}},
                               {{"op", "presence"}, {"room", "lobby"}, {"mode", "count"}},
                               {{"op", "refresh"}, {"token", the_node().token("17")}},
                               {{"op", "ping"}}};
  for (const auto& frame : frames) {
    auto client = dial();
    EXPECT_EQ(client.err_code(frame), 101U) << value(frame);
  }
}

TEST_P(login, who_does_not_log_in_is_closed) {
  start_node({"--timeouts-handshake", "300ms"});
  auto client = dial();
  EXPECT_EQ(client.closed(), 4001);
}

TEST_P(login, a_second_auth_is_refused_and_changes_nothing) {
  auto client = enter("17");
  EXPECT_EQ(client.err_code({{"op", "auth"}, {"token", the_node().token("18")}, {"device", "d1"}}), 107U);
  client.join("lobby");
  client.publish("lobby", "still 17");
  EXPECT_EQ(client.pushed_through("lobby", 1).at(0).user, "17");
}

TEST_P(login, refresh_renews_in_place) {
  auto client = dial();
  client.auth(the_node().token_of({.user = "17", .ttl = seconds{300}}));
  client.join("lobby");
  const auto renewed =
      client.ok({{"op", "refresh"}, {"token", the_node().token_of({.user = "17", .ttl = seconds{3600}})}});
  EXPECT_THAT(renewed["expires_in_s"].number(), AllOf(Ge(3'570U), Le(3'600U)));
  EXPECT_EQ(client.publish("lobby", "hi")["off"], value(1));
}

TEST_P(login, a_session_ends_with_its_token_unless_refreshed) {
  // Expired 58 s ago, with 60 s of skew forgiven: 2 s are left.
  const seconds ttl{-58};
  auto left = dial();
  left.auth(the_node().token_of({.user = "17", .ttl = ttl}));
  auto renewed = dial();
  renewed.auth(the_node().token_of({.user = "18", .ttl = ttl}));
  renewed.ok({{"op", "refresh"}, {"token", the_node().token("18")}});
  EXPECT_EQ(left.closed(), 4109);
  renewed.ok({{"op", "ping"}});
  EXPECT_TRUE(renewed.is_open());
}

TEST_P(login, refresh_with_a_token_of_somebody_else_is_refused) {
  auto client = enter("17");
  const auto code = client.err_code({{"op", "refresh"}, {"token", the_node().token("18")}});
  EXPECT_TRUE(code == 101U || code == 103U) << code;
}

TEST_P(login, devices_with_impossible_names_are_refused) {
  for (const auto& device : {std::string(), std::string(65, 'd'), std::string("a\x01z"), std::string("a/b")}) {
    auto client = dial();
    EXPECT_EQ(client.err_code({{"op", "auth"}, {"token", the_node().token("17")}, {"device", device}}), 107U);
  }
}

TEST_P(login, guests_get_a_token_when_allowed) {
  start_node({"--guests"});
  const auto made = http_post(the_node().port(), "/v1/guest", value::map{{"name", "미나"}});
  ASSERT_EQ(made.status, 200) << made.body;
  auto client = dial();
  const auto welcome = client.auth(made.json()["token"].text());
  EXPECT_EQ(welcome["user"], made.json()["user"]);
  EXPECT_EQ(welcome["name"].text(), "미나");
  EXPECT_EQ(welcome["role"].text(), "fan");
  const auto again = http_post(the_node().port(), "/v1/guest", value::map{{"name", "미나"}});
  EXPECT_NE(again.json()["user"], made.json()["user"]);
}

TEST_P(login, guests_are_refused_when_not_allowed) {
  const auto refused = http_post(the_node().port(), "/v1/guest", value::map{{"name", "Mina"}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.json()["error"]["code"], value(103));
  EXPECT_FALSE(refused.json().has("token"));
}

TEST_P(login, guests_with_impossible_names_are_refused) {
  start_node({"--guests"});
  const value bodies[] = {value::map{},
                          value::map{{"name", ""}},
                          value::map{{"name", 7}},
                          value::map{{"name", "a/b"}},
                          value::map{{"name", "a\nb"}},
                          value::map{{"name", "a\xc2\x85z"}},  // U+0085
                          value::map{{"name", std::string(129, 'n')}},
                          value::array{},
                          value("Mina")};
  for (const auto& body : bodies) {
    EXPECT_EQ(http_post(the_node().port(), "/v1/guest", body).status, 400) << body;
  }
  const auto broken = http({.port = the_node().port()}, {.method = "POST", .path = "/v1/guest", .body = "{\"name\":"});
  EXPECT_EQ(broken.status, 400);
}

TEST_P(login, the_list_of_rooms_is_for_those_with_a_token) {
  start_node({"--web-rooms", "lobby,공연장"});
  auto client = enter("mina");
  client.join("lobby");
  EXPECT_EQ(http_get(the_node().port(), "/v1/rooms").status, 401);
  EXPECT_EQ(http_get(the_node().port(), "/v1/rooms", {{"Authorization", "Bearer nonsense"}}).status, 401);
  const auto listed =
      http_get(the_node().port(), "/v1/rooms", {{"Authorization", "Bearer " + the_node().token("mina")}});
  ASSERT_EQ(listed.status, 200);
  const auto rooms = listed.json()["rooms"];
  ASSERT_GE(rooms.items().size(), 2U);
  EXPECT_EQ(rooms.at(0)["room"].text(), "lobby");
  EXPECT_EQ(rooms.at(0)["members"], value(1));
  EXPECT_EQ(rooms.at(1)["room"].text(), "공연장");
}

}  // namespace
}  // namespace lightstick::test
