#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <unordered_map>

#include "actors/room/room_codec.hpp"
#include "tests/support/room_cheers.hpp"

namespace lightstick::actors::room {
namespace {

// ---- the window, against a set of all that was counted ----

RC_GTEST_PROP(device_mark_property, counts_nothing_twice_and_says_that_it_was_only_when_it_was, ()) {
  const auto from = *rc::gen::inRange<std::uint64_t>(0, 3);
  device_mark m{device_id{"web"}, from, from, from, 0};
  std::set<std::uint64_t> counted;
  std::uint64_t near = from + 1;
  const auto jumps = *rc::gen::container<std::vector<int>>(rc::gen::weightedOneOf<int>(
      {{8, rc::gen::inRange(-3, 4)}, {2, rc::gen::inRange(-70, 70)}, {1, rc::gen::inRange(-200, 200)}}));
  for (auto jump : jumps) {
    near = static_cast<std::uint64_t>(std::max<std::int64_t>(1, static_cast<std::int64_t>(near) + jump));
    const auto is = m.look(near);
    if (is == device_mark::is::fresh) {
      RC_ASSERT(counted.insert(near).second);
      m.count(near);
    } else if (is == device_mark::is::counted) {
      RC_ASSERT(counted.contains(near));
    } else {
      RC_ASSERT(near <= from || near + device_mark::window < m.high);
    }
    RC_ASSERT(m.from <= m.solid && m.solid <= m.high);
  }
}

// ---- the board, against exact sums ----

RC_GTEST_PROP(cheer_board_property, says_never_too_little_and_no_more_too_much_than_its_error, ()) {
  const auto counters = *rc::gen::inRange<std::size_t>(1, 6);
  cheer_board board{counters};
  std::map<user_id, std::uint64_t> exact;
  std::uint64_t sum = 0;
  const auto cheers = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 9), rc::gen::inRange(1, 5)));
  for (const auto& [who, n] : cheers) {
    const user_id user{std::to_string(who)};
    board.add(user, "x", static_cast<std::uint64_t>(n));
    exact[user] += static_cast<std::uint64_t>(n);
    sum += static_cast<std::uint64_t>(n);
  }
  std::set<user_id> listed;
  for (const auto& e : board.top(counters)) {
    listed.insert(e.user);
    RC_ASSERT(e.n >= exact.at(e.user));
    RC_ASSERT(e.n - e.err <= exact.at(e.user));
    RC_ASSERT(e.err <= sum / counters);
    if (exact.size() <= counters) RC_ASSERT(e.err == 0U);
  }
  RC_ASSERT(listed.size() == std::min(counters, exact.size()));
  for (const auto& [user, n] : exact) {
    if (!listed.contains(user)) RC_ASSERT(n <= board.unseen() && n <= sum / counters);
  }
}

// ---- a room, its disk, and clients that do not give up ----

enum class act { react, again, commit, fail, crash, snapshot, tick };

struct step {
  act what = act::react;
  int user = 0;
  int n = 0;
};

void showValue(const step& s, std::ostream& out) {
  out << static_cast<int>(s.what) << "(u" << s.user << " n" << s.n << ")";
}

rc::Gen<std::vector<step>> steps() {
  return rc::gen::container<std::vector<step>>(rc::gen::build<step>(
      rc::gen::set(&step::what, rc::gen::weightedElement<act>({{10, act::react},
                                                               {6, act::again},
                                                               {4, act::commit},
                                                               {1, act::fail},
                                                               {1, act::crash},
                                                               {1, act::snapshot},
                                                               {4, act::tick}})),
      rc::gen::set(&step::user, rc::gen::inRange(0, 4)), rc::gen::set(&step::n, rc::gen::inRange(0, 8))));
}

/// Of each number that a user has used: how often it was said to be counted, and how much it is.
struct attempt {
  std::uint32_t n = 0;
  std::uint32_t refused = 0;
  bool acknowledged = false;
  std::vector<testing::answer_of<reacted>> answers;
};

struct world {
  explicit world(options o) : room(o) { enter_all(); }

  void enter_all() {
    for (int u = 0; u < 4; ++u) room.ctx->send<joined>(come("u" + std::to_string(u), 0));
    room.ctx->settle();
  }

  void send(int user, std::uint64_t seq) {
    auto& a = said[user][seq];
    if (a.n == 0) a.n = static_cast<std::uint32_t>(1 + seq % 3);
    a.answers.push_back(room.ctx->send<reacted>(cheer("u" + std::to_string(user), seq, a.n)));
  }

  void run(const step& s) {
    auto& mine = said[s.user];
    switch (s.what) {
      case act::react: return send(s.user, mine.empty() ? 1 : mine.rbegin()->first + 1);
      case act::again: {
        if (mine.empty()) return;
        const auto back = static_cast<std::uint64_t>(s.n) % mine.size();
        return send(s.user, std::next(mine.rbegin(), static_cast<std::ptrdiff_t>(back))->first);
      }
      case act::commit: return room.ctx->commit(static_cast<std::size_t>(s.n));
      case act::fail: {
        RC_ASSERT(room.ctx->fail_commits(static_cast<std::size_t>(s.n)));
        return room.ctx->settle();
      }
      case act::crash: {
        room.restart();
        RC_ASSERT(room.started);
        return enter_all();
      }
      case act::snapshot: room.ctx->snapshot_next = true; return;
      case act::tick: return room.ctx->advance(room_logic::tally_every);
    }
  }

  /// At least what was acknowledged, at most what was tried; each once.
  void check() {
    room.ctx->advance(room_logic::tally_every);
    room.ctx->settle();
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    for (auto& [user, all] : said) {
      for (auto& [seq, a] : all) {
        std::uint32_t counted = 0;
        bool known = false;
        for (const auto& each : a.answers) {
          if (!each.there() || !each.get()) continue;
          counted += each->outcome == reacted::how::counted ? 1 : 0;
          known = known || each->outcome != reacted::how::lost;
        }
        RC_ASSERT(counted <= 1U);
        if (known) least += a.n;
        most += a.n;
      }
    }
    const auto& sums = room.enter(come("u0", 0));
    const auto sum = sums->status.reactions.empty() ? 0 : sums->status.reactions.front().n;
    RC_ASSERT(sum >= least);
    RC_ASSERT(sum <= most);
    exactly = sum;
  }

  /// Everything again until it is known what became of it.
  void insist() {
    std::uint64_t counted = 0;
    for (auto& [user, all] : said) {
      for (auto& [seq, a] : all) {
        send(user, seq);
        room.ctx->advance(room_logic::tally_every);
        room.ctx->settle();
        const auto& last = a.answers.back();
        RC_ASSERT(last.there());
        if (last.get() && last->outcome != reacted::how::lost) counted += a.n;
      }
    }
    const auto& sums = room.enter(come("u0", 0));
    const auto sum = sums->status.reactions.empty() ? 0 : sums->status.reactions.front().n;
    if (!forgets) RC_ASSERT(sum == counted);
    RC_ASSERT(sum >= counted);
  }

  room_driver room;
  std::map<int, std::map<std::uint64_t, attempt>> said;
  std::uint64_t exactly = 0;
  bool forgets = false;
};

RC_GTEST_PROP(room_reactions_property, what_is_acknowledged_is_counted_exactly_once_over_crashes_and_retries, ()) {
  options o;
  const bool forgets = *rc::gen::arbitrary<bool>();
  if (forgets) o.reacting_max = 2;
  world w{o};
  w.forgets = forgets;
  for (const auto& s : *steps()) w.run(s);
  w.check();
  w.insist();
  w.check();
}

RC_GTEST_PROP(room_reactions_property, replay_gives_the_live_state, ()) {
  room_state::rules rules;
  rules.reacting_max = *rc::gen::inRange<std::uint32_t>(1, 4);
  room_state live{rules};
  std::vector<std::string> events{encode(event{live.decide_create({1})})};
  live.apply(decode_event(events[0]).value());
  std::map<std::string, std::string> marks;
  room_state back{rules};
  const auto cheers = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 5), rc::gen::inRange(1, 9)));
  const auto snapshot_at = *rc::gen::inRange<std::size_t>(0, cheers.size() + 1);
  std::optional<std::string> snapshot;
  std::size_t begin = 0;
  tally t;
  wall_ms now{1'790'000'000'000};
  for (std::size_t i = 0; i < cheers.size(); ++i) {
    const auto c = cheer("u" + std::to_string(cheers[i].first), static_cast<std::uint64_t>(cheers[i].second));
    now.value += 3'600'000;
    if (auto v = live.decide(c, t, now); v && v->outcome == reacted::how::counted) live.take_in(c, t, now);
    if (i % 3 == 2 && !t.empty()) {
      const auto closed = live.close(std::exchange(t, {}), now);
      live.apply(event{closed.event});
      auto what = to_changes(closed);
      events.push_back(what.events[0]);
      for (auto& w : what.rows) w.value ? void(marks[w.key] = *w.value) : void(marks.erase(w.key));
      if (i >= snapshot_at && !snapshot) {
        snapshot = encode(live.to_essence());
        begin = events.size();
      }
    }
  }
  if (snapshot) back.restore(decode_snapshot(*snapshot).value());
  for (const auto& [key, value] : marks) {
    back.restore_mark(*parse_reaction_key(key), decode_reaction_marks(value).value());
  }
  for (auto i = begin; i < events.size(); ++i) RC_ASSERT(back.replay(decode_event(events[i]).value()).has_value());
  RC_ASSERT(back == live);
}

}  // namespace
}  // namespace lightstick::actors::room
