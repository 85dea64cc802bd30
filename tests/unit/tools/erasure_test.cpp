#include "tools/node/erasure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "tools/node/ask_all.hpp"

namespace lightstick::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

error overloaded() { return {make_error_code(errc::overloaded), "full"}; }

ask_limits quick() {
  ask_limits l;
  l.first_pause = std::chrono::milliseconds{1};
  l.pause_max = std::chrono::milliseconds{2};
  l.tries_max = 3;
  return l;
}

/// Rooms whose names begin with "mina" know the user.
class fake_node final : public erasable {
 public:
  explicit fake_node(std::vector<std::string> rooms) : rooms_(std::move(rooms)) {}

  result<storage::found_logs> find(const storage::log_search& what, const storage::progress& watch) override {
    EXPECT_EQ(what.name_begin, "room/");
    EXPECT_TRUE(what.text == "mina" || what.text.empty());
    storage::found_logs out;
    if (watch && !watch(0, 1000)) return fail(errc::stopping, "ended");
    auto at = what.cursor.empty() ? 0U : static_cast<std::size_t>(std::stoul(what.cursor));
    for (; at < rooms_.size() && out.logs.size() < what.logs_max; ++at) {
      ++out.looked_at;
      out.bytes += 100;
      if (rooms_[at].starts_with(what.text)) out.logs.push_back({partition{1}, "room/" + rooms_[at]});
    }
    out.cursor = std::to_string(at);
    out.more = at < rooms_.size();
    out.damaged_stretches = damaged;
    return out;
  }
  result<void> rewrite(std::span<const storage::log_span> spans, const std::function<bool()>& go_on) override {
    said.emplace_back("rewrite");
    rewritten.assign(spans.begin(), spans.end());
    EXPECT_TRUE(go_on());
    return files;
  }
  void forget_in_room(const room_id& room, const user_id& user, numbered_answer done) override {
    EXPECT_EQ(user.str(), "mina");
    ++asked[room.str()];
    active.insert(room.str());
    most_active = std::max(most_active, active.size());
    auto& trouble = troubles[room.str()];
    if (!trouble.empty()) {
      auto why = std::move(trouble.front());
      trouble.erase(trouble.begin());
      return done(fail(std::move(why)));
    }
    done(asked[room.str()] > 0 && !already ? 2 : 0);
  }
  void wake(const room_id& /*room*/, numbered_answer done) override { done(0); }
  void let_go(const room_id& room) override { active.erase(room.str()); }
  void forget_user(const user_id& /*user*/, numbered_answer done) override {
    said.emplace_back("user");
    done(5);
  }
  void drop_letters(const user_id& /*user*/, numbered_answer done) override {
    said.emplace_back("letters");
    done(1);
  }

  std::map<std::string, std::vector<error>> troubles;  ///< answers of a room before it does it
  std::map<std::string, int> asked;
  std::set<std::string> active;
  std::size_t most_active = 0;
  std::vector<std::string> said;
  std::vector<storage::log_span> rewritten;
  result<void> files;
  std::uint64_t damaged = 0;
  bool already = false;

 private:
  std::vector<std::string> rooms_;
};

erasure_order of_mina() {
  erasure_order out;
  out.user = user_id{"mina"};
  out.asks = quick();
  return out;
}

std::vector<std::string> many(int n) {
  std::vector<std::string> out;
  for (int i = 0; i < n; ++i) out.push_back((i % 3 == 0 ? "mina " : "other ") + std::to_string(i));
  return out;
}

TEST(erasure, asks_the_rooms_that_know_the_user_page_by_page_then_all_else) {
  fake_node node(many(300));
  auto order = of_mina();
  order.rooms_a_page = 10;
  std::uint64_t last = 0;
  auto done = erase_everywhere(node, order, [&](std::uint64_t at, std::uint64_t total) {
    EXPECT_GE(at, last);
    EXPECT_LE(at, total);
    last = at;
    return true;
  });
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(done->rooms.rooms, 300U);
  EXPECT_EQ(done->rooms.asked, 100U);
  EXPECT_EQ(done->rooms_with, 100U);
  EXPECT_EQ(done->messages, 200U);
  EXPECT_EQ(done->user_rooms, 5U);
  EXPECT_EQ(done->letters, 1U);
  EXPECT_EQ(done->rooms.repeated, 0U);
  EXPECT_EQ(last, 30'000U);
  EXPECT_EQ(node.asked.size(), 100U);
  EXPECT_LE(node.most_active, 10U);
  EXPECT_TRUE(node.active.empty());
  EXPECT_THAT(node.said, ElementsAre("user", "letters", "rewrite"));
  EXPECT_LE(node.rewritten.size(), storage::log_spans::spans_max + 2);
  EXPECT_EQ(node.rewritten.back().first.name, "deadletters/node");
}

TEST(walk_through_rooms, without_a_text_asks_every_room_and_lets_go_of_each) {
  fake_node node(many(300));
  room_walk_order order;
  order.asks = quick();
  std::set<std::string> woken;
  std::uint64_t answers = 0;
  auto done = walk_rooms(
      node, order,
      [&](const room_id& room, numbered_answer told) {
        node.active.insert(room.str());
        EXPECT_LE(node.active.size(), order.rooms_a_page);
        if (woken.insert(room.str()).second && woken.size() == 7) return told(fail(overloaded()));
        told(0);
      },
      [&](const storage::log_id&, std::uint64_t) { ++answers; }, {});
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(done->rooms, 300U);
  EXPECT_EQ(done->asked, 300U);
  EXPECT_EQ(done->repeated, 1U);
  EXPECT_EQ(woken.size(), 300U);
  EXPECT_EQ(answers, 300U);
  EXPECT_TRUE(node.active.empty());
}

TEST(erasure, a_room_that_is_busy_is_asked_again_up_to_the_limit) {
  fake_node node({"mina a", "mina b", "mina c"});
  node.troubles["mina a"] = {overloaded(), {make_error_code(errc::unavailable), "soon"}};
  auto done = erase_everywhere(node, of_mina(), {});
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(node.asked["mina a"], 3);
  EXPECT_EQ(done->rooms.repeated, 2U);
  EXPECT_EQ(done->rooms_with, 3U);

  fake_node worse({"mina a", "mina b", "mina c"});
  worse.troubles["mina a"] = {overloaded(), overloaded(), overloaded()};
  worse.troubles["mina b"] = {{make_error_code(errc::corrupt), "row 7 is damaged"}};
  auto failed = erase_everywhere(worse, of_mina(), {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(worse.asked["mina a"], 3);
  EXPECT_EQ(worse.asked["mina b"], 1) << "asking again does not mend damage";
  EXPECT_EQ(worse.asked["mina c"], 1);
  for (const auto* part : {"2 of 5 actors", "room/mina a: full", "room/mina b: row 7", "2 messages in 1 room of 3"}) {
    EXPECT_THAT(failed.error().detail, HasSubstr(part));
  }
  EXPECT_THAT(worse.said, ElementsAre("user", "letters", "rewrite")) << "the rest goes on";
}

TEST(erasure, twice_is_as_good_as_once_and_can_rewrite_everything) {
  fake_node node({"mina a"});
  node.already = true;
  auto order = of_mina();
  order.all_files = true;
  auto done = erase_everywhere(node, order, {});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->messages, 0U);
  EXPECT_EQ(done->rooms_with, 0U);
  ASSERT_EQ(node.rewritten.size(), 1U);
  EXPECT_EQ(node.rewritten[0].first.partition, partition{0});
  EXPECT_EQ(node.rewritten[0].last.partition, partition{partition_count - 1});
}

TEST(erasure, says_when_files_could_not_be_written_anew) {
  fake_node node({"mina a"});
  node.files = fail(errc::unavailable, "the disk is full");
  auto failed = erase_everywhere(node, of_mina(), {});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().detail, HasSubstr("shown any more"));
  EXPECT_THAT(failed.error().detail, HasSubstr("--all-files"));
  EXPECT_THAT(failed.error().detail, HasSubstr("the disk is full"));
}

TEST(erasure, can_be_ended_and_wants_a_name) {
  fake_node node({"mina a"});
  auto ended = erase_everywhere(node, of_mina(), [](auto, auto) { return false; });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, errc::stopping);
  EXPECT_TRUE(node.asked.empty());
  EXPECT_TRUE(node.said.empty());
  EXPECT_FALSE(erase_everywhere(node, {}, {}));
}

TEST(erasure, its_text_states_what_back_ups_hold) {
  erasure_report r;
  r.user = user_id{"17"};
  r.rooms.rooms = 120;
  r.rooms_with = 3;
  r.messages = 42;
  const auto unknown = to_text(r, std::nullopt, "");
  EXPECT_THAT(unknown, HasSubstr("erased user/17: 42 messages in 3 rooms of 120"));
  EXPECT_THAT(unknown, HasSubstr("Back-ups that were made before hold it until they go"));
  EXPECT_THAT(unknown, Not(HasSubstr("damaged")));
  EXPECT_THAT(unknown, Not(HasSubstr("The files of this node hold none")))
      << "one that was cut short left some, perhaps";
  EXPECT_THAT(unknown, HasSubstr("erase again with --all-files"));
  r.all_files = true;
  EXPECT_THAT(to_text(r, std::nullopt, ""), HasSubstr("The files of this node hold none of it any more"));
  r.rooms.damaged_stretches = 1;
  storage::backup_list backups;
  backups.backups.resize(2);
  backups.backups[0].expires_ms = 1'790'000'000'000;
  backups.backups[1].expires_ms = 1'795'000'000'000;
  auto known = to_text(r, backups, "/backups/n1");
  EXPECT_THAT(known, HasSubstr("2 back-ups in /backups/n1 still hold it; the last expires 2026-11-18"));
  EXPECT_THAT(known, HasSubstr("1 damaged stretch of the store"));
  backups.backups[1].expires_ms = 0;
  EXPECT_THAT(to_text(r, backups, "/backups/n1"), HasSubstr("some never expire"));
}

TEST(asking_all, never_has_more_under_way_than_allowed) {
  std::mutex mutex;
  std::vector<numbered_answer> open;
  std::size_t most = 0;
  std::vector<question> questions(20, [&](numbered_answer done) {
    std::lock_guard lock(mutex);
    open.push_back(std::move(done));
    most = std::max(most, open.size());
  });
  std::thread answers([&] {
    for (std::uint64_t n = 0; n < 20;) {
      numbered_answer next;
      {
        std::lock_guard lock(mutex);
        if (!open.empty()) {
          next = std::move(open.back());
          open.pop_back();
        }
      }
      if (next) {
        next(++n);
      } else {
        std::this_thread::yield();
      }
    }
  });
  auto done = ask_all(questions, quick(), [] { return true; });
  answers.join();
  ASSERT_TRUE(done);
  std::uint64_t sum = 0;
  for (const auto& each : done->each) sum += each.value_or(0);
  EXPECT_EQ(sum, 210U);
  EXPECT_LE(most, 4U);
}

TEST(asking_all, lets_late_answers_fall_when_it_was_ended) {
  numbered_answer late;
  const std::vector<question> questions{[&](numbered_answer done) { late = std::move(done); }};
  int asked = 0;
  auto ended = ask_all(questions, quick(), [&] { return ++asked < 3; });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, errc::stopping);
  late(1);
}

}  // namespace
}  // namespace lightstick::tools
