#include "tests/sim/rooms/actors.hpp"

#include <utility>

#include "runtime/activation.hpp"
#include "tests/sim/run.hpp"

namespace lightstick::sim {
namespace {

constexpr auto process = scheduler::side::process;
constexpr std::chrono::milliseconds beat_every{100};

}  // namespace

class scheduled_actors::scheduled_cell final : public runtime::cell {
 public:
  scheduled_cell(std::weak_ptr<ready_list> to, const actor_id& id_, const runtime::kind_options& kind_)
      : cell(id_, kind_), to_(std::move(to)) {}

 private:
  /// A cell may outlive its node's actors: an answer under way holds it.
  void ready() override {
    if (auto list = to_.lock()) list->push_back(shared_from_this());
  }
  std::weak_ptr<ready_list> to_;
};

scheduled_actors::scheduled_actors(machine& on, runtime::system_options o, runtime::durable_log& log, metrics& registry,
                                   frailty& how, tuning tune, bool told_of_time)
    : system_core(o, &log, on.clock, on.chance.source(), registry),
      on_(on),
      frailty_(how),
      tune_(std::move(tune)),
      told_of_time_(told_of_time) {
  on_.loop.add(*this);
  beat_later();
}

scheduled_actors::~scheduled_actors() {
  on_.loop.remove(*this);
  (void)begin_stop();
  const auto rest = evict_rest();
  auto gone = std::exchange(ready_, nullptr);  // who goes may wake others
  for (const auto& c : rest) c->drop();
}

void scheduled_actors::register_kind(runtime::kind_options how) {
  if (how.make) {
    plain_[how.name] = how.make;
    how.make = [this, make = how.make](const actor_id& id) -> std::unique_ptr<runtime::logic> {
      return std::make_unique<fragile>(id, make(id), frailty_);
    };
  }
  tune_(how);
  system_core::register_kind(std::move(how));
}

result<void> scheduled_actors::spawn(const actor_id& id, std::unique_ptr<runtime::logic> behaviour) {
  return system_core::spawn(id, std::make_unique<fragile>(id, std::move(behaviour), frailty_));
}

std::unique_ptr<runtime::logic> scheduled_actors::make_plain(const actor_id& id) const {
  auto at = plain_.find(id.kind);
  return at == plain_.end() ? nullptr : at->second(id);
}

void scheduled_actors::check_bounds(const std::map<std::string, std::uint32_t>& promised) const {
  std::erase_if(cells_, [&](const runtime::weak_cell& each) {
    auto c = each.lock();
    if (!c) return true;
    auto other = promised.find(c->id.kind);
    const auto most = other == promised.end() ? c->kind.mailbox_max : other->second;
    const auto waits = c->mail.depth.load();
    if (waits <= most) return false;
    throw violation("a bound is not kept: " + std::to_string(waits) + " commands wait for " + c->id.to_string() +
                    ", at most " + std::to_string(most) + " may");
  });
}

std::string scheduled_actors::busy() const {
  for (const auto& each : cells_) {
    auto c = each.lock();
    if (!c || c->ended() || c->mail.depth.load() == 0) continue;
    return std::to_string(c->mail.depth.load()) + " commands wait for " + c->id.to_string();
  }
  return {};
}

runtime::cell_ptr scheduled_actors::new_cell(const actor_id& id, const runtime::kind_options& kind) {
  auto made = std::make_shared<scheduled_cell>(ready_, id, kind);
  cells_.push_back(made);
  return made;
}

void scheduled_actors::wake(const runtime::cell_ptr& who, steady_time when) {
  if (!told_of_time_) return;
  who->wake_ns = when.time_since_epoch().count();
  auto wait = std::max(when - on_.clock.now(), std::chrono::nanoseconds{0});
  on_.loop.after(process, wait, "actor: wakes", [to = runtime::weak_cell(who), when] {
    auto there = to.lock();
    if (!there || there->wake_ns.load() != when.time_since_epoch().count()) return;
    there->wake_ns = 0;
    there->post([](runtime::activation& a) { a.tick(); });
  });
}

void scheduled_actors::beat_later() {
  on_.loop.after(process, beat_every, "node: beat", [this] {
    beat();
    beat_later();
  });
}

std::optional<steady_time> scheduled_actors::due() const {
  return ready_->empty() ? std::nullopt : std::optional(on_.clock.now());
}

void scheduled_actors::run() {
  const auto which = on_.chance.below(ready_->size());
  std::swap(ready_->at(which), ready_->back());
  auto who = std::move(ready_->back());
  ready_->pop_back();
  on_.notes.note("actor: runs", who->id.to_string());
  who->run(static_cast<std::uint32_t>(on_.chance.between(1, options().max_throughput)));
}

}  // namespace lightstick::sim
