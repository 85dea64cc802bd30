#include <thread>

#include "fixture.hpp"

namespace lightstick::storage::test {
namespace {

const log_id lobby{partition{7}, "room/lobby"};

class reminders : public store_test {
 protected:
  void SetUp() override {
    store_test::SetUp();
    open_log();
    open_log(lobby);
  }
  /// One commit that writes `reminders`, with an event that says nothing.
  void write(std::vector<reminder_write> what, const log_id& log = aurora) {
    auto& at = last_[log.name];
    auto r = after(at, {""}, log);
    r.reminders = std::move(what);
    commit(r);
    ++at;
  }
  due_page due(std::int64_t until_ms, std::string cursor = {}, std::uint32_t max = 100, partition p = partition{7}) {
    auto page = store_->due_reminders(p, until_ms, cursor, max);
    EXPECT_TRUE(page) << page.error().to_string();
    return page ? std::move(*page) : due_page{};
  }
  static std::vector<std::string> names(const due_page& page) {
    std::vector<std::string> out;
    for (const auto& e : page.entries) out.push_back(e.log + "/" + e.name);
    return out;
  }

  std::map<std::string, std::uint64_t> last_;
};

using names_t = std::vector<std::string>;

TEST_F(reminders, are_given_at_recovery_and_when_due) {
  write({{"close", std::nullopt, 2000, "now"}, {"open", std::nullopt, 1000, ""}});
  for (int i = 0; i < 2; ++i) {
    auto c = open_log();
    EXPECT_EQ(c.reminders, (std::vector<reminder>{{"close", 2000, "now"}, {"open", 1000, ""}}));
    EXPECT_EQ(c.events, (std::vector<std::string>{""})) << "the event that says nothing is kept as such";
    EXPECT_TRUE(due(999).entries.empty());
    EXPECT_EQ(due(1000).entries, (std::vector<due_reminder>{{"room/aurora", "open", 1000, ""}}));
    EXPECT_EQ(due(INT64_MAX).entries,
              (std::vector<due_reminder>{{"room/aurora", "open", 1000, ""}, {"room/aurora", "close", 2000, "now"}}));
    reopen();
  }
}

TEST_F(reminders, are_replaced_and_removed) {
  write({{"a", std::nullopt, 1000, "1"}, {"b", std::nullopt, 1000, "1"}, {"c", std::nullopt, 1000, "1"}});
  write({{"a", 1000, 3000, "2"}, {"b", 1000, std::nullopt, ""}, {"c", 1000, 1000, "2"}});
  EXPECT_EQ(open_log().reminders, (std::vector<reminder>{{"a", 3000, "2"}, {"c", 1000, "2"}}));
  EXPECT_EQ(due(INT64_MAX).entries,
            (std::vector<due_reminder>{{"room/aurora", "c", 1000, "2"}, {"room/aurora", "a", 3000, "2"}}));
}

TEST_F(reminders, of_a_partition_come_in_the_order_of_time_page_by_page) {
  write({{"a", std::nullopt, 3000, ""}, {"b", std::nullopt, 1000, ""}});
  write({{"a", std::nullopt, 2000, ""}, {"b", std::nullopt, 4000, ""}}, lobby);
  names_t all{"room/aurora/b", "room/lobby/a", "room/aurora/a", "room/lobby/b"};
  EXPECT_EQ(names(due(4000)), all);
  EXPECT_FALSE(due(4000).more);
  names_t paged;
  std::string cursor;
  for (bool more = true; more;) {
    auto page = due(4000, cursor, 1);
    ASSERT_EQ(page.entries.size(), 1U);
    paged.push_back(names(page)[0]);
    cursor = page.cursor;
    more = page.more;
  }
  EXPECT_EQ(paged, all);
  EXPECT_TRUE(due(4000, cursor).entries.empty());
  EXPECT_EQ(due(4000, cursor).cursor, cursor);
  EXPECT_TRUE(due(4000, {}, 100, partition{8}).entries.empty());
}

TEST_F(reminders, of_many_bytes_end_the_page_with_at_least_one) {
  std::string big(due_page_bytes_max + 1, 'x');
  write({{"a", std::nullopt, 1, big}, {"b", std::nullopt, 2, "y"}});
  auto page = due(10);
  EXPECT_EQ(names(page), names_t{"room/aurora/a"});
  EXPECT_TRUE(page.more);
  EXPECT_EQ(names(due(10, page.cursor)), names_t{"room/aurora/b"});
}

TEST_F(reminders, an_entry_whose_reminder_is_due_at_another_time_is_passed_over) {
  write({{"a", std::nullopt, 1000, ""}});
  write({{"a", std::nullopt, 2000, ""}});  // the writer did not know of the first
  EXPECT_EQ(due(INT64_MAX).entries, (std::vector<due_reminder>{{"room/aurora", "a", 2000, ""}}));
}

TEST_F(reminders, what_can_never_work_is_invalid) {
  auto append = [&](reminder_write r, std::vector<std::string> events = {""}) {
    auto request = after(0, std::move(events));
    request.reminders = {std::move(r)};
    return code_of(store_->append(request, std::make_shared<recorder>()));
  };
  EXPECT_EQ(append({"", std::nullopt, 1, ""}), errc::invalid);
  EXPECT_EQ(append({std::string(row_key_bytes_max + 1, 'x'), std::nullopt, 1, ""}), errc::invalid);
  EXPECT_EQ(append({"r", std::nullopt, -1, ""}), errc::invalid);
  EXPECT_EQ(append({"r", -1, std::nullopt, ""}), errc::invalid);
  EXPECT_EQ(append({"r", std::nullopt, 1, ""}, {}), errc::invalid) << "it needs an event";
  EXPECT_EQ(append({"r", std::nullopt, 1, std::string(options_.append_bytes_max, 'x')}), errc::invalid);
  EXPECT_EQ(code_of(store_->due_reminders(partition{partition_count}, 1, {}, 1)), errc::invalid);
  EXPECT_EQ(code_of(store_->due_reminders(partition{7}, 1, {}, 0)), errc::invalid);
  write({{"r", std::nullopt, 1, ""}});
  EXPECT_EQ(code_of(store_->due_reminders(partition{8}, 1, due(1).cursor, 1)), errc::invalid);
  EXPECT_TRUE(due(-1).entries.empty());
}

TEST_F(reminders, hundreds_of_thousands_at_once_are_read_page_by_page) {
  constexpr std::uint64_t count = 200'000;
  constexpr std::uint64_t per_commit = 5'000;
  for (std::uint64_t n = 0; n < count; n += per_commit) {
    std::vector<reminder_write> some;
    for (auto i = n; i < n + per_commit; ++i) {
      some.push_back({std::to_string(i), std::nullopt, static_cast<std::int64_t>(1 + i % 1000), "p"});
    }
    write(std::move(some));
  }
  std::uint64_t seen = 0;
  std::int64_t at = 0;
  std::string cursor;
  for (bool more = true; more;) {
    auto page = due(1000, cursor, 1000);
    for (const auto& e : page.entries) {
      ASSERT_LE(at, e.due_ms);
      at = e.due_ms;
    }
    seen += page.entries.size();
    cursor = page.cursor;
    more = page.more;
  }
  EXPECT_EQ(seen, count);
}

TEST_F(reminders, that_are_done_leave_nothing_behind_to_be_walked_over) {
  std::vector<reminder_write> set;
  std::vector<reminder_write> done;
  for (std::int64_t n = 0; n < 2'000; ++n) {
    set.push_back({std::to_string(n), std::nullopt, 1000 + n, ""});
    done.push_back({std::to_string(n), 1000 + n, std::nullopt, ""});
  }
  write(std::move(set));
  reopen();  // into a table
  open_log();
  write(std::move(done));
  reopen();
  auto table_bytes = [&] {
    for (const auto& e : numbers_->entries()) {
      if (e.name == "lightstick_storage_table_bytes" && e.labels[0].value == "due") return e.as_gauge->value();
    }
    return std::int64_t{-1};
  };
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (table_bytes() > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  EXPECT_EQ(table_bytes(), 0);
}

}  // namespace
}  // namespace lightstick::storage::test
