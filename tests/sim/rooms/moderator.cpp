#include "tests/sim/rooms/moderator.hpp"

#include <utility>

namespace lightstick::sim {

namespace {

namespace room = actors::room;
constexpr auto outside = scheduler::side::outside;
using std::chrono::milliseconds;

}  // namespace

void moderator::node_gone() {
  ++life_;
  if (std::exchange(under_way_, false)) ended(false);
}

void moderator::act_later() {
  on_.on.loop.after(outside, on_.on.chance.between(milliseconds{5}, milliseconds{400}), "moderator: acts", [this] {
    if (!on_.over && !wanted_) wanted_ = think();
    if (on_.up != nullptr && wanted_ && !under_way_) ask();
    act_later();
  });
}

std::optional<moderator::order> moderator::think() {
  auto& chance = on_.on.chance;
  order o;
  o.room = chance.below(on_.rooms.size());
  o.what.by = user_id{"moderator"};
  o.what.as = actors::role::moderator;
  const user_id somebody{on_.users.at(chance.below(on_.users.size())).name};
  const auto newest = on_.rooms.at(o.room).floor();
  switch (chance.below(4)) {
    case 0: o.what.user = somebody; return o;
    case 1:
      o.what.what = room::act::mute;
      o.what.user = somebody;
      o.what.ms = chance.between(10, 500);
      return o;
    default:
      if (newest == 0) return std::nullopt;
      o.what.off = offset{1 + chance.below(newest)};
      return o;
  }
}

/// The answer comes on a step of its own; not at all when the process dies before.
void moderator::ask() {
  auto& model = on_.rooms.at(wanted_->room);
  const auto& what = wanted_->what;
  on_.on.notes.note("moderator: asks", model.name() + " to " + std::string(to_string(what.what)) + " " +
                                           (what.off ? std::to_string(what.off->value()) : what.user.str()));
  under_way_ = true;
  if (what.what == room::act::withdraw) {
    what.off ? model.withdraw_begins(what.off->value()) : model.erase_begins(what.user.str());
  }
  auto told = [this, life = life_](result<room::moderated> done) {
    on_.on.loop.post(outside, "moderator: answered", [this, life, done = std::move(done)] {
      if (life == life_) answered(done);
    });
  };
  (void)on_.up->actors().tell({room::kind, model.name()}, runtime::make_message(room::moderate{what}),
                              runtime::make_reply<room::moderated>(std::move(told)));
}

void moderator::ended(bool done) {
  auto& model = on_.rooms.at(wanted_->room);
  const auto& what = wanted_->what;
  if (what.what != room::act::withdraw) return;
  what.off ? model.withdraw_ended(what.off->value(), done) : model.erase_ended(what.user.str(), done);
}

void moderator::answered(const result<room::moderated>& done) {
  on_.on.notes.note("moderator: answered", done ? "done" : done.error().to_string());
  under_way_ = false;
  ended(done.has_value());
  if (done) {
    ++on_.numbers.moderated;
    wanted_.reset();
  } else if (done.error().is(condition::corrupt)) {
    throw violation(done.error().to_string());
  } else if (done.error().is(condition::invalid) || done.error().is(condition::not_found) ||
             on_.on.chance.per_mille(200)) {
    wanted_.reset();  // a tomb cannot be withdrawn; or they have had enough
  }
}

}  // namespace lightstick::sim
