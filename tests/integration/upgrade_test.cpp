// A node opens the data folders that earlier versions wrote (tests/fixtures) and shows their users what they had.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/node.hpp"

namespace lightstick::test {
namespace {

/// What tests/fixtures/data-v1/README.md says is in an archive.
struct expectation {
  std::string archive;
  std::uint64_t aurora;
  std::uint64_t backstage;
  std::map<std::string, std::uint64_t> read_by_17;
  std::map<std::string, std::uint64_t> read_by_18;
};
std::ostream& operator<<(std::ostream& out, const expectation& e) { return out << e.archive; }

class upgrade : public testing::TestWithParam<expectation> {
 protected:
  void SetUp() override {
    node_.crash();
    std::filesystem::remove_all(node_.data());
    auto command = "tar -xzf '" LIGHTSTICK_SOURCE_DIR "/tests/fixtures/data-v1/" + GetParam().archive + "' -C '" +
                   node_.data().parent_path().string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    node_.start();
  }
  void expect_messages(const std::string& room, const std::string& user, const std::string& name, std::uint64_t count) {
    auto reader = node_.enter(encoding::json, "19");
    reader.join(room);
    std::uint64_t off = 0;
    for (const auto& c : reader.history_after(room, 0)) {
      ++off;
      EXPECT_EQ(c.off, off);
      EXPECT_EQ(c.text, room + " message " + std::to_string(off) + " \uc548\ub155");
      EXPECT_EQ(c.user, user);
      EXPECT_EQ(c.name, name);
    }
    EXPECT_EQ(off, count) << room;
  }
  std::map<std::string, std::uint64_t> cursors_of(const std::string& user) {
    auto fan = node_.dial(encoding::json);
    std::map<std::string, std::uint64_t> out;
    const auto answer = fan.auth(node_.token(user), "upgraded");
    for (const auto& mine : answer["mine"].items()) {
      out[mine["room"].text()] = mine["read"].number();
    }
    return out;
  }

  node node_;
};

TEST_P(upgrade, every_message_and_cursor_is_there_and_talk_goes_on) {
  const auto& want = GetParam();
  expect_messages("aurora", "17", "Mina", want.aurora);
  expect_messages("lobby", "18", "Jun", 20);
  if (want.backstage > 0) expect_messages("backstage", "18", "Jun", want.backstage);
  EXPECT_EQ(cursors_of("17"), want.read_by_17);
  EXPECT_EQ(cursors_of("18"), want.read_by_18);
  auto mina = node_.enter(encoding::json, "17");
  mina.join("aurora");
  EXPECT_EQ(mina.publish("aurora", "after the upgrade")["off"].number(), want.aurora + 1);
  node_.restart();
  auto again = node_.enter(encoding::json, "17");
  again.join("aurora");
  EXPECT_EQ(again.history_after("aurora", want.aurora).size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    from, upgrade,
    testing::Values(
        expectation{"ended.tar.gz", 340, 0, {{"aurora", 333}, {"lobby", 0}}, {{"aurora", 12}, {"lobby", 3}}},
        expectation{"killed.tar.gz",
                    350,
                    5,
                    {{"aurora", 350}, {"lobby", 0}},
                    {{"aurora", 12}, {"lobby", 3}, {"backstage", 5}}}),
    [](const auto& of) { return of.param.archive.substr(0, of.param.archive.find('.')); });

}  // namespace
}  // namespace lightstick::test
