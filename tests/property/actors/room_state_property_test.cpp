#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "actors/room/room_codec.hpp"
#include "tests/support/room_fixtures.hpp"

namespace lightstick::actors::room {
namespace {

constexpr wall_ms t0{1'790'000'000'000};

/// One publish at a time; the clock may also go back.
struct step {
  int user = 0;
  int cid = 0;  ///< 0: none
  int text = 0;
  std::int64_t passed_ms = 0;
};

void showValue(const step& s, std::ostream& out) {
  out << "u" << s.user << "/c" << s.cid << "/t" << s.text << "/+" << s.passed_ms;
}

rc::Gen<std::vector<step>> steps() {
  return rc::gen::container<std::vector<step>>(rc::gen::build<step>(
      rc::gen::set(&step::user, rc::gen::inRange(0, 3)), rc::gen::set(&step::cid, rc::gen::inRange(0, 4)),
      rc::gen::set(&step::text, rc::gen::inRange(0, 2)),
      rc::gen::set(&step::passed_ms, rc::gen::inRange<std::int64_t>(-50, 400))));
}

publish to_publish(const step& s) {
  return say("u" + std::to_string(s.user), "t" + std::to_string(s.text), s.cid == 0 ? "" : "c" + std::to_string(s.cid));
}

/// What one commit left on disk, and the state right after it.
struct commit {
  runtime::changes what;
  room_state after;
};

std::vector<commit> live_run(const std::vector<step>& script, room_state::rules r) {
  std::vector<commit> out;
  room_state s{r};
  event made{s.decide_create(t0)};
  s.apply(made);
  out.push_back({{{encode(made)}, {}}, s});
  auto now = t0;
  for (const auto& one : script) {
    now.value += one.passed_ms;
    auto v = s.decide(to_publish(one), now);
    if (auto* a = std::get_if<accepted>(&v)) {
      s.apply(a->event);
      out.push_back({to_changes(*a, r.dedupe_window), s});
    }
  }
  return out;
}

RC_GTEST_PROP(room_state_property, replay_from_any_snapshot_to_any_crash_point_gives_the_live_state, ()) {
  room_state::rules rules{std::chrono::milliseconds{*rc::gen::inRange(1, 2000)}, 8};
  auto run = live_run(*steps(), rules);
  auto crash = *rc::gen::inRange<std::size_t>(0, run.size());
  auto snapshot = *rc::gen::inRange<std::size_t>(0, crash + 1);

  room_state back{rules};
  std::map<std::string, std::string> marks;
  for (std::size_t i = 0; i <= crash; ++i) {
    for (const auto& w : run[i].what.rows) {
      if (w.table == runtime::row_table::marks) marks[w.key] = *w.value;
    }
  }
  auto take_snapshot = *rc::gen::arbitrary<bool>();
  if (take_snapshot) back.restore(decode_snapshot(encode(run[snapshot].after.to_essence())).value());
  for (const auto& [key, value] : marks) back.restore_mark(key, decode_mark(value).value());
  for (std::size_t i = take_snapshot ? snapshot + 1 : 0; i <= crash; ++i) {
    RC_ASSERT(back.replay(decode_event(run[i].what.events[0]).value()).has_value());
  }
  RC_ASSERT(back == run[crash].after);
}

RC_GTEST_PROP(room_state_property, offsets_are_dense_and_time_never_goes_back, ()) {
  auto run = live_run(*steps(), {});
  auto last_ts = t0;
  for (std::size_t i = 1; i < run.size(); ++i) {
    auto e = std::get<posted>(decode_event(run[i].what.events[0]).value());
    RC_ASSERT(e.off == offset{i});
    RC_ASSERT(e.ts >= last_ts);
    last_ts = e.ts;
  }
}

/// Against a model that remembers everything for ever.
RC_GTEST_PROP(room_state_property, a_cid_yields_one_offset_within_its_window, ()) {
  struct said {
    published first;
    int text;
  };
  room_state::rules rules{std::chrono::milliseconds{1000}, 6};
  room_state s{rules};
  s.apply(s.decide_create(t0));
  std::map<std::pair<int, int>, said> model;
  auto now = t0;
  auto room_time = t0;
  for (const auto& one : *steps()) {
    now.value += one.passed_ms;
    auto at = std::max(now, room_time);
    auto known = model.find({one.user, one.cid});
    bool alive = one.cid != 0 && known != model.end() && known->second.first.ts.value + 1000 > at.value;
    auto v = s.decide(to_publish(one), now);
    RC_ASSERT(s.marks() <= rules.marks_max);
    if (alive && known->second.text == one.text) {
      RC_ASSERT(std::holds_alternative<repeated>(v));
      RC_ASSERT(std::get<repeated>(v).first == known->second.first);
    } else if (alive) {
      RC_ASSERT(std::get<error>(v).code == code(errc::bad_request));
    } else if (auto* a = std::get_if<accepted>(&v)) {
      s.apply(a->event);
      room_time = a->event.ts;
      if (one.cid != 0) model[{one.user, one.cid}] = {{a->event.off, a->event.ts}, one.text};
    } else {
      RC_ASSERT(std::get<error>(v).code == code(errc::overloaded));
      auto alive_marks = std::count_if(model.begin(), model.end(),
                                       [&](const auto& m) { return m.second.first.ts.value + 1000 > at.value; });
      RC_ASSERT(static_cast<std::uint32_t>(alive_marks) >= rules.marks_max);
    }
  }
}

RC_GTEST_PROP(room_codec_property, any_bytes_are_decoded_or_refused, (const std::string& bytes)) {
  (void)decode_event(bytes);
  (void)decode_snapshot(bytes);
  (void)decode_mark(bytes);
  (void)decode_message({runtime::big_endian_key(1), bytes});
}

RC_GTEST_PROP(room_codec_property, a_flipped_bit_never_crashes_the_decoder, ()) {
  auto record = encode(*message_at(7, *rc::gen::arbitrary<std::string>()));
  auto bit = *rc::gen::inRange<std::size_t>(0, record.size() * 8);
  record[bit / 8] = static_cast<char>(record[bit / 8] ^ (1 << (bit % 8)));
  (void)decode_message({runtime::big_endian_key(7), record});
}

}  // namespace
}  // namespace lightstick::actors::room
