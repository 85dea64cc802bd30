#include "tests/sim/rooms/eraser.hpp"

#include <utility>

namespace lightstick::sim {

namespace {

constexpr auto outside = scheduler::side::outside;
using std::chrono::milliseconds;

}  // namespace

void eraser::node_gone() {
  ++life_;
  if (std::exchange(under_way_, false)) {
    on_.rooms.at(wanted_->room).erase_ended(on_.users.at(wanted_->user).name, false);
  }
}

void eraser::act_later() {
  on_.on.loop.after(outside, on_.on.chance.between(milliseconds{5}, milliseconds{400}), "eraser: acts", [this] {
    if (!on_.over && !wanted_)
      wanted_ = order{on_.on.chance.below(on_.rooms.size()), on_.on.chance.below(on_.users.size())};
    if (on_.up != nullptr && wanted_ && !under_way_) ask();
    act_later();
  });
}

/// The answer comes on a step of its own; not at all when the process dies before.
void eraser::ask() {
  auto& room = on_.rooms.at(wanted_->room);
  const auto& user = on_.users.at(wanted_->user).name;
  on_.on.notes.note("eraser: asks", room.name() + " to forget " + user);
  under_way_ = true;
  room.erase_begins(user);
  auto told = [this, life = life_](result<actors::room::erased> done) {
    on_.on.loop.post(outside, "eraser: answered", [this, life, done = std::move(done)] {
      if (life == life_) answered(done);
    });
  };
  (void)on_.up->actors().tell({actors::room::kind, room.name()},
                              runtime::make_message(actors::room::erase{user_id{user}}),
                              runtime::make_reply<actors::room::erased>(std::move(told)));
}

void eraser::answered(const result<actors::room::erased>& done) {
  on_.on.notes.note("eraser: answered", done ? std::to_string(done->messages) : done.error().to_string());
  under_way_ = false;
  on_.rooms.at(wanted_->room).erase_ended(on_.users.at(wanted_->user).name, done.has_value());
  if (done) {
    on_.numbers.erased += done->messages;
    wanted_.reset();
  } else if (done.error().is(condition::corrupt)) {
    throw violation(done.error().to_string());
  } else if (on_.on.chance.per_mille(200)) {
    wanted_.reset();  // somebody had enough
  }
}

}  // namespace lightstick::sim
