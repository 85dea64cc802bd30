// Retention: rows of history below a floor are hidden at once.
#include "fixture.hpp"

namespace lightstick::storage::test {
namespace {

std::string key_of(std::uint8_t n) { return std::string(7, '\0') + static_cast<char>(n); }

class floors : public store_test {
 protected:
  void SetUp() override {
    store_test::SetUp();
    for (const auto& log : {log_id{partition{6}, "room/aurora"}, aurora, log_id{partition{8}, "room/aurora"}}) {
      open_log(log);
      auto r = after(0, {"e"}, log);
      for (std::uint8_t n = 1; n <= 9; ++n) r.rows.push_back(history_row(key_of(n), std::string(10, 'x')));
      r.rows.push_back(mark(key_of(1), "a mark"));
      commit(r);
    }
  }
  void raise_to(std::string key, std::uint64_t at = 1) {
    auto r = after(at, {""});
    r.history_floor = std::move(key);
    commit(r);
  }
  std::vector<std::uint8_t> page(row_query query = {}, const log_id& log = aurora) {
    auto p = store_->read_rows(log, query);
    EXPECT_TRUE(p) << p.error().to_string();
    std::vector<std::uint8_t> out;
    if (p) {
      for (const auto& r : p->rows) out.push_back(static_cast<std::uint8_t>(r.key.back()));
    }
    return out;
  }
};

using keys_t = std::vector<std::uint8_t>;

TEST_F(floors, hide_the_rows_below_them_at_once_and_after_a_restart) {
  EXPECT_EQ(open_log().history_floor, "");
  raise_to(key_of(4));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(page(), (keys_t{4, 5, 6, 7, 8, 9}));
    row_query backwards;
    backwards.newest_first = true;
    EXPECT_EQ(page(backwards), (keys_t{9, 8, 7, 6, 5, 4}));
    row_query from_below;
    from_below.after = key_of(1);
    from_below.before = key_of(6);
    EXPECT_EQ(page(from_below), (keys_t{4, 5}));
    row_query above;
    above.after = key_of(7);
    EXPECT_EQ(page(above), (keys_t{8, 9}));
    row_query below;
    below.before = key_of(4);
    EXPECT_TRUE(page(below).empty());
    EXPECT_EQ(open_log().history_floor, key_of(4));
    reopen();
  }
}

TEST_F(floors, may_hide_everything) {
  raise_to(key_of(200));
  EXPECT_TRUE(page().empty());
}

TEST_F(floors, touch_neither_marks_nor_other_logs) {
  raise_to(key_of(200));
  EXPECT_EQ(open_log().marks.size(), 1U);
  EXPECT_EQ(page({}, {partition{6}, "room/aurora"}).size(), 9U);
  EXPECT_EQ(page({}, {partition{8}, "room/aurora"}).size(), 9U);
}

TEST_F(floors, need_an_event_and_a_key_of_some_length) {
  open_log();
  auto r = after(1, {});
  r.history_floor = "x";
  EXPECT_EQ(code_of(store_->append(r, {})), errc::invalid);
  r = after(1, {""});
  r.history_floor = std::string(row_key_bytes_max + 1, 'x');
  EXPECT_EQ(code_of(store_->append(r, {})), errc::invalid);
}

}  // namespace
}  // namespace lightstick::storage::test
