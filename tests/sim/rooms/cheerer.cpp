#include "tests/sim/rooms/cheerer.hpp"

#include <algorithm>
#include <utility>

#include "actors/room/reaction_marks.hpp"

namespace lightstick::sim {

namespace {

namespace room = actors::room;
constexpr auto outside = scheduler::side::outside;
constexpr std::uint32_t under_way_max = 6;
constexpr std::uint32_t n_max = 4;
constexpr std::uint32_t refused_max = 20;
using std::chrono::milliseconds;

}  // namespace

cheerer::cheerer(stage& on, std::size_t user, std::size_t number)
    : on_(on), user_(user), device_("cheer" + std::to_string(number)) {}

void cheerer::node_gone() {
  ++life_;
  for (auto& [where, all] : said_) {
    for (auto& [seq, r] : all) r.under_way = 0;
  }
}

std::uint32_t cheerer::under_way() const {
  std::uint32_t out = 0;
  for (const auto& [where, all] : said_) {
    for (const auto& [seq, r] : all) out += r.under_way;
  }
  return out;
}

bool cheerer::content() const noexcept {
  return std::ranges::all_of(said_, [this](const auto& in) {
    return std::ranges::all_of(in.second, [this](const auto& each) {
      const auto& r = each.second;
      return r.under_way == 0 && (!on_.over || r.known || r.lost);
    });
  });
}

cheerer::share cheerer::of(const std::string& where) const {
  share out;
  const auto in = said_.find(where);
  if (in == said_.end()) return out;
  for (const auto& [seq, r] : in->second) {
    if (r.known) out.least += r.n;
    out.most += r.n;
  }
  return out;
}

void cheerer::act_later() {
  on_.on.loop.after(outside, on_.on.chance.between(milliseconds{1}, milliseconds{on_.over ? 200 : 60}), "cheerer: acts",
                    [this] {
                      if (on_.up != nullptr) act();
                      act_later();
                    });
}

void cheerer::act() {
  auto& chance = on_.on.chance;
  if (under_way() >= under_way_max) return;
  const auto& where = on_.rooms[chance.below(on_.rooms.size())].name();
  auto& mine = said_[where];
  for (auto& [seq, r] : mine) {
    const bool open = !r.known && !r.lost;
    if (r.under_way == 0 &&
        ((open && chance.per_mille(on_.over ? 1'000 : 300)) || (!on_.over && chance.per_mille(5)))) {
      return send(where, seq);
    }
  }
  if (on_.over) return;
  auto& last = base_[where];
  last += chance.per_mille(50) ? 1 + chance.below(80) : 1;
  mine[last].n = 1 + static_cast<std::uint32_t>(chance.below(n_max));
  send(where, last);
}

/// In with a session of its own, which goes when it has said what it wanted to: nobody plays its connection.
void cheerer::send(const std::string& where, std::uint64_t seq) {
  auto& r = said_[where][seq];
  ++r.under_way;
  const actor_id to{room::kind, where};
  const session_id session{device_};
  room::join in;
  in.session = session;
  in.user = user_id{name()};
  in.device = device_id{device_};
  in.name = name();
  in.limit = 0;
  room::react what;
  what.session = session;
  what.user = in.user;
  what.device = in.device;
  what.name = name();
  what.kind = std::string(room::cheer_kind);
  what.n = r.n;
  what.seq = seq;
  on_.on.notes.note("cheerer: reacts", where + " " + std::to_string(seq));
  auto& actors = on_.up->actors();
  (void)actors.tell(to, runtime::make_message(std::move(in)));
  auto told = [this, where, seq, life = life_](result<room::reacted> done) {
    on_.on.loop.post(outside, "cheerer: answered", [this, where, seq, life, done = std::move(done)] {
      if (life == life_) answered(where, seq, done);
    });
  };
  (void)actors.tell(to, runtime::make_message(std::move(what)), runtime::make_reply<room::reacted>(std::move(told)));
  (void)actors.tell(to, runtime::make_message(room::leave{session, false}));
}

void cheerer::answered(const std::string& where, std::uint64_t seq, const result<room::reacted>& done) {
  using how = room::reacted::how;
  auto& r = said_[where][seq];
  --r.under_way;
  const auto me = name() + "/" + device_ + " number " + std::to_string(seq) + " in " + where;
  if (done) on_.on.notes.note("cheerer: answered", static_cast<std::uint64_t>(done->outcome));
  if (!done) {
    on_.on.notes.note("cheerer: refused", done.error().to_string());
    if (done.error().code == make_error_code(actors::errc::bad_request)) {
      throw violation(me + ": refused as wrong: " + done.error().to_string());
    }
    // A room may be full, or set aside, and a node may have no place for it.
    if (on_.over && ++r.refused_at_the_end >= refused_max) r.lost = !r.known;
    return;
  }
  const bool forgetful = on_.with.reacting_max < on_.with.users || on_.with.erasures;
  if (done->outcome == how::lost) {
    const auto ahead = said_[where].rbegin()->first;
    if (!forgetful && seq + room::device_mark::window >= ahead) throw violation(me + " was forgotten");
    r.lost = !r.known;
    base_[where] = std::max(base_[where], done->seq);
    return;
  }
  if (done->outcome == how::counted && std::exchange(r.counted, true)) throw violation(me + " was counted twice");
  if (done->outcome == how::counted && r.lost) throw violation(me + " was counted after it was forgotten");
  if (done->outcome == how::again) ++on_.numbers.repeated;
  r.known = true;
  ++on_.numbers.cheered;
}

}  // namespace lightstick::sim
