#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "actors/chat_message.hpp"
#include "actors/room/resume_gate.hpp"
#include "tests/support/room_driver.hpp"

namespace lightstick::actors::room {
namespace {

using std::chrono::milliseconds;

std::shared_ptr<resume_gate> gate_of(double per_second, double burst, std::uint32_t at_once,
                                     metrics* registry = nullptr) {
  return std::make_shared<resume_gate>(resume_gate::limits{{per_second, burst}, at_once}, registry);
}

TEST(resume_gate, lets_in_at_the_rate_and_no_more_at_once_than_set) {
  seeded_random dice{1};
  metrics registry;
  auto gate = gate_of(10, 3, 2, &registry);
  const steady_time now{std::chrono::seconds{100}};
  auto a = gate->enter(now, dice);
  auto b = gate->enter(now, dice);
  ASSERT_TRUE(a && b);
  EXPECT_FALSE(gate->enter(now, dice)) << "two at once";
  *a = {};
  EXPECT_EQ(gate->reading(), 1U);
  auto c = gate->enter(now, dice);
  EXPECT_TRUE(c);
  *b = {};
  *c = {};
  const auto d = gate->enter(now, dice);
  ASSERT_FALSE(d) << "three without a pause";
  EXPECT_EQ(d.error().code, make_error_code(errc::overloaded));
  EXPECT_TRUE(gate->enter(now + milliseconds{100}, dice)) << "and ten a second";
  EXPECT_EQ(gate->reading(), 0U) << "a pass that nobody keeps is given back";
  EXPECT_EQ(registry.make_counter("lightstick_room_resume_reads_total", "").value(), 4U);
  EXPECT_EQ(registry.make_counter("lightstick_room_resumes_deferred_total", "").value(), 2U);
  EXPECT_EQ(registry.make_gauge("lightstick_room_resume_reads_under_way", "").value(), 0);
}

TEST(resume_gate, who_is_refused_together_comes_back_apart) {
  seeded_random dice{1};
  auto gate = gate_of(100, 1, 1'000);
  const steady_time now{std::chrono::seconds{100}};
  ASSERT_TRUE(gate->enter(now, dice));
  std::set<milliseconds> turns;
  for (int i = 0; i < 1'000; ++i) turns.insert(gate->refuse(now, dice).retry_after);
  EXPECT_EQ(turns.size(), 1'000U) << "no two at the same time";
  EXPECT_GE(*turns.begin(), resume_gate::wait_min);
  EXPECT_LE(*turns.rbegin(), milliseconds{10'200}) << "no later than the rate lets them in";
}

TEST(resume_gate, those_whom_the_rate_lets_in_come_at_their_turn_and_are_let_in) {
  seeded_random dice{1};
  auto gate = gate_of(100, 1, 1'000);
  const steady_time begin{std::chrono::seconds{100}};
  ASSERT_TRUE(gate->enter(begin, dice));
  std::multiset<steady_time> comes;
  for (int i = 0; i < 500; ++i) comes.insert(begin + gate->refuse(begin, dice).retry_after);
  int refused = 0;
  for (int tries = 0; !comes.empty(); ++tries) {
    ASSERT_LT(tries, 2'000);
    const auto now = *comes.begin();
    comes.erase(comes.begin());
    if (auto again = gate->enter(now, dice); !again) {
      ++refused;
      comes.insert(now + again.error().retry_after);
    }
  }
  EXPECT_LE(refused, 50) << "of 500";
}

TEST(resume_gate, more_than_can_wait_are_told_any_time_in_the_second_half) {
  seeded_random dice{1};
  auto gate = gate_of(1, 1, 1);
  const steady_time now{std::chrono::seconds{100}};
  milliseconds least = milliseconds::max();
  milliseconds most{0};
  for (int i = 0; i < 10'000; ++i) {
    const auto wait = gate->refuse(now, dice).retry_after;
    if (i < 100) continue;
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_GE(least, resume_gate::wait_max / 2);
  EXPECT_LT(most, resume_gate::wait_max);
  EXPECT_LT(least, resume_gate::wait_max * 6 / 10) << "spread";
  EXPECT_GT(most, resume_gate::wait_max * 9 / 10);
}

// ---- a room in a storm ----

options narrow(std::uint32_t at_once) {
  options o;
  o.recent_max = 4;
  o.resumes = {{0, 0}, at_once};
  return o;
}

join back_from(const std::string& user, std::uint64_t off) {
  auto j = come(user);
  j.since = after_reading(off);
  return j;
}

TEST(room_resume_storm, what_memory_can_answer_is_never_held_back) {
  room_driver d{narrow(1)};
  d.fill(9);
  const auto reads = d.ctx->send<joined>(back_from("reader", 2));
  ASSERT_FALSE(reads.there());
  const auto known = d.ctx->send<joined>(back_from("jun", 6));
  ASSERT_TRUE(known.there());
  EXPECT_EQ(offsets_of(known->messages), (offsets{7, 8, 9}));
  const auto newest = d.ctx->send<joined>(come("sora", 3));
  EXPECT_TRUE(newest.there());
}

TEST(room_resume_storm, the_others_are_told_when_to_come_and_keep_their_place) {
  room_driver d{narrow(1)};
  d.fill(9);
  const auto reads = d.ctx->send<joined>(back_from("reader", 2));
  const auto refused = d.ctx->send<joined>(back_from("jun", 2));
  ASSERT_TRUE(refused.there());
  EXPECT_EQ(refused.error(), code(errc::overloaded));
  EXPECT_GE(refused.get().error().retry_after, resume_gate::wait_min);
  EXPECT_EQ(d.seen("held_places"), "1");
  d.ctx->settle();
  EXPECT_EQ(offsets_of(reads->messages), (offsets{3, 4, 5, 6, 7, 8, 9}));
  const auto again = d.enter(back_from("jun", 2));
  EXPECT_EQ(offsets_of(again->messages), (offsets{3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(d.seen("held_places"), "0");
  EXPECT_EQ(d.seen("sessions"), "3");
}

TEST(room_resume_storm, a_place_that_nobody_comes_back_to_is_given_up) {
  room_driver d{narrow(1)};
  d.fill(9);
  const auto reads = d.ctx->send<joined>(back_from("reader", 2));
  const auto refused = d.ctx->send<joined>(back_from("jun", 2));
  d.ctx->settle();
  EXPECT_EQ(d.seen("sessions"), "3");
  d.ctx->advance(options{}.hold_place);
  EXPECT_EQ(d.seen("sessions"), "2");
}

TEST(room_resume_storm, one_read_of_the_newest_serves_all_who_come_meanwhile) {
  room_driver d;
  d.fill(9);
  d.restart();
  ASSERT_EQ(d.ctx->reads_pending(), 1U) << "of the room itself";
  std::vector<testing::answer_of<joined>> newest;
  std::vector<testing::answer_of<joined>> resumed;
  for (int i = 0; i < 500; ++i) {
    newest.push_back(d.ctx->send<joined>(come("new" + std::to_string(i), 5)));
    resumed.push_back(d.ctx->send<joined>(back_from("back" + std::to_string(i), 2)));
  }
  EXPECT_EQ(d.ctx->reads_pending(), 1U);
  d.ctx->serve_reads();
  for (const auto& each : newest) ASSERT_EQ(offsets_of(each->messages), (offsets{5, 6, 7, 8, 9}));
  for (const auto& each : resumed) ASSERT_EQ(offsets_of(each->messages), (offsets{3, 4, 5, 6, 7, 8, 9}));
}

TEST(room_resume_storm, a_resume_that_read_up_to_the_newest_leaves_it_in_memory) {
  room_driver d;
  d.fill(40);
  d.restart();
  d.ctx->serve_reads();  // the newest 32
  const auto first = d.ctx->send<joined>(back_from("jun", 3));
  ASSERT_FALSE(first.there());
  d.ctx->serve_reads();
  const auto second = d.ctx->send<joined>(back_from("sora", 3));
  ASSERT_TRUE(second.there());
  EXPECT_EQ(offsets_of(second->messages), offsets_of(first->messages));
  EXPECT_EQ(second->messages.size(), 37U);
}

TEST(room_resume_storm, so_many_wait_for_the_newest_and_the_others_come_again) {
  auto how = options{};
  how.capacity = 20'000;
  room_driver d{how};
  d.fill(9);
  d.restart();
  std::vector<testing::answer_of<joined>> all;
  for (std::size_t i = 0; i < room_logic::parked_max + 10; ++i) {
    all.push_back(d.ctx->send<joined>(come("u" + std::to_string(i), 5)));
  }
  EXPECT_EQ(std::ranges::count_if(all, [](const auto& a) { return a.there(); }), 10);
  EXPECT_EQ(all.back().error(), code(errc::overloaded));
  d.ctx->serve_reads();
  EXPECT_EQ(std::ranges::count_if(all, [](const auto& a) { return a.there() && a.get().has_value(); }),
            static_cast<std::ptrdiff_t>(room_logic::parked_max));
}

TEST(room_resume_storm, a_read_that_fails_fails_nobody_who_waits_for_another) {
  room_driver d;
  d.fill(9);
  d.restart();
  const auto waits = d.ctx->send<joined>(come("jun", 5));
  d.ctx->fail_reads({make_error_code(lightstick::errc::unavailable), "disk"});
  ASSERT_FALSE(waits.there());
  d.ctx->serve_reads();
  EXPECT_EQ(offsets_of(waits->messages), (offsets{5, 6, 7, 8, 9}));
}

TEST(room_resume_storm, what_turns_out_to_be_gone_meanwhile_is_not_recovered) {
  auto how = options{};
  how.retention_age = std::chrono::minutes{1};
  room_driver d{how};
  d.fill(5);
  d.ctx->clock.advance(std::chrono::minutes{2});
  d.fill(4);
  d.restart();
  const auto waits = d.ctx->send<joined>(back_from("jun", 2));
  ASSERT_FALSE(waits.there());
  d.ctx->settle();
  EXPECT_FALSE(waits->recovered);
  EXPECT_EQ(offsets_of(waits->messages), (offsets{6, 7, 8, 9}));
}

TEST(room_resume_storm, who_waits_is_answered_after_a_fault_as_well) {
  room_driver d;
  d.fill(9);
  d.restart();
  const auto waits = d.ctx->send<joined>(come("jun", 5));
  auto lost = d.ctx->take_read();
  ASSERT_TRUE(d.ctx->start()) << "the activation recovered, its reads are gone";
  d.ctx->settle();
  ASSERT_TRUE(waits.there());
  EXPECT_EQ(offsets_of(waits->messages), (offsets{5, 6, 7, 8, 9}));
  (void)lost;
}

}  // namespace
}  // namespace lightstick::actors::room
