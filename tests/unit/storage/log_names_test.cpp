#include "storage/log_names.hpp"

#include <gmock/gmock.h>

#include "fixture.hpp"

namespace lightstick::storage::test {
namespace {

using testing::ElementsAre;

log_id log_of(int partition_number, std::string name) {
  return {partition{static_cast<std::uint16_t>(partition_number)}, std::move(name)};
}

/// Rooms and users side by side; one with its events in a snapshot, one with many rows.
class named : public store_test {
 protected:
  void SetUp() override {
    store_test::SetUp();
    say(log_of(1, "room/a"));
    say(log_of(1, "user/a"));
    say(log_of(2, "room/b"), "state");
    auto r = after(0, {"e"}, log_of(3, "room/c"));
    for (int i = 0; i < 100; ++i) r.rows.push_back(history_row("row" + std::to_string(i), "hello"));
    open_log(r.log);
    commit(r);
    say(log_of(200, "room/\xff\xff"));
  }
  void say(const log_id& log, std::optional<std::string> snapshot = {}) {
    open_log(log);
    auto r = after(0, {"e"}, log);
    r.snapshot = std::move(snapshot);
    commit(r);
  }
  std::vector<std::string> page(names_wanted& what) {
    auto found = store_->log_names(what);
    EXPECT_TRUE(found) << found.error().to_string();
    std::vector<std::string> out;
    if (!found) return out;
    for (const auto& log : found->logs) out.push_back(log.name);
    what.cursor = found->cursor;
    return out;
  }
};

TEST_F(named, logs_are_listed_in_pages_whether_in_tables_or_not) {
  for (const bool tables : {false, true}) {
    if (tables) reopen();
    names_wanted what{.name_begin = "room/", .logs_max = 2};
    EXPECT_THAT(page(what), ElementsAre("room/a", "room/b"));
    EXPECT_NE(what.cursor, "");
    EXPECT_THAT(page(what), ElementsAre("room/c", "room/\xff\xff"));
    EXPECT_EQ(what.cursor, "");
  }
}

TEST_F(named, a_page_ends_when_it_has_passed_enough_others) {
  names_wanted what{.name_begin = "user/", .looks_max = 1};
  EXPECT_THAT(page(what), ElementsAre());
  EXPECT_NE(what.cursor, "");
  EXPECT_THAT(page(what), ElementsAre("user/a"));
  what.looks_max = 100;
  EXPECT_THAT(page(what), ElementsAre());
  EXPECT_EQ(what.cursor, "");
}

TEST_F(named, a_cursor_of_anywhere_begins_there) {
  names_wanted what{.name_begin = "room/", .cursor = std::string("\x00\x02", 2)};
  EXPECT_THAT(page(what), ElementsAre("room/b", "room/c", "room/\xff\xff"));
  what.cursor = "\xff\xff\xff\xff\xff\xff";
  EXPECT_THAT(page(what), ElementsAre());
  EXPECT_TRUE(is(store_->log_names({.logs_max = 0}), condition::invalid));
}

}  // namespace
}  // namespace lightstick::storage::test
