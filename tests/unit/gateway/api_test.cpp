#include <gtest/gtest.h>

#include <set>

#include "gateway/api/answers.hpp"
#include "gateway/api/idempotency.hpp"
#include "gateway/api/orders.hpp"
#include "gateway/api/routes.hpp"
#include "gateway/web_assets.hpp"
#include "gateway/wire/json.hpp"

namespace lightstick::gateway::api {
namespace {

using namespace std::chrono_literals;
namespace room = actors::room;

wire::map body(std::string_view json) {
  auto read = wire::read_json(json, {});
  return read ? *read->as<wire::map>() : wire::map{};
}

auth::claims service(actors::role as = actors::role::artist) {
  auth::claims c;
  c.user = user_id{"shop"};
  c.name = "Shop";
  c.as = as;
  return c;
}

const room_id aurora{"aurora"};
const protocol::limits usual;

template <class T>
std::string why(const result<T>& r) {
  return r ? "none" : r.error().detail;
}

// ---- the document and the router say the same ----

TEST(api_routes, every_one_is_in_the_document_and_none_else_is) {
  const auto* asset = find_web_asset("/v1/openapi.json");
  ASSERT_NE(asset, nullptr);
  const auto read = wire::read_json(asset->body, {.bytes = 1'000'000, .depth = 64, .items = 100'000});
  ASSERT_TRUE(read) << read.error().detail;
  const auto& document = *read->as<wire::map>();
  EXPECT_EQ(*wire::find(document, "openapi")->as<std::string>(), "3.1.0");
  std::set<std::string> told;
  for (const auto& [path, methods] : *wire::find(document, "paths")->as<wire::map>()) {
    for (const auto& [method, operation] : *methods.as<wire::map>()) {
      std::string line = method + " " + path;
      std::ranges::transform(method, line.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      const auto& fields = *operation.as<wire::map>();
      line += " " + *wire::find(fields, "operationId")->as<std::string>();
      const auto& security = *wire::find(fields, "security")->as<wire::array>();
      const auto& scopes = *wire::find(*security.at(0).as<wire::map>(), "service")->as<wire::array>();
      line += " " + *scopes.at(0).as<std::string>();
      told.insert(line);
    }
  }
  std::set<std::string> routed;
  for (const auto& each : routes()) {
    routed.insert(std::string(each.method) + " " + std::string(each.path) + " " + std::string(to_string(each.what)) +
                  " " + std::string(to_string(each.needs)));
  }
  EXPECT_EQ(told, routed);
}

TEST(api_routes, are_found_by_path_and_method) {
  const auto found = find_route("GET", "/v1/api/rooms/caf%C3%A9%20/messages");
  ASSERT_TRUE(found);
  ASSERT_NE(found->to, nullptr);
  EXPECT_EQ(found->to->what, call::history);
  EXPECT_EQ(found->room.str(), "café ");
  EXPECT_EQ(find_route("HEAD", "/v1/api/rooms")->to->what, call::list_rooms);
  const auto wrong = find_route("DELETE", "/v1/api/rooms/aurora");
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->to, nullptr);
  EXPECT_EQ(wrong->allow, "GET, HEAD, PUT, PATCH");
  for (const auto* nowhere : {"/v1/api/", "/v1/api/room", "/v1/api/rooms/a/b", "/v1/api/rooms/a/messages/7"}) {
    EXPECT_TRUE(find_route("GET", nowhere).error().is(condition::not_found)) << nowhere;
  }
  for (const auto* bad : {"/v1/api/rooms/", "/v1/api/rooms/%2F", "/v1/api/rooms/%00", "/v1/api/rooms/%",
                          "/v1/api/rooms/%ff", "/v1/api/rooms//messages"}) {
    EXPECT_TRUE(find_route("GET", bad).error().is(condition::invalid)) << bad;
  }
}

// ---- orders ----

TEST(api_orders, a_service_speaks_under_its_own_name_or_another_and_never_above_its_role) {
  auto said = read_post(aurora, body(R"({"text":"hi","reply_to":3,"vt":-5,"data":{"s":1}})"), service(), "k", usual);
  ASSERT_TRUE(said) << why(said);
  EXPECT_EQ(said->user.str(), "shop");
  EXPECT_EQ(said->name, "Shop");
  EXPECT_EQ(said->as, actors::role::artist);
  EXPECT_EQ(said->cid, "k");
  EXPECT_EQ(said->reply_to, offset{3});
  EXPECT_EQ(said->vt, -5);
  EXPECT_EQ(said->data, "\x81\xa1s\x01");
  said = read_post(aurora, body(R"({"text":"hi","name":"Stage","role":"fan"})"), service(), "", usual);
  ASSERT_TRUE(said) << why(said);
  EXPECT_EQ(said->name, "Stage");
  EXPECT_EQ(said->as, actors::role::fan);
  const auto high = read_post(aurora, body(R"({"text":"hi","role":"admin"})"), service(), "", usual);
  EXPECT_EQ(high.error().code, make_error_code(actors::errc::forbidden));
  EXPECT_EQ(why(read_post(aurora, body(R"({"text":"hi","role":"king"})"), service(), "", usual)),
            "role is none of fan, artist, moderator, admin");
  EXPECT_EQ(why(read_post(aurora, body(R"({"text":7})"), service(), "", usual)), "text is not a string");
  EXPECT_EQ(why(read_post(aurora, body("{}"), service(), "", usual)), "text is missing or empty, and there is no data");
  EXPECT_NE(why(read_post(aurora, body(R"({"text":"hi","cid":"c"})"), service(), "", usual)), "none");
}

TEST(api_orders, what_says_it_is_another_frame_is_not) {
  auto said = read_post(aurora, body(R"({"op":"mod","id":-7,"room":"lobby","text":"hi"})"), service(), "", usual);
  ASSERT_TRUE(said) << why(said);
  EXPECT_EQ(said->text, "hi");
}

TEST(api_orders, acts_are_those_of_the_protocol) {
  const auto ban =
      read_act(aurora, body(R"({"act":"ban","user":"17","for_ms":5,"devices":true,"why":"spam"})"), service(), usual);
  ASSERT_TRUE(ban) << why(ban);
  const auto& m = std::get<room::moderate>(*ban);
  EXPECT_EQ(m.what, room::act::ban);
  EXPECT_EQ(m.by.str(), "shop");
  EXPECT_EQ(m.as, actors::role::moderator) << "by its scope";
  EXPECT_EQ(m.ms, 5U);
  EXPECT_TRUE(m.devices);
  const auto filter = read_act(aurora, body(R"({"act":"filter","add":["x"]})"), service(actors::role::admin), usual);
  ASSERT_TRUE(filter) << why(filter);
  EXPECT_EQ(std::get<room::set_filter>(*filter).as, actors::role::admin);
  EXPECT_EQ(why(read_act(aurora, body(R"({"act":"fly"})"), service(), usual)), "act is none of this server's");
  EXPECT_NE(why(read_act(aurora, body("{}"), service(), usual)), "none");
}

TEST(api_orders, a_whole_set_up_takes_back_what_it_leaves_out_and_a_change_does_not) {
  const auto all = read_settings(body("{}"), service(), true);
  ASSERT_TRUE(all) << why(all);
  EXPECT_TRUE(all->create);
  EXPECT_EQ(all->capacity, 0U);
  EXPECT_EQ(all->closed, false);
  EXPECT_EQ(all->slow_ms, 0U);
  EXPECT_EQ(all->words, std::vector<std::string>{});
  EXPECT_EQ(all->repeats_ms, 0U);
  const auto none = read_settings(body("{}"), service(), false);
  ASSERT_TRUE(none) << why(none);
  EXPECT_FALSE(none->create);
  EXPECT_FALSE(none->capacity || none->closed || none->slow_ms || none->members_only || none->words || none->links);
  const auto some =
      read_settings(body(R"({"capacity":null,"slow_ms":7,"filter":{"words":["x"],"links":null}})"), service(), false);
  ASSERT_TRUE(some) << why(some);
  EXPECT_EQ(some->capacity, 0U);
  EXPECT_EQ(some->slow_ms, 7U);
  EXPECT_EQ(some->words, std::vector<std::string>{"x"});
  EXPECT_EQ(some->links, false);
  EXPECT_FALSE(some->repeats_ms.has_value());
}

TEST(api_orders, settings_that_cannot_be_are_named) {
  const auto refused = [](std::string_view json) { return why(read_settings(body(json), service(), false)); };
  EXPECT_EQ(refused(R"({"capacity":0})"), "capacity is not an integer from 1 to 1000000");
  EXPECT_EQ(refused(R"({"closed":1})"), "closed is neither true nor false");
  EXPECT_EQ(refused(R"({"slow_ms":3600001})"), "slow_ms is not an integer from 0 to 3600000");
  EXPECT_EQ(refused(R"({"filter":{"links":7}})"), "filter.links is neither true nor false");
  EXPECT_EQ(refused(R"({"filter":{"words":[7]}})"), "filter.words has something that is not a string");
  EXPECT_EQ(refused(R"({"filter":7})"), "filter is not a map");
  EXPECT_EQ(refused(R"({"colour":"red"})"), "a room has no setting \"colour\"");
}

TEST(api_orders, pages_are_asked_by_query) {
  net::http_request r;
  r.query = "after=7&limit=9";
  const auto h = read_history(aurora, r, usual);
  ASSERT_TRUE(h) << why(h);
  EXPECT_EQ(h->after, offset{7});
  EXPECT_EQ(h->limit, 9U);
  EXPECT_FALSE(h->before.has_value());
  r.query = "";
  EXPECT_TRUE(read_history(aurora, r, usual)->before.has_value()) << "the newest";
  for (const auto* bad : {"after=x", "limit=0", "limit=101", "before=1&after=2", "after=-1", "after=1.5"}) {
    r.query = bad;
    EXPECT_FALSE(read_history(aurora, r, usual)) << bad;
  }
  r.query = "after=m%C3%BC&limit=2";
  const auto m = read_members(aurora, r, usual);
  ASSERT_TRUE(m) << why(m);
  EXPECT_EQ(m->after, "mü");
  EXPECT_EQ(m->limit, 2U);
  r.query = "after=%ff";
  EXPECT_FALSE(read_members(aurora, r, usual));
}

// ---- keys ----

TEST(api_keys, come_with_quotes_or_without) {
  EXPECT_EQ(read_key(R"("8e03978e-40d5-43dd")").value(), "8e03978e-40d5-43dd");
  EXPECT_EQ(read_key("k/1+2=").value(), "k/1+2=");
  EXPECT_EQ(read_key("").value(), "");
  EXPECT_EQ(read_key(std::string(64, 'k')).value().size(), 64U);
  for (const std::string& bad : {std::string(65, 'k'), std::string("a b"), std::string("a,b"), std::string("\"\""),
                                 std::string("\"a"), std::string("\xc3\xa9")}) {
    EXPECT_FALSE(read_key(bad)) << bad;
  }
}

class answered_keys_test : public ::testing::Test {
 protected:
  answered_keys::verdict begin(const std::string& key, std::uint64_t digest, const std::string& who = "shop") {
    auto got = keys.begin({user_id{who}, key}, digest, now);
    return std::holds_alternative<net::http_response>(got) ? static_cast<answered_keys::verdict>(99)
                                                           : std::get<answered_keys::verdict>(got);
  }
  void settle(const std::string& key, unsigned status) {
    auto answer = net::json_response("{}");
    answer.status = status;
    keys.settle({user_id{"shop"}, key}, answer);
  }
  static constexpr auto again = static_cast<answered_keys::verdict>(99);
  steady_time now{};
  answered_keys keys{2};
};

TEST_F(answered_keys_test, the_same_again_gets_the_same_answer) {
  EXPECT_EQ(begin("a", 1), answered_keys::verdict::fresh);
  EXPECT_EQ(begin("a", 1), answered_keys::verdict::under_way);
  settle("a", 200);
  EXPECT_EQ(begin("a", 1), again);
  EXPECT_EQ(begin("a", 2), answered_keys::verdict::another);
  EXPECT_EQ(begin("a", 2, "other"), answered_keys::verdict::fresh) << "keys are each service's own";
  now += answered_keys::kept_for;
  EXPECT_EQ(begin("a", 2), answered_keys::verdict::fresh);
}

TEST_F(answered_keys_test, what_is_to_be_asked_again_is_not_kept) {
  for (const unsigned status : {429U, 500U, 503U}) {
    EXPECT_EQ(begin("a", 1), answered_keys::verdict::fresh);
    settle("a", status);
  }
  EXPECT_EQ(keys.size(), 0U);
  EXPECT_EQ(begin("a", 1), answered_keys::verdict::fresh);
  settle("a", 404);
  EXPECT_EQ(begin("a", 1), again);
}

TEST_F(answered_keys_test, at_the_bound_the_oldest_answered_goes_and_those_under_way_stay) {
  EXPECT_EQ(begin("a", 1), answered_keys::verdict::fresh);
  EXPECT_EQ(begin("b", 1), answered_keys::verdict::fresh);
  EXPECT_EQ(begin("c", 1), answered_keys::verdict::full);
  settle("b", 200);
  EXPECT_EQ(begin("c", 1), answered_keys::verdict::fresh);
  EXPECT_EQ(begin("a", 1), answered_keys::verdict::under_way);
  EXPECT_EQ(keys.size(), 2U);
}

// ---- answers ----

TEST(api_answers, an_error_has_the_status_that_fits) {
  const auto status = [](auto code) { return refusal(error{make_error_code(code), "x"}).status; };
  EXPECT_EQ(status(actors::errc::room_not_found), 404U);
  EXPECT_EQ(status(actors::errc::bad_request), 400U);
  EXPECT_EQ(status(actors::errc::muted), 403U);
  EXPECT_EQ(status(actors::errc::overloaded), 503U);
  EXPECT_EQ(status(errc::timed_out), 503U);
  EXPECT_EQ(status(errc::expired), 503U);
  EXPECT_EQ(status(errc::unknown_outcome), 503U);
  EXPECT_EQ(status(errc::corrupt), 500U);
  const auto slow = refusal(error{make_error_code(actors::errc::slow_mode), "", 1'500ms});
  EXPECT_EQ(slow.status, 429U);
  EXPECT_EQ(slow.headers.at(0).second, "2");
  EXPECT_EQ(slow.body, R"({"error":{"code":121,"msg":"slow mode","retry_ms":1500}})");
}

TEST(api_answers, a_cursor_is_written_and_read_back) {
  EXPECT_EQ(read_cursor(written(std::string("\x00\xff/x", 4))).value(), std::string("\x00\xff/x", 4));
  EXPECT_EQ(read_cursor("").value(), "");
  EXPECT_FALSE(read_cursor("!"));
}

}  // namespace
}  // namespace lightstick::gateway::api
