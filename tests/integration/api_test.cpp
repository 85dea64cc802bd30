// The HTTP API for other services over real sockets; every answer is held against the OpenAPI document.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/certificate.hpp"
#include "tests/support/node_test.hpp"
#include "tests/support/schema.hpp"

namespace lightstick::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string every_scope = "rooms:read rooms:write publish moderate";

class api : public node_test {
 protected:
  std::string service(const std::string& scope, std::vector<std::string> rooms = {},
                      const std::string& role = "artist") {
    token_claims claims{.user = "shop", .name = "Shop", .roles = {role}, .rooms = std::move(rooms)};
    if (!scope.empty()) claims.more = {{"scope", scope}};
    return the_node().token_of(claims);
  }
  const value& document() {
    if (document_.is_null()) document_ = http(dial(), {.path = "/v1/openapi.json", .headers = {}, .body = {}}).json();
    return document_;
  }
  dial_options dial() {
    dial_options to;
    to.port = the_node().port();
    to.tls = tls_;
    return to;
  }

  http_response send(const std::string& token, const std::string& method, const std::string& path,
                     const value& body = {}, http_headers more = {}) {
    http_request r{.method = method, .path = "/v1/api/rooms" + path, .headers = std::move(more)};
    if (!token.empty()) r.headers.emplace_back("Authorization", "Bearer " + token);
    if (!body.is_null()) {
      r.headers.emplace_back("Content-Type", "application/json");
      r.body = encode(encoding::json, body);
    }
    return checked(http(dial(), r), method, path.substr(0, path.find('?')));
  }
  http_response call(const std::string& method, const std::string& path, const value& body = {},
                     http_headers more = {}) {
    return send(service(every_scope), method, path, body, std::move(more));
  }
  static http_headers key(const std::string& k) { return {{"Idempotency-Key", "\"" + k + "\""}}; }

  /// Fails the test when the document does not have this answer.
  http_response checked(http_response got, const std::string& method, const std::string& path) {
    const auto code = std::to_string(got.status);
    if (method == "HEAD") return got;
    EXPECT_EQ(got.header("content-type"), "application/json") << code;
    const auto* at = response(method, template_of(path), code);
    if (at == nullptr) {
      if (got.status != 405)
        ADD_FAILURE() << method << " " << path << " answers " << code << ", which is not in the document";
      return got;
    }
    const auto& schema = (*at)["content"]["application/json"]["schema"];
    EXPECT_EQ(against_schema(document(), schema, got.json()), "") << method << " " << path << " " << got.body;
    return got;
  }

 private:
  static std::string template_of(const std::string& path) {
    if (path.empty()) return "/v1/api/rooms";
    const auto end = path.find('/', 1);
    return "/v1/api/rooms/{room}" + (end == std::string::npos ? "" : path.substr(end));
  }
  const value* response(std::string method, const std::string& path, const std::string& code) {
    std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    if (!document()["paths"].has(path) || !document()["paths"][path].has(method)) return nullptr;
    const auto& all = document()["paths"][path][method]["responses"];
    if (!all.has(code)) return nullptr;
    const auto& found = all[code];
    return found.has("$ref") ? &referred(document(), found["$ref"].text()) : &found;
  }

  value document_;

 protected:
  bool tls_ = false;
};

TEST_F(api, a_service_makes_a_room_speaks_reads_and_moderates) {
  const auto made = call("PUT", "/aurora", value::map{{"capacity", 7}, {"slow_ms", 5'000}});
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.json()["capacity"], value(7));
  EXPECT_TRUE(made.json()["own_capacity"].flag());
  EXPECT_EQ(call("PUT", "/aurora", value::map{{"capacity", 7}, {"slow_ms", 5'000}}).status, 200);

  auto mina = the_node().enter(encoding::msgpack, "mina");
  EXPECT_EQ(mina.join("aurora")["state"]["capacity"], value(7));
  const auto said = call("POST", "/aurora/messages", value::map{{"text", "hi"}, {"data", value::map{{"s", 1}}}});
  EXPECT_EQ(said.status, 201);
  EXPECT_EQ(said.json()["off"], value(1));
  EXPECT_EQ(said.json()["durable"].text(), "committed");
  const auto pushed = mina.pushed_through("aurora", 1);
  ASSERT_EQ(pushed.size(), 1U);
  EXPECT_EQ(pushed[0].user, "shop");
  EXPECT_EQ(pushed[0].name, "Shop");
  EXPECT_EQ(pushed[0].role, "artist");
  mina.publish("aurora", "hello");

  EXPECT_EQ(call("GET", "/aurora/messages?limit=1").json()["msgs"].at(0)["text"].text(), "hello");
  EXPECT_TRUE(call("GET", "/aurora/messages?limit=1").json()["more"].flag());
  EXPECT_EQ(call("GET", "/aurora/messages?after=0").json()["msgs"].items().size(), 2U);
  const auto members = call("GET", "/aurora/members").json();
  EXPECT_EQ(members["count"], value(1));
  EXPECT_EQ(members["members"].at(0)["user"].text(), "mina");

  const auto gone = call("POST", "/aurora/acts", value::map{{"act", "delete"}, {"off", 2}, {"why", "spam"}});
  EXPECT_EQ(gone.status, 200);
  EXPECT_EQ(gone.json()["off"], value(3));
  EXPECT_EQ(mina.push("tomb")["tomb"]["off"], value(2));
  EXPECT_EQ(call("GET", "/aurora/messages").json()["msgs"].items().size(), 3U);
  EXPECT_EQ(call("POST", "/aurora/acts", value::map{{"act", "mute"}, {"user", "mina"}}).status, 200);
  EXPECT_EQ(mina.err_code({{"op", "pub"}, {"room", "aurora"}, {"text", "no"}}), 120U);
  EXPECT_EQ(call("POST", "/aurora/acts", value::map{{"act", "filter"}, {"add", value::array{"spam"}}}).status, 200);

  const auto shown = call("GET", "/aurora").json();
  EXPECT_EQ(shown["off"], value(3));
  EXPECT_EQ(shown["occupancy"], value(1));
  EXPECT_EQ(shown["filter"]["words"].at(0).text(), "spam");
  EXPECT_EQ(shown["slow_ms"], value(5'000));
}

TEST_F(api, a_change_leaves_what_it_does_not_name_and_survives_a_restart) {
  EXPECT_EQ(call("PATCH", "/aurora", value::map{{"slow_ms", 1}}).status, 404) << "it makes no room";
  EXPECT_EQ(call("PUT", "/aurora").status, 201);
  call("PATCH", "/aurora", value::map{{"closed", true}, {"filter", value::map{{"words", value::array{"x"}}}}});
  call("PATCH", "/aurora", value::map{{"capacity", 9}, {"filter", value::map{{"links", true}}}});
  for (const bool again : {false, true}) {
    if (again) the_node().restart();
    const auto shown = call("GET", "/aurora").json();
    EXPECT_TRUE(shown["closed"].flag());
    EXPECT_EQ(shown["capacity"], value(9));
    EXPECT_EQ(shown["filter"], value(value::map{{"words", value::array{"x"}}, {"links", true}, {"repeats_ms", 0}}));
  }
  auto mina = the_node().enter(encoding::json, "mina");
  const auto refused = mina.err({{"op", "join"}, {"room", "aurora"}});
  EXPECT_EQ(refused["code"], value(103));
  EXPECT_EQ(refused["msg"].text(), "forbidden: the room is closed");
  EXPECT_EQ(call("POST", "/aurora/messages", value::map{{"text", "hi"}}).status, 403) << "an artist neither";
  const auto reset = call("PUT", "/aurora", value(value::map{})).json();
  EXPECT_FALSE(reset["closed"].flag());
  EXPECT_FALSE(reset["own_capacity"].flag());
  mina.join("aurora");
}

TEST_F(api, where_rooms_are_not_made_by_joining_only_services_make_them) {
  start_node({"--room-create-on-join=false"});
  auto mina = the_node().enter(encoding::json, "mina");
  EXPECT_EQ(mina.err_code({{"op", "join"}, {"room", "aurora"}}), 102U);
  EXPECT_EQ(call("POST", "/aurora/messages", value::map{{"text", "hi"}}).status, 404);
  EXPECT_EQ(call("GET", "/aurora").status, 404);
  EXPECT_EQ(call("GET", "/aurora/messages").status, 404);
  EXPECT_EQ(call("GET", "/aurora/members").status, 404);
  EXPECT_EQ(call("POST", "/aurora/acts", value::map{{"act", "slow"}, {"interval_ms", 5}}).status, 404);
  EXPECT_EQ(call("PUT", "/aurora").status, 201);
  mina.join("aurora");
  EXPECT_EQ(call("POST", "/aurora/messages", value::map{{"text", "hi"}}).status, 201);
}

TEST_F(api, all_rooms_are_listed_in_pages) {
  std::set<std::string> expected{"lobby"};
  for (int i = 0; i < 12; ++i) {
    const auto name = "room " + std::to_string(i);
    expected.insert(name);
    EXPECT_EQ(call("PUT", "/room%20" + std::to_string(i)).status, 201);
  }
  auto mina = the_node().enter(encoding::json, "mina");
  mina.join("room 7");
  std::set<std::string> seen;
  std::uint64_t here = 0;
  std::string next;
  do {
    const auto page = call("GET", "?limit=5" + (next.empty() ? "" : "&after=" + next)).json();
    EXPECT_LE(page["rooms"].items().size(), 5U);
    for (const auto& row : page["rooms"].items()) {
      EXPECT_TRUE(seen.insert(row["room"].text()).second) << "twice";
      here += row["members"].number();
    }
    next = page.has("next") ? page["next"].text() : "";
  } while (!next.empty());
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(here, 1U);
  EXPECT_EQ(call("GET", "?after=!").status, 400);
  const auto some = send(service(every_scope, {"room 3"}), "GET", "").json();
  ASSERT_EQ(some["rooms"].items().size(), 1U);
  EXPECT_EQ(some["rooms"].at(0)["room"].text(), "room 3");
}

TEST_F(api, every_operation_of_the_document_exists_and_needs_its_scope) {
  call("PUT", "/aurora");
  const std::vector<std::string> scopes{"rooms:read", "rooms:write", "publish", "moderate"};
  for (const auto& [path, methods] : document()["paths"].entries()) {
    auto at = path.substr(std::string("/v1/api/rooms").size());
    if (const auto room = at.find("{room}"); room != std::string::npos) at.replace(room, 6, "aurora");
    for (const auto& [method, operation] : methods.entries()) {
      std::string verb = method;
      std::ranges::transform(verb, verb.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      const auto needed = operation["security"].at(0)["service"].at(0).text();
      EXPECT_EQ(send("", verb, at).status, 401);
      EXPECT_EQ(send(service(""), verb, at).status, 403) << "a fan's token";
      for (const auto& scope : scopes) {
        const auto got = send(service(scope), verb, at);
        if (scope == needed) {
          EXPECT_TRUE(got.status == 200 || got.status == 400) << verb << " " << at << " " << got.status << got.body;
        } else {
          EXPECT_EQ(got.status, 403) << verb << " " << at << " with " << scope;
          EXPECT_THAT(got.header("www-authenticate"), HasSubstr("scope=\"" + needed + "\""));
        }
      }
    }
  }
}

TEST_F(api, tokens_are_refused_as_they_should) {
  const auto bad = send("nonsense", "GET", "");
  EXPECT_EQ(bad.status, 401);
  EXPECT_THAT(bad.header("www-authenticate"), HasSubstr("Bearer"));
  const auto old =
      the_node().token_of({.user = "shop", .ttl = std::chrono::seconds{-600}, .more = {{"scope", every_scope}}});
  EXPECT_EQ(send(old, "GET", "").json()["error"]["code"], value(109));
  EXPECT_EQ(send(service(every_scope, {"aurora"}), "GET", "/lobby").status, 403);
  EXPECT_EQ(send(service("openid profile"), "GET", "").status, 403);
  auto client = the_node().dial(encoding::json);
  EXPECT_EQ(client.err_code({{"op", "auth"}, {"token", service("publish")}, {"device", "d1"}}), 101U)
      << "a service's token is no fan's";
  EXPECT_EQ(client.closed(), 4001);
  const http_headers admin{{"Authorization", "Bearer " + service("publish", {}, "admin")}};
  EXPECT_EQ(http_get(the_node().admin_port(), "/metrics", admin).status, 403);
}

TEST_F(api, requests_that_are_wrong_are_told_so) {
  EXPECT_EQ(call("DELETE", "/aurora").status, 405);
  EXPECT_EQ(call("DELETE", "/aurora").header("allow"), "GET, HEAD, PUT, PATCH");
  EXPECT_EQ(http_get(the_node().port(), "/v1/api/rooms/a/b/c").status, 404);
  EXPECT_EQ(call("GET", "/%2F").status, 400);
  EXPECT_EQ(call("HEAD", "/lobby").status, 200);
  EXPECT_EQ(call("HEAD", "/lobby").body, "");
  EXPECT_EQ(call("POST", "/lobby/messages", value::map{{"text", 7}}).status, 400);
  EXPECT_EQ(call("POST", "/lobby/messages", value::array{}).status, 400);
  EXPECT_EQ(call("POST", "/lobby/messages", value::map{{"text", "hi"}, {"role", "admin"}}).status, 403);
  EXPECT_EQ(call("POST", "/lobby/messages", value::map{{"text", "hi"}, {"reply_to", 99}}).status, 400);
  EXPECT_EQ(call("POST", "/lobby/messages", value::map{{"text", "hi"}}, key(std::string(65, 'x'))).status, 400);
  EXPECT_EQ(call("GET", "/lobby/messages?limit=x").status, 400);
  EXPECT_EQ(call("PUT", "/lobby", value::map{{"capacity", 0}}).status, 400);
  EXPECT_EQ(call("POST", "/lobby/messages", value::map{{"text", std::string(70'000, 'x')}}).status, 413);
  http_request plain{.method = "POST",
                     .path = "/v1/api/rooms/lobby/messages",
                     .headers = {{"Authorization", "Bearer " + service("publish")}, {"Content-Type", "text/plain"}},
                     .body = "hi"};
  EXPECT_EQ(checked(http(dial(), plain), "POST", "/lobby/messages").status, 415);
}

TEST_F(api, each_service_has_a_rate) {
  start_node({"--rates-services", "1/s burst 3"});
  int limited = 0;
  for (int i = 0; i < 6; ++i) {
    const auto got = call("GET", "/lobby");
    if (got.status != 429) continue;
    ++limited;
    EXPECT_EQ(got.header("retry-after"), "1");
    EXPECT_EQ(got.json()["error"]["code"], value(111));
  }
  EXPECT_GE(limited, 2);
  EXPECT_GE(the_node().metric("lightstick_api_limited_total"), 2);
}

TEST_F(api, the_same_key_is_carried_out_once) {
  const auto say = [&](const std::string& text) {
    return call("POST", "/lobby/messages", value::map{{"text", text}}, key("k-1"));
  };
  const auto first = say("hi");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(say("hi").json(), first.json());
  EXPECT_EQ(say("something else").status, 422);
  the_node().restart();
  EXPECT_EQ(say("hi").json(), first.json()) << "what was said is remembered durably";
  EXPECT_EQ(say("something else").status, 422);
  EXPECT_EQ(call("GET", "/lobby/messages").json()["msgs"].items().size(), 1U);

  const auto act = [&](std::uint64_t ms) {
    return call("POST", "/lobby/acts", value::map{{"act", "delete"}, {"user", "mina"}, {"why", std::to_string(ms)}},
                key("k-2"));
  };
  const auto done = act(1);
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(act(1).json(), done.json()) << "no second tomb";
  EXPECT_EQ(act(2).status, 422);
  EXPECT_EQ(the_node().metric("lightstick_api_repeated_total"), 1);
}

TEST_F(api, killed_between_request_and_answer_it_is_said_once) {
  std::uint64_t asked = 0;
  for (int round = 0; round < 6; ++round) {
    const auto k = "round-" + std::to_string(round);
    const value said = value::map{{"text", k}};
    {
      const auto body = encode(encoding::json, said);
      stream connection(dial());
      connection.write("POST /v1/api/rooms/lobby/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                       service("publish") + "\r\nContent-Type: application/json\r\nIdempotency-Key: \"" + k +
                       "\"\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
      // Sometimes before it was heard of, sometimes after: whatever it was, the answer is never read.
      std::string ignored;
      if (round % 2 == 1) connection.read(ignored, deadline{std::chrono::milliseconds{round}});
      the_node().crash();
    }
    the_node().start();
    const auto again = call("POST", "/lobby/messages", said, key(k));
    ASSERT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.json()["off"], value(++asked));
    EXPECT_EQ(call("POST", "/lobby/messages", said, key(k)).json(), again.json());
  }
  const auto all = call("GET", "/lobby/messages?after=0").json();
  EXPECT_EQ(all["msgs"].items().size(), asked);
}

TEST_F(api, pipelined_requests_are_answered_in_order_on_one_connection) {
  stream connection(dial());
  std::string sent;
  for (int i = 0; i < 5; ++i) {
    const auto body = encode(encoding::json, value::map{{"text", "m" + std::to_string(i)}});
    sent += "POST /v1/api/rooms/lobby/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + service("publish") +
            "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
            (i == 4 ? "Connection: close\r\n" : "") + "\r\n" + body;
  }
  connection.write(sent);
  const auto got = connection.read_to_end();
  std::size_t at = 0;
  for (int i = 1; i <= 5; ++i) {
    at = got.find("{\"off\":" + std::to_string(i) + ",", at);
    ASSERT_NE(at, std::string::npos) << i << " in " << got;
  }
}

TEST_F(api, a_slow_body_times_out) {
  start_node({"--timeouts-header", "300ms"});
  stream connection(dial());
  connection.write("POST /v1/api/rooms/lobby/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
  EXPECT_THAT(connection.read_to_end(), HasSubstr("408"));
  EXPECT_EQ(call("GET", "/lobby").status, 200);
}

TEST_F(api, speaks_tls) {
  const temp_folder folder;
  const auto made = make_certificate("IP:127.0.0.1");
  write_file(folder / "cert.pem", made.chain);
  write_file(folder / "key.pem", made.key);
  start_node({"--tls-certificate", (folder / "cert.pem").string(), "--tls-private-key", (folder / "key.pem").string()});
  tls_ = true;
  EXPECT_EQ(call("PUT", "/aurora").status, 201);
  EXPECT_EQ(call("POST", "/aurora/messages", value::map{{"text", "hi"}}).status, 201);
}

}  // namespace
}  // namespace lightstick::test
