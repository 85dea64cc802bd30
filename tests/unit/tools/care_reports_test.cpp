#include "tools/care/reports.hpp"

#include <gmock/gmock.h>

#include "tools/care/backups_report.hpp"
#include "tools/care/progress_line.hpp"

namespace lightstick::tools {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(care_reports, of_damage_name_what_is_served_and_the_way_out) {
  storage::verify_report r;
  r.damage.add({"rocks/000012.sst", {}, "checksum", "others", "restore"});
  r.damage.add({{}, "room/\x1b[31mred", "journal 17..20: missing", "not this actor", "restore"});
  r.notes.push_back("a torn end");
  r.opens = true;
  auto text = to_text(r, "data");
  EXPECT_THAT(text, AllOf(HasSubstr("rocks/000012.sst: checksum"), HasSubstr("journal 17..20: missing"),
                          HasSubstr("served: not this actor"), HasSubstr("note: a torn end"), HasSubstr("2 damaged"),
                          HasSubstr("a node starts with it"), Not(HasSubstr("\x1b"))));
  auto json = to_json(to_value(r));
  EXPECT_THAT(json, AllOf(HasSubstr("\"clean\":false"), HasSubstr("\"damaged\":2"), HasSubstr("\"opens\":true"),
                          HasSubstr("\"file\":\"rocks/000012.sst\""), Not(HasSubstr("\x1b"))));
  storage::verify_report clean;
  EXPECT_THAT(to_text(clean, "data"), HasSubstr("0 damaged\n"));
  EXPECT_THAT(to_json(to_value(clean)), HasSubstr("\"clean\":true"));
}

TEST(care_reports, of_too_many_damages_say_how_many_more) {
  storage::verify_report r;
  for (std::size_t i = 0; i < storage::findings::kept_max + 7; ++i) r.damage.add({"f", {}, "w", "s", "r"});
  EXPECT_EQ(r.damage.kept().size(), storage::findings::kept_max);
  EXPECT_THAT(to_text(r, "data"), AllOf(HasSubstr("and 7 more\n"), HasSubstr("10007 damaged")));
}

TEST(care_reports, of_damaged_backups_say_which_are_whole) {
  storage::backups_report r;
  r.backups = 3;
  r.whole = {1, 3};
  r.damage.add({"rocks/private/2/CURRENT", {}, "checksum", "back-up 1, 3", "restore --id 3"});
  EXPECT_THAT(to_text(r, "b"),
              AllOf(HasSubstr("rocks/private/2/CURRENT: checksum"), HasSubstr("remedy: restore --id 3"),
                    HasSubstr("3 back-ups"), HasSubstr("1 damaged; whole: back-up 1, 3")));
  EXPECT_THAT(to_json(to_value(r)), AllOf(HasSubstr("\"clean\":false"), HasSubstr("\"whole\":[1,3]"),
                                          HasSubstr("\"file\":\"rocks/private/2/CURRENT\"")));
  r.whole.clear();
  EXPECT_THAT(to_text(r, "b"), HasSubstr("no back-up is whole"));
  EXPECT_THAT(to_json(to_value(storage::backups_report{})), HasSubstr("\"clean\":true"));
}

TEST(care_reports, of_backups_say_when_they_expire) {
  storage::backup_list list;
  list.store_id = "5eed";
  list.backups.push_back({1, 2048, 3, {"5eed", history_id{"h"}, 2, 1'790'000'000'000}, 1'790'000'001'000});
  list.backups.push_back({2, 2048, 3, {"5eed", history_id{"h"}, 2, 1'790'000'000'000}, 0});
  list.damaged.push_back(9);
  auto text = to_text(list, wall_ms{1'790'000'001'000});
  EXPECT_THAT(text,
              AllOf(HasSubstr("2026-09-21 14:13:21Z (over)"), HasSubstr("never"), HasSubstr("back-up 9 is damaged")));
  EXPECT_THAT(to_json(to_value(list)), AllOf(HasSubstr("\"expires_ms\":1790000001000"),
                                             HasSubstr("\"expires_ms\":null"), HasSubstr("\"damaged\":[9]")));
}

TEST(care_reports, progress_is_a_part_of_the_whole) {
  EXPECT_EQ(progress_text("verify", 0, 0), "verify 100% 0B of 0B");
  EXPECT_EQ(progress_text("verify", 512, 1024), "verify 50% 512B of 1.0KiB");
  EXPECT_EQ(progress_text("verify", 2048, 1024), "verify 100% 2.0KiB of 2.0KiB") << "a total is an estimate";
}

}  // namespace
}  // namespace lightstick::tools
