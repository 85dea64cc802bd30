#include <gtest/gtest.h>
#include <set>

#include "storage/errc.hpp"
#include "storage/record.hpp"
#include "tests/sim/disk/engine.hpp"

namespace lightstick::sim {
namespace {

using storage::family;
using storage::write_op;

write_op put(std::string key, std::string value) {
  return {write_op::kind::put, family::journal, std::move(key), std::move(value)};
}
write_op erase(std::string key) { return {write_op::kind::erase, family::journal, std::move(key), {}}; }

/// One seed's disk with an engine on it.
class machine {
 public:
  explicit machine(std::uint64_t seed = 1) : random_(seed) { start(); }

  void start() {
    auto opened = engine::open(file);
    ASSERT_TRUE(opened) << opened.error().to_string();
    disk = std::move(*opened);
  }
  void crash(disk::crash how) {
    file.crash_now();
    disk.reset();
    file.restart(how);
    start();
  }
  result<void> write(std::vector<write_op> ops, bool sync = true) { return disk->write({&ops, 1}, sync); }
  [[nodiscard]] std::vector<std::string> keys(bool backwards = false) const {
    std::vector<std::string> out;
    EXPECT_TRUE(disk->scan({family::journal, "", "\xff", backwards}, [&](std::string_view key, std::string_view) {
      out.emplace_back(key);
      return true;
    }));
    return out;
  }

 private:
  seeded_random random_;

 public:
  virtual_clock clock;
  dice chance{random_};
  trace notes{clock};
  sim::disk file{chance, clock, notes};
  std::unique_ptr<engine> disk;
};

using strings = std::vector<std::string>;

TEST(sim_engine, keeps_order_and_removes) {
  machine m;
  ASSERT_TRUE(m.write({put("b", "1"), put("a", "2"), put("c", "3"), erase("b")}));
  EXPECT_EQ(m.keys(), (strings{"a", "c"}));
  EXPECT_EQ(m.keys(true), (strings{"c", "a"}));
  EXPECT_EQ(m.disk->get(family::journal, "a").value(), "2");
  EXPECT_EQ(m.disk->get(family::journal, "b").value(), std::nullopt);
  EXPECT_EQ(m.disk->get(family::history, "a").value(), std::nullopt) << "another family";
}

TEST(sim_engine, scans_from_the_first_to_before_the_last) {
  machine m;
  ASSERT_TRUE(m.write({put("a", ""), put("b", ""), put("c", ""), put("d", "")}));
  for (bool backwards : {false, true}) {
    strings seen;
    ASSERT_TRUE(m.disk->scan({family::journal, "b", "d", backwards}, [&](std::string_view key, std::string_view) {
      seen.emplace_back(key);
      return true;
    }));
    EXPECT_EQ(seen, backwards ? (strings{"c", "b"}) : (strings{"b", "c"}));
  }
}

TEST(sim_engine, a_view_does_not_change) {
  machine m;
  ASSERT_TRUE(m.write({put("a", "1")}));
  auto then = m.disk->view();
  ASSERT_TRUE(m.write({put("a", "2"), put("b", "3")}));
  EXPECT_EQ(then->get(family::journal, "a").value(), "1");
  EXPECT_EQ(then->get(family::journal, "b").value(), std::nullopt);
  EXPECT_EQ(m.disk->get(family::journal, "a").value(), "2");
}

TEST(sim_engine, what_was_synced_survives_every_crash) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    machine m(seed);
    for (int n = 0; n < 10; ++n) {
      ASSERT_TRUE(m.write({put("k" + std::to_string(n), std::string(100, 'v'))}));
      if (n % 3 == 0) m.crash(n % 2 == 0 ? disk::crash::power : disk::crash::process);
      EXPECT_EQ(m.keys().size(), static_cast<std::size_t>(n + 1));
    }
  }
}

TEST(sim_engine, what_was_not_synced_survives_a_kill_and_is_lost_at_a_power_cut_from_some_batch_on) {
  std::set<std::size_t> survivors;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    machine m(seed);
    for (char c : {'a', 'b', 'c'})
      ASSERT_TRUE(m.write({put(std::string(1, c), "1"), put(c + std::string("2"), "")}, false));
    m.crash(disk::crash::process);
    EXPECT_EQ(m.keys().size(), 6U);
    for (char c : {'d', 'e', 'f'})
      ASSERT_TRUE(m.write({put(std::string(1, c), "1"), put(c + std::string("2"), "")}, false));
    m.crash(disk::crash::power);
    auto left = m.keys();
    EXPECT_EQ(left.size() % 2, 0U) << "whole batches";
    survivors.insert(left.size());
    strings all{"a", "a2", "b", "b2", "c", "c2", "d", "d2", "e", "e2", "f", "f2"};
    all.resize(left.size());
    EXPECT_EQ(left, all);
  }
  EXPECT_EQ(survivors, (std::set<std::size_t>{6, 8, 10, 12})) << "every outcome happens";
}

TEST(sim_engine, a_torn_tail_is_cut_at_any_byte) {
  std::vector<write_op> ops{put("key", "value")};
  auto first = encode_frame({&ops, 1}, 0);
  auto second = encode_frame({&ops, 1}, first.size());
  for (std::size_t kept = 0; kept < second.size(); ++kept) {
    EXPECT_EQ(decode_log(first + second.substr(0, kept)).whole_bytes, first.size());
  }
  EXPECT_EQ(decode_log(first + second).whole_bytes, first.size() + second.size());
  EXPECT_EQ(decode_log(first + first).whole_bytes, first.size()) << "of another place";
  for (std::size_t at = 0; at < second.size(); ++at) {
    auto damaged = second;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    EXPECT_EQ(decode_log(first + damaged).whole_bytes, first.size());
  }
}

TEST(sim_engine, a_full_disk_takes_nothing_and_goes_on_when_there_is_room) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    machine m(seed);
    ASSERT_TRUE(m.write({put("a", "1")}));
    m.file.set_full(true);
    auto refused = m.write({put("b", "2")});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, storage::errc::disk_full);
    EXPECT_FALSE(m.write({put("b", "2")})) << "until it is resumed";
    EXPECT_EQ(m.disk->resume().error().code, storage::errc::disk_full);
    EXPECT_EQ(m.keys(), strings{"a"}) << "reads go on";
    m.file.set_full(false);
    EXPECT_FALSE(m.write({put("b", "2")}));
    ASSERT_TRUE(m.disk->resume());
    EXPECT_EQ(m.keys(), strings{"a"}) << "what found no room never turns up";
    ASSERT_TRUE(m.write({put("c", "3")}));
    m.crash(disk::crash::power);
    EXPECT_EQ(m.keys(), (strings{"a", "c"}));
  }
}

/// A log with three rows of history and a floor at the second.
std::vector<write_op> log_with_floor(const std::string& prefix) {
  std::vector<write_op> out;
  for (char row : {'1', '2', '3'}) {
    auto key = storage::row_key(prefix, std::string(1, row));
    out.push_back({write_op::kind::put, family::history, key, storage::encode_history_row(key, "said")});
  }
  out.push_back({write_op::kind::put, family::floors, prefix, storage::encode_floor(prefix, "2")});
  return out;
}

TEST(sim_engine, a_compaction_leaves_out_what_nobody_may_see_and_nothing_else) {
  machine m;
  const auto one = storage::log_prefix({partition{1}, "room/a"});
  const auto other = storage::log_prefix({partition{1}, "room/b"});
  auto damaged = log_with_floor(other);
  damaged.back().value.back() = 'x';
  ASSERT_TRUE(m.write(log_with_floor(one)));
  ASSERT_TRUE(m.write(std::move(damaged)));
  for (auto expires : {0, 1000, 1001}) {
    auto key = storage::row_key(one, std::to_string(expires));
    ASSERT_TRUE(m.write({{write_op::kind::put, family::marks, key, storage::encode_mark(key, {expires, "1"})}}));
  }
  ASSERT_TRUE(m.disk->compact(1000));
  for (int after_a_crash = 0; after_a_crash < 2; ++after_a_crash) {
    EXPECT_FALSE(m.disk->get(family::history, storage::row_key(one, "1")).value().has_value());
    EXPECT_TRUE(m.disk->get(family::history, storage::row_key(one, "2")).value().has_value())
        << "the floor itself stays";
    EXPECT_TRUE(m.disk->get(family::history, storage::row_key(other, "1")).value().has_value()) << "damaged: no floor";
    EXPECT_TRUE(m.disk->get(family::marks, storage::row_key(one, "0")).value().has_value()) << "has no end";
    EXPECT_FALSE(m.disk->get(family::marks, storage::row_key(one, "1000")).value().has_value());
    EXPECT_TRUE(m.disk->get(family::marks, storage::row_key(one, "1001")).value().has_value());
    m.crash(disk::crash::power);
  }
}

TEST(sim_engine, a_compaction_that_failed_changes_nothing_that_is_read_and_has_to_be_resumed) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    machine m(seed);
    const auto log = storage::log_prefix({partition{1}, "room/a"});
    ASSERT_TRUE(m.write(log_with_floor(log)));
    m.file.set_broken(true);
    EXPECT_FALSE(m.disk->compact(0));
    EXPECT_TRUE(m.disk->get(family::history, storage::row_key(log, "1")).value().has_value());
    m.file.set_broken(false);
    EXPECT_FALSE(m.write({put("a", "1")}));
    ASSERT_TRUE(m.disk->resume());
    ASSERT_TRUE(m.write({put("a", "1")}));
    m.crash(disk::crash::power);
    EXPECT_EQ(m.keys(), strings{"a"});
    EXPECT_TRUE(m.disk->get(family::history, storage::row_key(log, "3")).value().has_value());
  }
}

TEST(sim_engine, the_size_of_the_disk_is_a_bound) {
  machine m;
  disk_faults small;
  small.bytes_max = 1000;
  m.file.set_faults(small);
  int written = 0;
  while (m.write({put(std::to_string(written), std::string(50, 'x'))})) ASSERT_LT(++written, 100);
  EXPECT_GT(written, 5);
  EXPECT_LE(m.file.contents().size(), 1000U);
}

TEST(sim_engine, a_write_that_failed_turns_up_at_the_resume_as_a_whole_or_never) {
  int turned_up = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    machine m(seed);
    ASSERT_TRUE(m.write({put("a", "1")}));
    disk_faults f;
    (seed % 2 == 0 ? f.broken_sync : f.broken_append) = 1000;
    m.file.set_faults(f);
    EXPECT_EQ(m.write({put("b", "2"), put("c", "3")}).error().code, storage::errc::io_failed);
    EXPECT_EQ(m.keys(), strings{"a"}) << "not before";
    m.file.set_faults({});
    ASSERT_TRUE(m.disk->resume());
    auto now = m.keys();
    ASSERT_TRUE(now.size() == 1 || now.size() == 3);
    turned_up += now.size() == 3 ? 1 : 0;
    m.crash(disk::crash::power);
    EXPECT_EQ(m.keys(), now) << "decided for good";
  }
  EXPECT_GT(turned_up, 100);
  EXPECT_LT(turned_up, 300);
}

TEST(sim_disk, after_a_failed_sync_the_file_gets_no_more_durable) {
  machine m;
  ASSERT_TRUE(m.file.append("first"));
  disk_faults f;
  f.broken_sync = 1000;
  m.file.set_faults(f);
  EXPECT_FALSE(m.file.sync());
  m.file.set_faults({});
  auto before = m.file.durable_bytes();
  EXPECT_TRUE(m.file.sync()) << "it says so, but";
  EXPECT_EQ(m.file.durable_bytes(), before);
  ASSERT_TRUE(m.file.replace("whole"));
  EXPECT_EQ(m.file.durable_bytes(), 5U);
}

TEST(sim_disk, a_replacement_that_failed_is_decided_at_the_power_cut) {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    machine m(seed);
    ASSERT_TRUE(m.file.replace("old"));
    m.file.set_broken(true);
    EXPECT_FALSE(m.file.replace("new"));
    m.file.restart(disk::crash::power);
    outcomes.insert(m.file.contents());
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"old", "new"}));
}

TEST(sim_disk, the_process_dies_in_the_middle_of_the_change_that_was_named) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    machine m(seed);
    m.file.crash_in(1);
    EXPECT_TRUE(m.file.append("1234"));
    EXPECT_FALSE(m.file.dead());
    EXPECT_FALSE(m.file.append("5678"));
    EXPECT_TRUE(m.file.dead());
    EXPECT_FALSE(m.file.sync());
    m.file.restart(disk::crash::process);
    sizes.insert(m.file.contents().size());
  }
  EXPECT_EQ(sizes, (std::set<std::size_t>{4, 5, 6, 7, 8}));
}

TEST(sim_disk, a_slow_operation_takes_virtual_time) {
  machine m;
  EXPECT_LE(m.file.busy_until(), m.clock.now());
  disk_faults f;
  f.slow = 1000;
  f.slow_max = std::chrono::milliseconds{100};
  m.file.set_faults(f);
  ASSERT_TRUE(m.file.append("x"));
  EXPECT_GT(m.file.busy_until(), m.clock.now());
  EXPECT_LE(m.file.busy_until(), m.clock.now() + f.slow_max);
}

TEST(sim_disk, reads_fail_when_told_to) {
  machine m;
  disk_faults f;
  f.broken_read = 1000;
  m.file.set_faults(f);
  EXPECT_EQ(m.disk->get(family::journal, "a").error().code, storage::errc::io_failed);
}

TEST(sim_disk, the_same_seed_is_the_same_disk) {
  auto run = [](std::uint64_t seed) {
    machine m(seed);
    disk_faults f;
    f.full = f.broken_append = f.broken_sync = f.slow = 100;
    f.slow_max = std::chrono::milliseconds{3};
    for (int n = 0; n < 200; ++n) {
      m.file.set_faults(f);
      if (!m.write({put(std::to_string(n), "v")}, n % 2 == 0)) (void)m.disk->resume();
      m.file.set_faults({});
      if (n % 10 == 9) m.crash(disk::crash::power);
    }
    return m.notes.hash();
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

}  // namespace
}  // namespace lightstick::sim
