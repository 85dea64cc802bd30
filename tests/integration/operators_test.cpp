// What operators do to actors, on a real node through the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class operators : public node_test {
 protected:
  run_result command(std::vector<std::string> words) {
    write_file(the_node().folder() / "token", the_node().token("operator", "admin") + "\n");
    words.insert(words.begin(),
                 {"admin", "--node", the_node().admin_url(), "--token-file", (the_node().folder() / "token").string()});
    return run(lightstick_binary(), words);
  }
};

TEST_F(operators, changes_are_written_down_with_who_and_when) {
  the_node().enter(encoding::json, "mina").join("aurora");
  const auto done = command({"restart", "room/aurora"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("restart room/aurora: done"));
  EXPECT_NE(command({"passivate", "room/nowhere"}).exit_code, 0);
  const auto audit = command({"audit"});
  ASSERT_EQ(audit.exit_code, 0) << audit.err;
  for (const auto* word : {"operator", "restart", "room/aurora", "done", "passivate", "room/nowhere", "asked"}) {
    EXPECT_THAT(audit.out, HasSubstr(word));
  }
  the_node().restart();
  EXPECT_THAT(command({"audit"}).out, HasSubstr("room/aurora")) << "it is durable";
}

TEST_F(operators, a_room_with_people_is_not_passivated_and_an_empty_one_is) {
  auto mina = the_node().enter(encoding::json, "mina");
  mina.join("aurora");
  const auto refused = command({"passivate", "room/aurora"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("holds what is only in memory"));
  mina.ok({{"op", "leave"}, {"room", "aurora"}});
  EXPECT_TRUE(poll_until([&] { return command({"passivate", "room/aurora"}).exit_code == 0; }));
  const auto why = command({"why", "room/aurora"});
  EXPECT_THAT(why.out, HasSubstr("an operator"));
  mina.join("aurora");
  EXPECT_THAT(command({"why", "room/aurora"}).out, HasSubstr("room::join"));
}

TEST_F(operators, a_restarted_room_keeps_what_was_said_and_who_is_there) {
  auto mina = the_node().enter(encoding::json, "mina");
  mina.join("aurora");
  mina.publish("aurora", "before");
  ASSERT_EQ(command({"restart", "room/aurora"}).exit_code, 0);
  mina.publish("aurora", "after");
  const auto all = mina.history_after("aurora", 0);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].text, "after");
}

TEST_F(operators, a_tap_shows_commands_as_they_come_and_nothing_that_people_wrote) {
  auto mina = the_node().enter(encoding::json, "mina");
  mina.join("aurora");
  std::thread talk([&] {
    for (int i = 0; i < 50; ++i) {
      mina.publish("aurora", "a secret between us");
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
  });
  const auto seen = command({"tap", "room/aurora", "--limit", "3"});
  talk.join();
  ASSERT_EQ(seen.exit_code, 0) << seen.err;
  EXPECT_THAT(seen.out, HasSubstr("room::publish"));
  EXPECT_THAT(seen.out, HasSubstr("handled"));
  EXPECT_THAT(seen.out, Not(HasSubstr("a secret between us")));
  EXPECT_EQ(std::count(seen.out.begin(), seen.out.end(), '\n'), 3);
}

TEST_F(operators, a_well_node_has_nothing_for_the_doctor_and_no_letters) {
  const auto well = command({"doctor"});
  EXPECT_EQ(well.exit_code, 0) << well.err;
  EXPECT_THAT(well.out, HasSubstr("all is well"));
  EXPECT_EQ(command({"deadletters", "list"}).exit_code, 0);
  const auto none = command({"deadletters", "replay", "7"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("there is no dead letter 7"));
}

TEST_F(operators, wrong_calls_are_refused) {
  const auto port = the_node().admin_port();
  const auto headers = the_node().admin_headers();
  EXPECT_EQ(http_get(port, "/v1/admin/restart?actor=room/aurora", headers).status, 405);
  EXPECT_EQ(http_get(port, "/v1/admin/why?actor=aurora", headers).status, 400);
  EXPECT_EQ(http_get(port, "/v1/admin/tap?id=99", headers).status, 404);
  EXPECT_EQ(http_get(port, "/v1/admin/why?actor=room/aurora").status, 401);
  EXPECT_EQ(http_get(the_node().port(), "/v1/admin/doctor", headers).status, 404);
}

}  // namespace
}  // namespace lightstick::test
