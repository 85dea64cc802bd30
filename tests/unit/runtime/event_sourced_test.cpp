// Kinds from pure functions: what they may keep, and what becomes of it.
#include "runtime/event_sourced.hpp"

#include <gtest/gtest.h>

#include "runtime/operators/dead_letters.hpp"
#include "tests/support/stepped_actors.hpp"

namespace lightstick::runtime {
namespace {

using namespace std::chrono_literals;

struct append {
  std::uint32_t items = 0;
  std::uint32_t bytes = 0;  ///< of each
  static constexpr auto fields = std::tuple(&append::items, &append::bytes);
};
struct clear {
  static constexpr auto fields = std::tuple<>();
};
struct size {
  std::size_t items = 0;
};

/// A list that grows as it is told.
struct hoard {
  struct state {
    std::vector<std::string> items;
    static constexpr auto fields = std::tuple(&state::items);
  };
  using commands = types<append, clear>;
  using decision = runtime::decision<append, clear>;

  static decision decide(const state& s, const append& c, const facts&) {
    return decision{}.happened(c).answer(size{s.items.size() + c.items});
  }
  static decision decide(const state&, const clear& c, const facts&) { return decision{}.happened(c).answer(size{}); }
  static void apply(state& s, const append& e) { s.items.resize(s.items.size() + e.items, std::string(e.bytes, 'x')); }
  static void apply(state& s, const clear&) { s.items.clear(); }
};

class runtime_event_sourced : public ::testing::Test {
 protected:
  result<size> tell(append c) { return node.ask<size>(id, c); }
  /// As it is after everything has been read again.
  std::size_t items_after_a_restart() {
    node.restart();
    return node.ask<size>(id, append{})->items;
  }

  const actor_id id{"hoard", "h"};
  testing::stepped_actors node{[](system& sys) {
    auto how = define<hoard>("hoard");
    how.snapshot_every = 2;
    sys.register_kind(std::move(how));
  }};
};

TEST_F(runtime_event_sourced, a_state_of_many_fields_is_read_again) {
  EXPECT_TRUE(tell({10'000, 1}));
  EXPECT_TRUE(tell({10'000, 1}));
  EXPECT_TRUE(node.log.has_snapshot(id));
  EXPECT_EQ(items_after_a_restart(), 20'000U);
}

TEST_F(runtime_event_sourced, a_state_with_a_long_text_is_read_again) {
  EXPECT_TRUE(tell({1, 3U << 20U}));
  EXPECT_TRUE(tell({1, 1}));
  EXPECT_TRUE(node.log.has_snapshot(id));
  EXPECT_EQ(items_after_a_restart(), 2U);
}

TEST_F(runtime_event_sourced, a_state_that_is_too_large_is_not_written_and_can_be_made_smaller) {
  EXPECT_TRUE(tell({1, 1}));
  EXPECT_TRUE(tell({1, 1}));
  EXPECT_TRUE(tell({1, 1}));
  const auto journal = node.log.events(id);
  const auto refused = tell({9, 1U << 20U});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(condition::invalid)) << refused.error().to_string();
  EXPECT_EQ(node.log.events(id), journal) << "nothing of it is written";
  node.advance(15s);
  EXPECT_FALSE(tell({9, 1U << 20U})) << "nor the next time";
  node.advance(15s);
  EXPECT_EQ(node.ask<size>(id, append{})->items, 3U) << "and the actor goes on";
  EXPECT_EQ(items_after_a_restart(), 3U);
}

TEST_F(runtime_event_sourced, counts_its_state_as_memory) {
  const auto bytes = [this] { return node.system().list("hoard", actor_order::memory, 1).at(0).memory_bytes; };
  ASSERT_TRUE(tell({1, 1}));
  const auto small = bytes();
  ASSERT_TRUE(tell({100, 1'000}));
  ASSERT_TRUE(node.log.has_snapshot(id));
  EXPECT_GE(bytes(), small + 100'000);
  (void)items_after_a_restart();
  EXPECT_GE(bytes(), small + 100'000) << "also when it was read";
  (void)node.ask<size>(id, clear{});
  (void)tell({1, 1});
  (void)tell({1, 1});
  EXPECT_LT(bytes(), small + 1'000) << "and what has gone is not counted";
}

struct weighed : hoard {
  static std::size_t memory(const state& s) { return s.items.size() * 10'000; }
};

TEST(runtime_event_sourced_memory, is_what_the_definition_says) {
  event_sourced<weighed> logic;
  ASSERT_TRUE(logic.restore(encode_fields(hoard::state{{"a", "b"}})));
  EXPECT_EQ(logic.memory_bytes(), sizeof(logic) + 20'000);
}

struct remind_of {
  std::string name;
  std::int64_t due_ms = 0;
  static constexpr auto fields = std::tuple(&remind_of::name, &remind_of::due_ms);
};
struct open {
  static constexpr auto fields = std::tuple<>();
};
/// Does what it is reminded of when it is open; says no for ever to what is silly.
struct reluctant {
  struct state {
    bool open = false;
    std::uint64_t done = 0;
    static constexpr auto fields = std::tuple(&state::open, &state::done);
  };
  using commands = types<remind_of, open>;
  using decision = runtime::decision<open, append>;
  static decision decide(const state& s, const remind_of& c, const facts&) {
    return decision{}.remind(c.name, wall_ms{c.due_ms}).answer(size{s.done});
  }
  static decision decide(const state& s, const open& c, const facts&) {
    return decision{}.happened(c).answer(size{s.done});
  }
  static decision remember(const state& s, const reminder& which, const facts&) {
    if (which.name == "silly") return fail(errc::invalid, "no");
    if (!s.open) return fail(errc::overloaded, "not now");
    return decision{}.happened(append{});
  }
  static void apply(state& s, const open&) { s.open = true; }
  static void apply(state& s, const append&) { ++s.done; }
};

class runtime_event_sourced_reminders : public ::testing::Test {
 protected:
  std::size_t remind(const std::string& name) {
    return node.ask<size>(id, remind_of{name, node.clock.wall().value + 1'000})->items;
  }
  std::vector<std::string> waiting() {
    std::vector<std::string> out;
    node.system().inspect(id, [&](const result<actor_report>& r) {
      for (const auto& each : r->reminders) out.push_back(each.name);
    });
    node.advance(1ms);
    return out;
  }
  std::vector<dead_letters::brief> letters() {
    return node.ask<dead_letters::listed>({dead_letters::kind, dead_letters::key}, dead_letters::list{})->letters;
  }
  const actor_id id{"reluctant", "r"};
  testing::stepped_actors node{[](system& sys) { sys.register_kind(define<reluctant>("reluctant")); }};
};

TEST_F(runtime_event_sourced_reminders, that_are_refused_for_now_come_again) {
  (void)remind("later");
  node.advance(30s);
  EXPECT_EQ(waiting(), std::vector<std::string>{"later"});
  EXPECT_TRUE(letters().empty());
  EXPECT_EQ(node.ask<size>(id, open{})->items, 0U);
  node.advance(6s);
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(node.ask<size>(id, open{})->items, 1U);
}

TEST_F(runtime_event_sourced_reminders, that_are_refused_for_ever_are_dead_letters) {
  (void)remind("silly");
  node.advance(30s);
  EXPECT_TRUE(waiting().empty());
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_NE(letters()[0].error.find("reminder 'silly' was refused: no"), std::string::npos) << letters()[0].error;
}

struct points_1 {
  std::uint64_t points = 0;
  static constexpr auto fields = std::tuple(&points_1::points);
};
/// Its third version: the first had no name, the second counted half points.
struct player {
  struct state {
    std::string name;
    std::uint64_t points = 0;
    static constexpr auto fields = std::tuple(&state::name, &state::points);
  };
  static constexpr std::uint64_t version = 3;
  using commands = types<append>;
  using decision = runtime::decision<append>;
  static result<state> upgrade(std::uint64_t from, record_reader& in) {
    if (from == 1) return state{"nobody", read_fields<points_1>(in).points};
    auto old = read_fields<state>(in);
    old.points /= 2;
    return old;
  }
  static decision decide(const state& s, const append& c, const facts&) {
    return decision{}.happened(c).answer(size{s.points + c.items});
  }
  static void apply(state& s, const append& e) { s.points += e.items; }
  static inspection inspect(const state& s) { return {{"name", s.name}}; }
};

TEST(runtime_event_sourced_versions, are_read_as_they_were_written_and_written_as_the_newest) {
  event_sourced<player> logic;
  ASSERT_TRUE(logic.restore(encode_fields(points_1{5}, 1)));
  EXPECT_EQ(logic.inspect().at(0).second, "nobody");
  EXPECT_EQ(logic.snapshot(), encode_fields(player::state{"nobody", 5}, 3));
  ASSERT_TRUE(logic.restore(encode_fields(player::state{"mina", 6}, 2)));
  EXPECT_EQ(logic.snapshot(), encode_fields(player::state{"mina", 3}, 3));
  ASSERT_TRUE(logic.restore(logic.snapshot()));
  EXPECT_EQ(logic.snapshot(), encode_fields(player::state{"mina", 3}, 3));
}

TEST(runtime_event_sourced_versions, that_are_newer_or_damaged_are_refused) {
  event_sourced<player> logic;
  const auto newer = logic.restore(encode_fields(player::state{"mina", 6}, 4));
  ASSERT_FALSE(newer);
  EXPECT_TRUE(newer.error().is(condition::corrupt));
  EXPECT_FALSE(logic.restore(encode_fields(player::state{"mina", 6}, 1))) << "fields are left over";
  EXPECT_FALSE(logic.restore(encode_fields(points_1{5}, 2)));
  EXPECT_FALSE(logic.restore(""));
}

}  // namespace
}  // namespace lightstick::runtime
