#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class history : public encoded_test {
 protected:
  void SetUp() override {
    mina_ = std::make_unique<ws_client>(enter("mina", "admin"));
    mina_->join("aurora");
    for (int i = 1; i <= 25; ++i) {
      mina_->publish("aurora", "m" + std::to_string(i));
    }
  }
  value ask(const value::map& more) {
    value frame = value::map{{"op", "history"}, {"room", "aurora"}};
    for (const auto& [key, held] : more) {
      frame.set(key, held);
    }
    return mina_->ok(frame.entries());
  }
  static std::vector<std::uint64_t> offsets(const value& page) {
    std::vector<std::uint64_t> all;
    for (const auto& c : parse_chats(page)) {
      all.push_back(c.off);
    }
    return all;
  }
  std::unique_ptr<ws_client> mina_;
};
LIGHTSTICK_BOTH_ENCODINGS(history);

TEST_P(history, before_gives_the_page_that_ends_there) {
  const auto page = ask({{"before", 11}, {"limit", 3}});
  EXPECT_EQ(page["room"].text(), "aurora");
  EXPECT_THAT(offsets(page), ElementsAre(8, 9, 10));
  EXPECT_TRUE(page["more"].flag());
  const auto first = ask({{"before", 3}, {"limit", 3}});
  EXPECT_THAT(offsets(first), ElementsAre(1, 2));
  EXPECT_FALSE(first["more"].flag());
}

TEST_P(history, after_gives_the_page_that_begins_there) {
  const auto page = ask({{"after", 11}, {"limit", 3}});
  EXPECT_THAT(offsets(page), ElementsAre(12, 13, 14));
  EXPECT_TRUE(page["more"].flag());
  const auto last = ask({{"after", 23}, {"limit", 3}});
  EXPECT_THAT(offsets(last), ElementsAre(24, 25));
  EXPECT_FALSE(last["more"].flag());
}

TEST_P(history, without_a_place_the_newest_page_comes) {
  const auto page = ask({{"limit", 2}});
  EXPECT_THAT(offsets(page), ElementsAre(24, 25));
  EXPECT_TRUE(page["more"].flag());
}

TEST_P(history, a_page_that_just_fits_says_no_more) {
  EXPECT_FALSE(ask({{"after", 22}, {"limit", 3}})["more"].flag());
  EXPECT_FALSE(ask({{"before", 4}, {"limit", 3}})["more"].flag());
}

TEST_P(history, beyond_the_ends_is_empty) {
  EXPECT_THAT(offsets(ask({{"after", 25}})), IsEmpty());
  EXPECT_THAT(offsets(ask({{"after", 1'000'000}})), IsEmpty());
  EXPECT_THAT(offsets(ask({{"before", 1}})), IsEmpty());
  EXPECT_EQ(offsets(ask({{"before", 18'446'744'073'709'551'615U}, {"limit", 1}})), std::vector<std::uint64_t>{25});
}

TEST_P(history, it_is_what_was_pushed) {
  EXPECT_EQ(mina_->history_after("aurora", 0, 7), mina_->pushed_through("aurora", 25));
}

TEST_P(history, it_is_the_same_after_a_restart) {
  const auto before = mina_->history_after("aurora", 0);
  EXPECT_EQ(the_node().terminate().exit_code, 0);
  the_node().start();
  auto again = enter("jun");
  again.join("aurora");
  EXPECT_EQ(again.history_after("aurora", 0), before);
}

TEST_P(history, impossible_pages_are_107) {
  const value::map impossible[] = {{{"before", 3}, {"after", 1}},
                                   {{"after", 1}, {"limit", 0}},
                                   {{"after", 1}, {"limit", 101}},
                                   {{"after", -1}},
                                   {{"after", "1"}},
                                   {{"after", 1}, {"limit", 1.5}}};
  for (const auto& more : impossible) {
    value frame = value::map{{"op", "history"}, {"room", "aurora"}};
    for (const auto& [key, held] : more) {
      frame.set(key, held);
    }
    EXPECT_EQ(mina_->err_code(frame.entries()), 107U) << frame;
  }
}

}  // namespace
}  // namespace lightstick::test
