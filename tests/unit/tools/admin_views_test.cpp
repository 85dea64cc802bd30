#include "tools/admin/views.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/admin/admin_client.hpp"
#include "tools/admin/audit_pages.hpp"

namespace lightstick::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(admin_views, shows_actors_with_units_for_people) {
  auto shown = show_actors(R"({"total":2,"actors":[
    {"actor":"room/lobby","partition":7,"phase":"active","mailbox":3,"mailbox_high":40,"commands_per_s":12.25,
     "events_per_s":0.5,"handler_p50_us":16,"handler_p99_us":512,"memory_bytes":2048,"handled":1234,"age_ms":192000,
     "idle_ms":15},
    {"actor":"session/s1","phase":"quarantined","mailbox":0,"handled":2,"of_a_newer_version":1}]})");
  ASSERT_TRUE(shown) << shown.error().detail;
  EXPECT_THAT(*shown, HasSubstr("room/lobby  active             3            40            12.2           0.5"));
  EXPECT_THAT(*shown, HasSubstr("16us        512us  2.0KiB     1234  3m12s  15ms\n"));
  EXPECT_THAT(*shown, HasSubstr("session/s1  quarantined        0             -"));
}

TEST(admin_views, show_what_the_doctor_found_and_what_to_do) {
  EXPECT_EQ(show_doctor(R"({"healthy":true,"findings":[]})").value(), "all is well\n");
  EXPECT_EQ(show_doctor(R"({"healthy":false,"findings":[{"severity":"error","subject":"room/a\u001b","what":"hangs",
                            "advice":"see the log"}]})")
                .value(),
            "error: room/a? hangs\n    see the log\n");
  EXPECT_FALSE(show_doctor(R"({"findings":[1]})"));
}

TEST(admin_views, show_tapped_commands_a_line_each) {
  EXPECT_EQ(tap_number(R"({"id":7})").value(), 7U);
  EXPECT_FALSE(tap_number("{}"));
  const auto seen = show_tapped(R"({"lost":2,"ended":true,"commands":[{"ts":1795450045766,"trace":"00ab",
    "command":"room::publish","waited_us":5,"took_us":70,"outcome":"handled"}]})");
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->ended);
  EXPECT_EQ(seen->lines,
            "2026-11-23T16:07:25Z  00ab  handled  5us  70us  room::publish\n(2 more were not fetched in time)\n");
}

TEST(admin_views, show_letters_and_audit_entries) {
  EXPECT_THAT(show_letters(R"({"total":1,"letters":[{"id":1,"ts":0,"actor":"room/a","command":"room::publish","kills":3,
                               "readable":true,"error":"boom"}]})")
                  .value(),
              HasSubstr("1970-01-01T00:00:00Z  room/a  room::publish      3  yes       boom"));
  EXPECT_THAT(show_audit(R"({"entries":[{"number":4,"ts":0,"who":"op","what":"restart","target":"room/a",
                             "outcome":"done"}]})")
                  .value(),
              HasSubstr("op   restart  room/a  done"));
}

TEST(admin_views, say_of_a_change_that_it_is_not_in_the_journal) {
  EXPECT_EQ(show_changed(R"({"done":"restart","target":"room/a"})").value(), "restart room/a: done\n");
  EXPECT_EQ(show_changed(R"({"done":"restart","target":"room/a","unaudited":"the disk is full"})").value(),
            "restart room/a: done, but not in the audit journal: the disk is full\n");
}

TEST(admin_views, put_pages_of_the_audit_journal_together_and_say_how_to_see_more) {
  audit_pages all;
  ASSERT_TRUE(all.add(R"({"more":true,"entries":[{"number":9,"what":"a"},{"number":8,"what":"b"}]})"));
  EXPECT_TRUE(all.more());
  EXPECT_EQ(all.oldest(), 8U);
  ASSERT_TRUE(all.add(R"({"more":true,"entries":[{"number":7,"what":"c"}]})"));
  EXPECT_EQ(all.size(), 3U);
  const auto json = std::move(all).json();
  EXPECT_EQ(json,
            R"({"more":true,"entries":[{"number":9,"what":"a"},{"number":8,"what":"b"},{"number":7,"what":"c"}]})");
  EXPECT_THAT(show_audit(json).value(), HasSubstr("3 entries shown; older ones with --limit, or --before 7\n"));
  EXPECT_THAT(show_audit(R"({"more":false,"entries":[{"number":9}]})").value(), Not(HasSubstr("shown")));
}

TEST(admin_views, refuse_pages_that_do_not_follow_one_another) {
  audit_pages all;
  ASSERT_TRUE(all.add(R"({"more":true,"entries":[{"number":9}]})"));
  EXPECT_FALSE(all.add(R"({"more":true,"entries":[{"number":9}]})")) << "it would go on for ever";
  EXPECT_FALSE(all.add("{}"));
  EXPECT_FALSE(all.add("no json"));
  audit_pages none;
  ASSERT_TRUE(none.add(R"({"more":true,"entries":[]})"));
  EXPECT_FALSE(none.more());
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
