#include "tools/admin/views.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/admin/admin_client.hpp"

namespace lightstick::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(admin_views, shows_actors_with_units_for_people) {
  auto shown = show_actors(R"({"total":2,"actors":[
    {"actor":"room/lobby","partition":7,"durable":true,"mailbox":3,"mailbox_high":40,"handled":1234,"age_ms":192000,
     "idle_ms":15},
    {"actor":"session/s1","partition":8,"durable":false,"mailbox":0,"mailbox_high":1,"handled":2,"age_ms":1000,
     "idle_ms":0,"of_a_newer_version":1}]})");
  ASSERT_TRUE(shown) << shown.error().detail;
  EXPECT_EQ(*shown,
            "actor       partition  durable  mailbox  mailbox_high  handled    age  idle\n"
            "room/lobby          7  yes            3            40     1234  3m12s  15ms\n"
            "session/s1          8  no             0             1        2     1s   0ms\n");
}

TEST(admin_views, say_when_there_is_more) {
  auto shown = show_connections(R"({"total":5,"connections":[{"session":"s1"}]})");
  ASSERT_TRUE(shown);
  EXPECT_THAT(*shown, HasSubstr("1 of 5 connections shown; more with --limit\n"));
}

TEST(admin_views, are_titles_alone_when_there_is_nothing) {
  auto shown = show_connections(R"({"total":0,"connections":[]})");
  ASSERT_TRUE(shown);
  EXPECT_THAT(*shown, HasSubstr("session  user"));
  EXPECT_THAT(*shown, Not(HasSubstr("more")));
}

TEST(admin_views, let_nothing_that_a_fan_chose_command_the_terminal) {
  auto shown =
      show_connections(R"({"total":1,"connections":[{"session":"s1","user":"\u001b[31m","device":"\u202e"}]})");
  ASSERT_TRUE(shown);
  EXPECT_THAT(*shown, Not(HasSubstr("\x1b")));
  EXPECT_THAT(*shown, Not(HasSubstr("\u202e")));
}

TEST(admin_views, show_all_of_one_actor) {
  auto shown = show_inspection(R"({"actor":"room/lobby","active":true,"age_ms":61000,"epoch":3,
    "state":{"last_offset":"45","snapshot_bytes":"77"}})");
  ASSERT_TRUE(shown);
  EXPECT_EQ(*shown,
            "name           value\n"
            "actor          room/lobby\n"
            "active         yes\n"
            "age            1m1s\n"
            "epoch          3\n"
            "state          :\n"
            "  last_offset  45\n"
            "  snapshot     77\n");
}

TEST(admin_views, refuse_answers_of_another_shape) {
  for (const auto* json : {"", "null", "[]", "{}", "{\"actors\":{}}", "{\"actors\":[1]}", "<html>"}) {
    EXPECT_FALSE(show_actors(json)) << json;
  }
  EXPECT_FALSE(show_inspection("[]"));
}

TEST(admin_client, takes_urls_with_and_without_scheme) {
  EXPECT_TRUE(admin_client::make("http://127.0.0.1:8081/", "t"));
  EXPECT_TRUE(admin_client::make("127.0.0.1:8081", "t"));
  for (const auto* url : {"", "http://", "ftp://x", "https://127.0.0.1:8081"}) {
    auto made = admin_client::make(url, "t");
    ASSERT_FALSE(made) << url;
    EXPECT_THAT(made.error().detail, HasSubstr("--node"));
  }
}

TEST(admin_client, says_what_to_do_when_nobody_answers) {
  auto client = admin_client::make("http://127.0.0.1:1", "t");
  ASSERT_TRUE(client);
  auto got = client->get("/v1/admin/actors");
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().detail, HasSubstr("is the node running"));
  EXPECT_THAT(got.error().detail, HasSubstr("http://127.0.0.1:1"));
}

TEST(percent_encode, keeps_only_what_every_url_may_hold) {
  EXPECT_EQ(percent_encode("room/a b&c=d?#%"), "room%2Fa%20b%26c%3Dd%3F%23%25");
  EXPECT_EQ(percent_encode("오"), "%EC%98%A4");
  EXPECT_EQ(percent_encode("Az09-_.~"), "Az09-_.~");
}

}  // namespace
}  // namespace lightstick::tools
