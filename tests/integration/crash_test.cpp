// kill -9 at a random moment, again and again: what was answered `committed` is there once, at its offset, in one
// order for all readers, and a repeated cid gets its first answer.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>
#include <string>
#include <thread>

#include "tests/support/crowd.hpp"

namespace lightstick::test {
namespace {

constexpr const char* usage =
    "kill -9 at a random moment under 4 publishers in 3 rooms with 3 live readers; restart, resume, compare.\n"
    "Takes about a minute, at most 15. The last line is the verdict; the exit code is 0 only when all held.\n"
    "  LIGHTSTICK_SEED=N     replays the moments and the texts of a run (printed at its start)\n"
    "  LIGHTSTICK_ROUNDS=N   how often the node is killed (default 20)\n"
    "  LIGHTSTICK_BINARY     the node's program (default: lightstick here or one folder above)\n"
    "  LIGHTSTICK_KEEP=1     keeps the data folder\n";

std::string verdict;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<remark> all_said(const std::vector<publisher>& publishers) {
  std::vector<remark> all;
  for (const auto& p : publishers) {
    all.insert(all.end(), p.said().begin(), p.said().end());
  }
  return all;
}

class crash_run {
 public:
  explicit crash_run(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 4; ++i) {
      publishers_.emplace_back("publisher" + std::to_string(i), i % 2 == 0 ? encoding::json : encoding::msgpack,
                               random_());
    }
    for (int i = 0; i < 3; ++i) {
      readers_.emplace_back("reader" + std::to_string(i), i % 2 == 0 ? encoding::msgpack : encoding::json);
    }
  }

  /// One life of the node, its violent end, and the next beginning.
  void round() {
    world w{node_, rooms_, {}};
    {
      std::vector<std::jthread> lives;
      for (auto& p : publishers_) {
        lives.emplace_back([&] { p.live(w); });
      }
      for (auto& r : readers_) {
        lives.emplace_back([&] { r.live(w); });
      }
      std::this_thread::sleep_for(milliseconds{20 + random_() % 500});
      w.killed = true;
      node_.crash();
    }
    if (random_() % 4 == 0) {  // and once more while it recovers
      node_.launch();
      std::this_thread::sleep_for(milliseconds{random_() % 60});
      node_.crash();
    }
    node_.start();
    read_new_history();
    judge(false);
  }

  /// Everybody looks at all there is, with nobody speaking.
  void finish() {
    world w{node_, rooms_, {}};
    std::map<std::string, std::uint64_t> last;
    for (const auto& room : rooms_) {
      last[room] = history_[room].size();
    }
    readers_.emplace_back("newcomer", encoding::json);
    for (auto& r : readers_) {
      r.catch_up(w, last);
    }
    judge(true);
  }

  /// Everything that was found wrong so far.
  [[nodiscard]] findings found() const {
    auto all = judged_;
    for (const auto& p : publishers_) {
      all.add(p.found());
    }
    for (const auto& r : readers_) {
      all.add(r.found());
    }
    return all;
  }

  [[nodiscard]] std::string numbers() {
    std::uint64_t committed = 0;
    std::uint64_t open = 0;
    std::uint64_t repeated = 0;
    std::uint64_t there = 0;
    for (const auto& p : publishers_) {
      repeated += p.repeated();
      for (const auto& r : p.said()) {
        ++(r.committed ? committed : open);
      }
    }
    for (const auto& room : rooms_) {
      there += history_[room].size();
    }
    return std::to_string(committed) + " answered committed, " + std::to_string(open) + " never answered (of these " +
           std::to_string(there - committed) + " there), " + std::to_string(repeated) + " answered ones repeated";
  }
  [[nodiscard]] std::string log_tail() const { return node_.log_tail(); }

 private:
  void read_new_history() {
    auto historian = node_.enter(encoding::json, "historian");
    for (const auto& room : rooms_) {
      historian.join(room);
      auto& known = history_[room];
      for (auto& c : historian.history_after(room, known.size())) {
        known.push_back(std::move(c));
      }
    }
  }

  /// Over all rounds so far, anew: nothing is counted twice.
  void judge(bool whole) {
    judged_ = {};
    const auto said = all_said(publishers_);
    for (const auto& room : rooms_) {
      judged_.add(compare(room, said, history_[room]));
      for (auto& r : readers_) {
        judged_.add(compare_reader(r.name() + " in " + room, r.seen(room), history_[room], whole));
      }
    }
  }

  std::mt19937_64 random_;
  const std::vector<std::string> rooms_{"aurora", "borealis", "공연장"};
  node node_;
  std::vector<publisher> publishers_;
  std::vector<reader> readers_;
  std::map<std::string, std::vector<chat>> history_;
  findings judged_;
};

TEST(crash_kill_9, nothing_acknowledged_is_lost_or_doubled) {
  const auto seed = number_from_environment("LIGHTSTICK_SEED", std::random_device{}());
  const auto rounds = number_from_environment("LIGHTSTICK_ROUNDS", 20);
  std::cout << "seed " << seed << "; the same again: LIGHTSTICK_SEED=" << seed << " crash" << std::endl;

  crash_run run(seed);
  std::uint64_t done = 0;
  try {
    for (; done < rounds && run.found().total() == 0; ++done) {
      run.round();
      std::cout << "round " << done + 1 << ": " << run.numbers() << std::endl;
    }
    if (run.found().total() == 0) {
      run.finish();
    }
  } catch (const std::exception& e) {
    ADD_FAILURE() << e.what();
  }
  const auto found = run.found();
  for (const auto& what : found.told) {
    ADD_FAILURE() << what;
  }
  EXPECT_EQ(found.total(), 0U);
  EXPECT_EQ(done, rounds);
  verdict = std::to_string(done) + " rounds, " + std::to_string(found.lost) + " lost, " +
            std::to_string(found.doubled) + " doubled";
  if (const auto other = found.total() - found.lost - found.doubled; other > 0) {
    verdict += ", " + std::to_string(other) + " otherwise wrong";
  }
  if (HasFailure()) {
    verdict += "; failed, seed " + std::to_string(seed);
    std::cerr << "---- the node wrote:\n" << run.log_tail() << "----\n";
  }
}

}  // namespace
}  // namespace lightstick::test

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") == 0) {
      std::cout << lightstick::test::usage;
      return 0;
    }
  }
  testing::InitGoogleTest(&argc, argv);
  const int failed = RUN_ALL_TESTS();
  if (!lightstick::test::verdict.empty()) {
    std::cout << lightstick::test::verdict << std::endl;
  }
  return failed;
}
