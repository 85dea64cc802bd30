#include "storage/search.hpp"

#include <gmock/gmock.h>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "fixture.hpp"
#include "runtime/base/random.hpp"
#include "storage/bytes.hpp"
#include "storage/rocks/open_view.hpp"

namespace lightstick::storage::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

log_id room(int n) { return {partition{static_cast<std::uint16_t>(n)}, "room/r" + std::to_string(n)}; }

std::vector<std::string> names(const found_logs& page) {
  std::vector<std::string> out;
  for (const auto& log : page.logs) out.push_back(log.name);
  return out;
}

/// Six rooms, in one of which nobody says anything of interest, and a user.
class searched : public store_test {
 protected:
  void SetUp() override {
    store_test::SetUp();
    say(room(1), {history_row("k", "by mina: hello")});
    say(room(2), {mark("mina/web-1/c7", "1")});
    say(room(3), {history_row("k", "by jun: hello")});
    say(room(4), {}, "event of mina");
    say(room(5), {}, "e", "snapshot with mina");
    say({partition{6}, "room/mina"}, {history_row("k", "by jun: her room")});
    say({partition{6}, "user/mina"}, {history_row("k", "mina")});
  }
  void say(const log_id& log, std::vector<row_write> rows, const std::string& event = "e",
           std::optional<std::string> snapshot = {}) {
    open_log(log);
    auto r = after(0, {event}, log);
    r.rows = std::move(rows);
    r.snapshot = std::move(snapshot);
    commit(r);
  }
  found_logs page(const log_search& what) {
    auto found = store_->find_logs(what, {});
    EXPECT_TRUE(found) << found.error().to_string();
    return found ? std::move(*found) : found_logs{};
  }
};

TEST_F(searched, a_text_is_found_wherever_a_log_has_it_but_in_its_name) {
  for (bool tables : {false, true}) {
    if (tables) reopen();
    log_search what{"room/", "mina"};
    auto all = page(what);
    EXPECT_THAT(names(all), ElementsAre("room/r1", "room/r2", "room/r4", "room/r5"));
    EXPECT_FALSE(all.more);
    EXPECT_EQ(all.looked_at, 6U);
    EXPECT_GT(all.bytes, 0U);
    EXPECT_EQ(all.total_bytes > 0, tables) << "what the log holds alone is not counted";
    EXPECT_EQ(all.damaged_stretches, 0U);
    what.text = "nobody";
    EXPECT_THAT(names(page(what)), IsEmpty());
    what = {"user/", ""};
    EXPECT_THAT(names(page(what)), ElementsAre("user/mina"));
  }
}

/// One whose tables do not say how large they are.
class silent_view final : public raw_view {
 public:
  explicit silent_view(const raw_view& of) : of_(of) {}
  [[nodiscard]] std::unique_ptr<record_cursor> cursor(family f) const override { return of_.cursor(f); }
  [[nodiscard]] std::unique_ptr<record_cursor> log_cursor(family f, const std::string& prefix) const override {
    return of_.log_cursor(f, prefix);
  }
  [[nodiscard]] std::vector<std::string> tables() const override { return of_.tables(); }
  [[nodiscard]] result<std::vector<family_size>> sizes() const override { return fail(errc::corrupt, "a footer"); }
  [[nodiscard]] std::uint64_t log_bytes() const override { return of_.log_bytes(); }
  [[nodiscard]] bool leaving() const override { return of_.leaving(); }

 private:
  const raw_view& of_;
};

TEST_F(searched, a_table_that_does_not_say_how_large_it_is_ends_no_search) {
  close();
  rocks::open_options how{data() / "rocks", false, 64U << 20U};
  auto view = rocks::open_view(how);
  ASSERT_TRUE(view) << view.error().to_string();
  auto found = search_view(silent_view(**view), {"room/", "mina"}, {});
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_THAT(names(*found), ElementsAre("room/r1", "room/r2", "room/r4", "room/r5"));
}

TEST_F(searched, pages_end_at_their_limits_and_together_hold_each_log_once) {
  for (bool by_bytes : {false, true}) {
    log_search what{"room/", "mina"};
    what.logs_max = by_bytes ? 100 : 1;
    what.bytes_max = by_bytes ? 1 : 1U << 20U;
    std::vector<std::string> found;
    std::uint64_t looked_at = 0;
    int pages = 0;
    for (bool more = true; more; ++pages) {
      ASSERT_LT(pages, 20);
      auto next = page(what);
      EXPECT_LE(next.logs.size(), 1U);
      for (auto& name : names(next)) found.push_back(std::move(name));
      looked_at += next.looked_at;
      more = next.more;
      what.cursor = next.cursor;
    }
    EXPECT_EQ(pages, by_bytes ? 8 : 5);
    EXPECT_EQ(looked_at, 6U);
    EXPECT_THAT(found, ElementsAre("room/r1", "room/r2", "room/r4", "room/r5"));
  }
}

TEST_F(searched, can_be_ended_and_refuses_pages_of_nothing) {
  EXPECT_EQ(code_of(store_->find_logs({"room/", "mina"}, [](auto, auto) { return false; })), errc::stopping);
  log_search none{"room/", "mina"};
  none.logs_max = 0;
  EXPECT_EQ(code_of(store_->find_logs(none, {})), errc::invalid);
}

TEST(spans_of_logs, are_bounded_and_leave_no_log_out) {
  log_spans spans;
  for (int n = 0; n < 64; ++n) spans.add(room(n));
  ASSERT_EQ(spans.all().size(), log_spans::spans_max);
  EXPECT_EQ(spans.all()[63], (log_span{room(63), room(63)}));
  for (int n = 64; n < 250; ++n) {
    spans.add(room(n));
    ASSERT_LE(spans.all().size(), log_spans::spans_max);
  }
  for (int n = 0; n < 250; ++n) {
    bool in = false;
    for (const auto& span : spans.all()) in = in || (span.first <= room(n) && room(n) <= span.last);
    EXPECT_TRUE(in) << n;
  }
}

/// Values that no compression shortens, so that the tables' bytes can be looked through.
class rewritten : public store_test {
 protected:
  static constexpr std::size_t rows = 100;

  std::string value_of(std::uint64_t seed) {
    seeded_random random(seed);
    std::string out;
    while (out.size() < 1000) put_big_endian(out, random.next());
    return out;
  }
  void write(const log_id& log, std::uint64_t first_seed) {
    const auto at = open_log(log).last.value();
    auto r = after(at, {"e"}, log);
    for (std::size_t n = 0; n < rows; ++n) {
      r.rows.push_back(history_row("row " + std::to_string(n), value_of(first_seed + n)));
    }
    commit(r);
  }
  [[nodiscard]] std::size_t files_with(const std::string& bytes) const {
    std::size_t count = 0;
    for (const auto& item : fs::recursive_directory_iterator(data())) {
      if (!item.is_regular_file()) continue;
      std::ifstream in(item.path(), std::ios::binary);
      const std::string all{std::istreambuf_iterator<char>(in), {}};
      if (all.find(bytes) != std::string::npos) ++count;
    }
    return count;
  }
  void rewrite(const log_id& log) {
    const log_span all{log, log};
    auto done = store_->rewrite({&all, 1}, [] { return true; });
    ASSERT_TRUE(done) << done.error().to_string();
  }
};

TEST_F(rewritten, no_file_holds_what_was_overwritten_and_each_what_is_there) {
  for (bool tables : {false, true}) {
    SCOPED_TRACE(tables);
    const auto secret = value_of(tables ? 5050 : 1050).substr(0, 64);
    const auto kept = value_of(tables ? 7050 : 3050).substr(0, 64);
    write(room(1), tables ? 5000 : 1000);
    write(room(2), tables ? 7000 : 3000);
    if (tables) {
      rewrite(room(1));
      reopen();
    }
    EXPECT_GE(files_with(secret), 1U);
    write(room(1), 9000);
    EXPECT_GE(files_with(secret), 1U) << "the new rows alone do not remove the old ones";
    rewrite(room(1));
    EXPECT_EQ(files_with(secret), 0U);
    EXPECT_GE(files_with(kept), 1U);
    EXPECT_GE(files_with(value_of(9050).substr(0, 64)), 1U);
    EXPECT_EQ(store_->read_rows(room(1), {})->rows.size(), rows);
  }
}

TEST_F(rewritten, writes_go_on_meanwhile_and_it_can_be_ended) {
  write(room(1), 1);
  const log_span all{room(1), room(9)};
  EXPECT_EQ(code_of(store_->rewrite({&all, 1}, [] { return false; })), errc::stopping);
  std::atomic<bool> ended{false};
  std::thread beside([&] {
    for (int n = 0; n < 20; ++n) {
      if (auto done = store_->rewrite({&all, 1}, [] { return true; }); !done) ADD_FAILURE() << done.error().to_string();
    }
    ended = true;
  });
  for (std::uint64_t n = 0; n < 20 || !ended; ++n) write(room(2), n);
  beside.join();
  EXPECT_EQ(store_->read_rows(room(2), {})->rows.size(), rows);
}

TEST_F(rewritten, names_of_logs_are_checked) {
  const log_span none{{partition{1}, ""}, room(1)};
  EXPECT_EQ(code_of(store_->rewrite({&none, 1}, [] { return true; })), errc::invalid);
}

}  // namespace
}  // namespace lightstick::storage::test
