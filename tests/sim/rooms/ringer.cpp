#include "tests/sim/rooms/ringer.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace lightstick::sim {

namespace {

constexpr auto outside = scheduler::side::outside;
using std::chrono::milliseconds;

}  // namespace

void ringer::node_gone() {
  ++life_;
  waits_ = 0;
}

void ringer::act_later() {
  on_.on.loop.after(outside, on_.on.chance.between(milliseconds{5}, milliseconds{300}), "ringer: acts", [this] {
    if (on_.over) return;
    if (on_.up != nullptr && waits_ < 4) act();
    act_later();
  });
}

void ringer::act() {
  switch (on_.on.chance.below(5)) {
    case 0: return hush();
    case 1: return listen(false);
    default: return set();
  }
}

/// The answer comes on a step of its own; not at all when the process dies before.
template <class Answer, class Command, class F>
void ringer::ask(Command c, F done) {
  ++waits_;
  auto answered = [this, life = life_, done = std::move(done)](result<Answer> got) mutable {
    on_.on.loop.post(outside, "ringer: answered", [this, life, done = std::move(done), got = std::move(got)]() mutable {
      if (life != life_) return;
      --waits_;
      done(std::move(got));
    });
  };
  (void)on_.up->actors().tell(bell_, runtime::make_message(std::move(c)),
                              runtime::make_reply<Answer>(std::move(answered)));
}

void ringer::set() {
  // Where few failures quarantine a bell, it could keep the others from ringing for as long as nobody looks after it.
  const bool poison = on_.with.poison && on_.with.failures_max > 100 && on_.on.chance.per_mille(100);
  const auto name = (poison ? "poison" : "r") + std::to_string(++names_);
  auto& fresh = rings_[name];
  fresh.due_ms = on_.on.clock.wall().value + static_cast<std::int64_t>(on_.on.chance.below(5'000));
  last_due_ = std::max(last_due_, wall_ms{fresh.due_ms});
  ask<bell::done>(bell::ring_at{name, fresh.due_ms}, [this, name](const result<bell::done>& done) {
    auto& r = rings_[name];
    if (done) {
      r.is = fate::set;
    } else if (!done.error().is(condition::unknown)) {
      r.is = fate::never;
    }
    on_.on.notes.note("ringer: set", done ? name : done.error().to_string());
  });
}

void ringer::hush() {
  if (rings_.empty()) return;
  auto at = rings_.begin();
  std::advance(at, on_.on.chance.below(rings_.size()));
  if (at->second.is != fate::set) return;
  at->second.hushed = true;
  ask<bell::done>(bell::hush{at->first}, [this, name = at->first](const result<bell::done>& done) {
    if (done) rings_[name].silent_from_ms = on_.on.clock.wall().value;
    on_.on.notes.note("ringer: hushed", done ? name : done.error().to_string());
  });
}

void ringer::listen(bool at_the_end) {
  ask<bell::heard_so_far>(bell::listen{}, [this, at_the_end](const result<bell::heard_so_far>& all) {
    if (all) check(*all, at_the_end);
  });
}

void ringer::check(const bell::heard_so_far& all, bool at_the_end) {
  on_.on.notes.note("ringer: heard", all.rings.size());
  ++on_.numbers.reads;
  on_.numbers.reminded += all.rings.size() - std::min(heard_, all.rings.size());
  if (all.rings.size() < heard_) throw violation(bell_.to_string() + " has forgotten that it rang");
  heard_ = all.rings.size();
  std::set<std::string> names;
  for (const auto& each : all.rings) {
    auto known = rings_.find(each.name);
    const auto what = bell_.to_string() + ": '" + each.name + "' ";
    if (known == rings_.end() || known->second.due_ms != each.due_ms) throw violation(what + "rang, and nobody set it");
    const auto& r = known->second;
    if (!names.insert(each.name).second) throw violation(what + "rang twice");
    if (each.at_ms < each.due_ms) throw violation(what + "rang before its time");
    if (r.is == fate::never) throw violation(what + "rang though it was refused");
    if (is_poison(each.name)) throw violation(what + "rang though it was set aside");
    if (r.silent_from_ms != 0 && each.at_ms > r.silent_from_ms) throw violation(what + "rang though it was hushed");
  }
  if (!at_the_end) return;
  heard_end_ = true;
  for (const auto& [name, r] : rings_) {
    if (r.is == fate::set && !r.hushed && !is_poison(name) && !names.contains(name)) {
      throw violation("lost: " + bell_.to_string() + ": '" + name + "' did not ring");
    }
  }
}

}  // namespace lightstick::sim
