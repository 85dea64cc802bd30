#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "actors/room/room_codec.hpp"
#include "tests/support/room_driver.hpp"

namespace lightstick::actors::room {
namespace {

enum class act { say, commit, fail, crash, snapshot, pass_time, end };

struct step {
  act what = act::say;
  int user = 0;
  int cid = 0;
  int n = 0;
};

void showValue(const step& s, std::ostream& out) {
  out << static_cast<int>(s.what) << "(u" << s.user << " c" << s.cid << " n" << s.n << ")";
}

rc::Gen<std::vector<step>> steps() {
  return rc::gen::container<std::vector<step>>(rc::gen::build<step>(
      rc::gen::set(&step::what, rc::gen::weightedElement<act>({{10, act::say},
                                                               {4, act::commit},
                                                               {1, act::fail},
                                                               {1, act::crash},
                                                               {1, act::snapshot},
                                                               {1, act::pass_time}})),
      rc::gen::set(&step::user, rc::gen::inRange(0, 3)), rc::gen::set(&step::cid, rc::gen::inRange(0, 6)),
      rc::gen::set(&step::n, rc::gen::inRange(0, 5))));
}

using answers = testing::answer_of<published>;
using cid_key = std::pair<int, int>;

/// The text follows from the cid, so that a repeat always says the same.
publish to_publish(const step& s) {
  return say("u" + std::to_string(s.user), "text " + std::to_string(s.cid),
             s.cid == 0 ? "" : "c" + std::to_string(s.cid));
}

struct world {
  world() { enter_all(); }

  void enter_all() {
    for (int u = 0; u < 3; ++u) room.ctx->send<joined>(come("u" + std::to_string(u), 0));
    room.ctx->settle();
  }

  void run(const step& s) {
    switch (s.what) {
      case act::say: return void(asked.emplace_back(s, room.ctx->send<published>(to_publish(s))));
      case act::commit: return room.ctx->commit(static_cast<std::size_t>(s.n));
      case act::fail: {
        RC_ASSERT(room.ctx->fail_commits(static_cast<std::size_t>(s.n)));
        return room.ctx->serve_reads();
      }
      case act::crash: {
        check_batches();
        room.ctx->crash(static_cast<std::size_t>(s.n));
        room.restart();
        RC_ASSERT(room.started);
        room.ctx->serve_reads();
        return enter_all();
      }
      case act::snapshot: room.ctx->snapshot_next = true; return;
      case act::pass_time: return room.ctx->advance(std::chrono::seconds{s.n});
      case act::end: room.ctx->settle();
    }
  }

  /// What one activation published: consecutive, each offset once.
  void check_batches() const {
    auto seen = room.out->offsets();
    for (std::size_t i = 1; i < seen.size(); ++i) RC_ASSERT(seen[i] == seen[i - 1] + 1);
  }

  /// Every acknowledged publish is on disk once, at its offset, and a cid has one offset.
  void check_answers() const {
    std::map<cid_key, std::set<std::uint64_t>> offsets_of_cid;
    std::set<std::uint64_t> without_cid;
    for (const auto& [s, answer] : asked) {
      if (!answer.there() || !answer.get()) continue;
      auto off = answer->off.value();
      if (s.cid == 0) {
        RC_ASSERT(without_cid.insert(off).second);
      } else {
        offsets_of_cid[{s.user, s.cid}].insert(off);
      }
      auto row = room.ctx->disk.history.find(runtime::big_endian_key(off));
      RC_ASSERT(row != room.ctx->disk.history.end());
      auto m = decode_message({row->first, row->second});
      RC_ASSERT(m.has_value());
      RC_ASSERT((*m)->text == to_publish(s).text);
      RC_ASSERT((*m)->user == to_publish(s).user);
      RC_ASSERT((*m)->ts == answer->ts);
    }
    for (const auto& [cid, offs] : offsets_of_cid) RC_ASSERT(offs.size() == 1U);
  }

  void check_disk() const {
    std::uint64_t expected = 0;
    std::map<std::pair<std::string, std::string>, int> times;
    for (const auto& [key, value] : room.ctx->disk.history) {
      RC_ASSERT(runtime::parse_big_endian_key(key).value() == ++expected);
      auto m = decode_message({key, value}).value();
      if (m->text == "text 0") continue;
      auto& seen = times[{m->user.str(), m->text}];
      RC_ASSERT(++seen == 1);
    }
    RC_ASSERT(room.seen("last_offset") == std::to_string(expected));
    RC_ASSERT(room.seen("committed_offset") == std::to_string(expected));
  }

  room_driver room;
  std::vector<std::pair<step, answers>> asked;
};

RC_GTEST_PROP(room_property, nothing_acknowledged_is_lost_or_doubled_by_any_crash, ()) {
  world w;
  for (const auto& s : *steps()) w.run(s);
  w.run({act::end, 0, 0, 0});
  w.check_batches();
  w.check_answers();
  w.check_disk();
}

RC_GTEST_PROP(room_property, paging_shows_every_message_once_whatever_is_in_memory, ()) {
  options how;
  how.recent_max = *rc::gen::inRange(1U, 40U);
  room_driver d{how};
  auto total = *rc::gen::inRange<std::uint64_t>(1, 60);
  d.fill(total, *rc::gen::inRange<std::size_t>(1, 300));
  if (*rc::gen::arbitrary<bool>()) d.restart();
  d.ctx->settle();
  auto limit = *rc::gen::inRange(1U, 20U);
  auto bytes = *rc::gen::inRange(1U, 5000U);

  std::vector<std::uint64_t> forward;
  for (std::uint64_t at = 0;;) {
    auto p = d.ctx->send<page>(history{std::nullopt, offset{at}, limit, bytes});
    d.ctx->settle();
    for (auto off : offsets_of(p->messages)) forward.push_back(off);
    if (!p->more) break;
    at = forward.back();
  }
  std::vector<std::uint64_t> backward;
  for (std::uint64_t at = total + 1;;) {
    auto p = d.ctx->send<page>(history{offset{at}, std::nullopt, limit, bytes});
    d.ctx->settle();
    auto offs = offsets_of(p->messages);
    backward.insert(backward.begin(), offs.begin(), offs.end());
    if (!p->more) break;
    at = backward.front();
  }
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = 1; i <= total; ++i) all.push_back(i);
  RC_ASSERT(forward == all);
  RC_ASSERT(backward == all);
}

/// A reader who comes and goes, paging on when there is more, sees everything once.
RC_GTEST_PROP(room_property, resume_and_pushes_give_every_message_once_in_order, ()) {
  options how;
  how.recent_max = *rc::gen::inRange(1U, 20U);
  room_driver d{how};
  d.fill(*rc::gen::inRange<std::uint64_t>(0, 10));
  std::vector<std::uint64_t> read;
  std::uint64_t written = d.out->offsets().size();
  for (auto missed : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12))) {
    for (int i = 0; i < missed; ++i) d.ctx->send<published>(say("mina", "x"));
    d.ctx->settle();
    written += static_cast<std::uint64_t>(missed);
    auto j = come("jun", *rc::gen::inRange(0U, 15U));
    j.since = after_reading(read.size());
    j.bytes_max = *rc::gen::inRange(1U, 3000U);
    auto in = d.ctx->send<joined>(j);
    d.out->batches.clear();
    d.ctx->send<published>(say("mina", "meanwhile"));
    d.ctx->settle();
    ++written;
    RC_ASSERT(in->recovered);
    for (auto off : offsets_of(in->messages)) read.push_back(off);
    while (read.size() < in->off.value()) {
      auto p = d.ctx->send<page>(history{std::nullopt, offset{read.size()}, 7});
      d.ctx->settle();
      for (auto off : offsets_of(p->messages)) {
        if (off <= in->off.value()) read.push_back(off);
      }
    }
    for (auto off : d.out->offsets()) read.push_back(off);
  }
  for (std::size_t i = 0; i < read.size(); ++i) RC_ASSERT(read[i] == i + 1);
  RC_ASSERT(read.empty() || read.size() == written);
}

}  // namespace
}  // namespace lightstick::actors::room
