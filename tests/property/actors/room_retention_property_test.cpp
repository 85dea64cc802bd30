#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "actors/room/room_codec.hpp"
#include "tests/support/room_driver.hpp"

namespace lightstick::actors::room {
namespace {

using namespace std::chrono_literals;

enum class act { say, pass_time, set_clock, remind, commit, fail, crash, snapshot, look };

struct step {
  act what = act::say;
  int n = 0;
};

void showValue(const step& s, std::ostream& out) { out << static_cast<int>(s.what) << "(" << s.n << ")"; }

rc::Gen<std::vector<step>> steps() {
  return rc::gen::container<std::vector<step>>(
      rc::gen::build<step>(rc::gen::set(&step::what, rc::gen::weightedElement<act>({{10, act::say},
                                                                                    {4, act::pass_time},
                                                                                    {1, act::set_clock},
                                                                                    {2, act::remind},
                                                                                    {3, act::commit},
                                                                                    {1, act::fail},
                                                                                    {1, act::crash},
                                                                                    {1, act::snapshot},
                                                                                    {3, act::look}})),
                           rc::gen::set(&step::n, rc::gen::inRange(0, 200))));
}

/// A room under retention beside a list of all that was ever said in it, as the disk has it.
struct world {
  explicit world(options o) : how(o), room(o) { enter(); }

  void enter() {
    room.ctx->send<joined>(come("mina", 0));
    room.ctx->settle();
  }

  void run(const step& s) {
    switch (s.what) {
      case act::say:
        for (int i = 0; i <= s.n / 50; ++i) room.ctx->send<published>(say("mina", std::string(64U << 10U, 'x')));
        return;
      case act::pass_time: return room.ctx->advance(std::chrono::minutes{s.n});
      case act::set_clock: return room.ctx->clock.set_wall({room.ctx->clock.wall().value + (s.n - 150) * 60'000});
      case act::remind: return room.ctx->remind();
      case act::commit: return room.ctx->commit(static_cast<std::size_t>(s.n));
      case act::fail: RC_ASSERT(room.ctx->fail_commits(static_cast<std::size_t>(s.n % 4))); return;
      case act::crash:
        room.ctx->crash(static_cast<std::size_t>(s.n % 4));
        room.restart();
        RC_ASSERT(room.started);
        return enter();
      case act::snapshot: room.ctx->snapshot_next = true; return;
      case act::look: return look();
    }
  }

  [[nodiscard]] std::uint64_t floor() const {
    const auto& key = room.ctx->disk.history_floor;
    return key.empty() ? 1 : runtime::parse_big_endian_key(key).value();
  }

  /// What must be shown: what the disk has from the floor on, and is not too old now.
  [[nodiscard]] std::vector<std::uint64_t> expected(std::uint64_t& too_old) const {
    std::vector<std::uint64_t> out;
    const retention keep{how.retention_age, 0};
    for (const auto& [key, value] : room.ctx->disk.history) {
      auto m = decode_message({key, value}).value();
      if (keep.expired(m->ts, room.ctx->clock.wall())) {
        too_old = m->off.value();
      } else if (m->off.value() >= floor()) {
        out.push_back(m->off.value());
      }
    }
    return out;
  }

  void look() {
    room.ctx->settle();
    std::vector<std::uint64_t> forward;
    for (std::uint64_t at = 0;;) {
      auto p = room.ctx->send<page>(history{std::nullopt, offset{at}, 7});
      room.ctx->settle();
      for (auto off : offsets_of(p->messages)) forward.push_back(off);
      if (!p->more) break;
      RC_ASSERT(!p->messages.empty());
      at = forward.back();
    }
    std::uint64_t too_old = 0;
    auto all = expected(too_old);
    // A clock that was set back does not bring back what was hidden: then less may be shown, never more or with a gap.
    RC_ASSERT(forward.size() <= all.size());
    RC_ASSERT(std::equal(forward.rbegin(), forward.rend(), all.rbegin()));
    if (!clock_went_back) RC_ASSERT(forward == all);
    auto bottom = room.ctx->send<page>(history{offset{last() + 1}, std::nullopt, 100});
    room.ctx->settle();
    RC_ASSERT(bottom->messages.empty() == forward.empty());
    auto j = come("jun", 5);
    j.since = after_reading(too_old > 0 ? too_old - 1 : 0);
    auto back = room.enter(j);
    if (too_old > 0) RC_ASSERT(!back->recovered);
    if (!back->messages.empty()) RC_ASSERT(back->messages.front()->off.value() >= forward.front());
    check_bounds();
  }

  [[nodiscard]] std::uint64_t last() const { return std::stoull(room.seen("last_offset")); }

  void check_bounds() const {
    RC_ASSERT(std::stoull(room.seen("history_floor")) == floor());
    RC_ASSERT(std::stoull(room.seen("history_chapters")) <= chapters::count_max);
    if (how.retention_bytes == 0) return;
    // The newest chapter stays whatever it weighs.
    RC_ASSERT(std::stoull(room.seen("history_bytes")) <= how.retention_bytes + chapters::bytes_max);
  }

  /// Whoever has chapters is reminded of the oldest one's end.
  void check_reminder() {
    room.ctx->settle();
    if (how.retention_age.count() == 0) return RC_ASSERT(room.ctx->disk.reminders.empty());
    if (room.seen("history_chapters") != "0") RC_ASSERT(room.ctx->disk.reminders.size() == 1U);
  }

  options how;
  room_driver room;
  bool clock_went_back = false;
};

options any_retention() {
  options how;
  how.retention_age = std::chrono::minutes{*rc::gen::inRange(0, 600)};
  how.retention_bytes = *rc::gen::inRange<std::uint64_t>(0, 3) << 20U;
  how.recent_max = *rc::gen::inRange(1U, 20U);
  return how;
}

RC_GTEST_PROP(room_retention, shows_exactly_what_is_there_and_young_enough, ()) {
  world w{any_retention()};
  for (const auto& s : *steps()) {
    w.clock_went_back = w.clock_went_back || (s.what == act::set_clock && s.n < 150);
    w.run(s);
  }
  w.look();
  w.check_reminder();
}

/// Nobody comes, but the reminders: in the end nothing is left.
RC_GTEST_PROP(room_retention, rooms_that_nobody_visits_are_emptied, ()) {
  options how;
  how.retention_age = std::chrono::minutes{*rc::gen::inRange(60, 600)};
  world w{how};
  const auto count = *rc::gen::inRange(1, 60);
  for (int i = 0; i < count; ++i) {
    w.room.ctx->send<published>(say("mina", "x"));
    w.room.ctx->advance(std::chrono::minutes{*rc::gen::inRange(0, 90)});
  }
  w.room.ctx->settle();
  for (int rounds = 0; !w.room.ctx->disk.reminders.empty(); ++rounds) {
    RC_ASSERT(rounds <= count + 1);
    const auto due = w.room.ctx->disk.reminders.front().due_ms;
    if (due > w.room.ctx->clock.wall().value) w.room.ctx->clock.set_wall({due});
    if (*rc::gen::arbitrary<bool>()) {
      w.room.restart();
      w.room.ctx->settle();
    }
    w.room.ctx->remind();
    w.room.ctx->settle();
  }
  RC_ASSERT(w.room.seen("history_chapters") == "0");
  RC_ASSERT(w.floor() == static_cast<std::uint64_t>(count) + 1);
}

}  // namespace
}  // namespace lightstick::actors::room
