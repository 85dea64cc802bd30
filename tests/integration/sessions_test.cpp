// Random sessions, valid and invalid, against one node: it stays the same process, answers what it took, and at the end
// every history is dense and holds what was answered, once. LIGHTSTICK_SECONDS says for how long (default: 4), LIGHTSTICK_SEED
// gives the same dice again (not the same run: the threads and the network have theirs).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <list>
#include <thread>

#include "tests/support/node_test.hpp"
#include "tests/support/visitor.hpp"

namespace lightstick::test {
namespace {

constexpr int users = 6;
constexpr int visitors_max = 8;  ///< two users have a second device
const std::vector<std::string> rooms{"aurora", "lobby", "stage"};

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

class sessions : public node_test {
 protected:
  void visit(seconds how_long, std::uint64_t seed) {
    const auto end = steady::now() + how_long;
    std::vector<std::thread> threads;
    for (int i = 0; i < visitors_max; ++i) {
      const auto* role = i % users == 0 ? "admin" : i % users == 1 ? "moderator" : i % users == 2 ? "artist" : "fan";
      visitors_.emplace_back(the_node(), rooms, i, users, role, seed + static_cast<std::uint64_t>(i));
    }
    for (auto& each : visitors_) threads.emplace_back([&each, end] { each.live(end); });
    for (auto& t : threads) t.join();
  }

  /// What `room` holds is what was answered, but for what somebody withdrew.
  void look_at(const std::string& room) {
    auto auditor = the_node().enter(encoding::json, "auditor", "admin");
    auditor.join(room);
    std::map<std::string, int> times;
    std::map<std::uint64_t, chat> at;
    std::uint64_t last = 0;
    for (auto& each : auditor.history_after(room, 0)) {
      ASSERT_EQ(each.off, ++last) << "offsets of " << room;
      if (!each.gone && each.tomb.empty()) ++times[each.text];
      at.emplace(each.off, std::move(each));
    }
    for (const auto& v : visitors_) {
      for (const auto& r : v.said()) {
        if (r.room != room) continue;
        const auto there = times.find(r.text);
        EXPECT_LE(there == times.end() ? 0 : there->second, 1) << r.cid << " in " << room;
        if (r.committed) compare(v.user(), r, at);
      }
    }
  }

  void compare(const std::string& user, const remark& r, const std::map<std::uint64_t, chat>& at) {
    ++committed_;
    const auto found = at.find(r.committed->off);
    ASSERT_NE(found, at.end()) << r.cid << " was answered " << r.committed->off << " in " << r.room;
    if (found->second.gone) {
      ++gone_;
      EXPECT_TRUE(withdrawn(r.room, r.committed->off, user)) << r.cid << " in " << r.room;
      return;
    }
    EXPECT_EQ(found->second.text, r.text) << "at " << r.committed->off << " of " << r.room;
    EXPECT_EQ(found->second.ts, r.committed->ts);
  }

  bool withdrawn(const std::string& room, std::uint64_t off, const std::string& user) const {
    return std::ranges::any_of(visitors_, [&](const visitor& v) {
      return v.withdrawn().contains({room, off}) || v.silenced().contains({room, user});
    });
  }

  std::map<std::string, std::uint64_t> met() const {
    std::map<std::string, std::uint64_t> out;
    for (const auto& v : visitors_) {
      for (const auto& [what, count] : v.met()) out[what] += count;
    }
    return out;
  }

  std::list<visitor> visitors_;
  std::uint64_t committed_ = 0;
  std::uint64_t gone_ = 0;
};

TEST_F(sessions, of_all_sorts_lose_nothing_and_leave_nothing_behind) {
  const auto seed = number_of("LIGHTSTICK_SEED", std::random_device{}());
  std::cout << "seed " << seed << "; the same dice again: LIGHTSTICK_SEED=" << seed << std::endl;
  auto& n = start_node({"--timeouts-header", "1s", "--timeouts-handshake", "1s", "--timeouts-idle", "1s",
                        "--timeouts-ping-after", "1s", "--timeouts-pong-within", "1s"});
  visit(seconds{number_of("LIGHTSTICK_SECONDS", 4)}, seed);
  ASSERT_TRUE(n.runs());
  EXPECT_TRUE(poll_until([&] { return n.metric("lightstick_gateway_connections_open") == 0; }));
  for (const auto& room : rooms) look_at(room);
  for (const auto& [what, count] : met()) {
    std::cout << what << ": " << count << '\n';
    EXPECT_FALSE(what.starts_with("wrong") || what == "err 100" || what == "close 1006" || what == "close 1011")
        << what;
  }
  std::cout << committed_ << " committed, " << gone_ << " of them withdrawn" << std::endl;
  EXPECT_GT(committed_, 0U);
  const auto end = n.terminate();
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.signal, 0);
}

}  // namespace
}  // namespace lightstick::test
