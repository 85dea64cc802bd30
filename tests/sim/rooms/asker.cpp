#include "tests/sim/rooms/asker.hpp"

#include <iterator>
#include <memory>
#include <utility>

#include "actors/room/messages.hpp"
#include "tests/sim/rooms/bell.hpp"
#include "tests/sim/run.hpp"

namespace lightstick::sim::asker {

namespace {

using std::chrono::milliseconds;

class logic final : public runtime::logic {
 public:
  logic(ledger& in, neighbours whom) : in_(in), whom_(whom), me_(in.new_owner()) {}
  ~logic() override { in_.gone(me_); }
  logic(const logic&) = delete;
  logic& operator=(const logic&) = delete;

  void handle(runtime::message& /*m*/, runtime::reply& /*r*/, runtime::context& ctx) override {
    auto& chance = in_.on().chance;
    for (auto n = chance.below(4); n > 0; --n) ask(ctx);
    for (auto n = chance.below(3); n > 0; --n) set_timer(ctx);
    if (!asks_.empty() && chance.per_mille(200)) {
      auto at = asks_.begin();
      std::advance(at, chance.below(asks_.size()));
      ctx.cancel_ask(at->second);
      in_.cancelled(at->first);
      asks_.erase(at);
    }
    if (!timers_.empty() && chance.per_mille(300)) {
      ctx.cancel_timer(timers_.begin()->second);
      in_.cancelled(timers_.begin()->first);
      timers_.erase(timers_.begin());
    }
  }

 private:
  void ask(runtime::context& ctx) {
    auto& chance = in_.on().chance;
    const milliseconds limit{chance.between(1, 600)};
    const auto key = in_.begins(me_, ctx.now() + limit, true, "an ask of " + ctx.self().to_string());
    const bool full = asks_.size() >= asks_max;
    asks_[key] = 0;
    auto done = [this, key, full](const result<runtime::message_ptr>& got, runtime::context& /*later*/) {
      if (asks_.erase(key) == 0) in_.found("an ask was answered twice, or after it was cancelled");
      if (full && (got || !got.error().is(condition::overloaded))) in_.found("an actor has more open asks than it may");
      in_.ends(key);
    };
    const bool bell = whom_.bells > 0 && chance.per_mille(400);
    auto name = std::to_string(chance.below(bell ? whom_.bells : whom_.rooms));
    auto id = bell ? ctx.ask({bell::kind, "b" + name}, runtime::make_message(bell::listen{}), limit, std::move(done))
                   : ctx.ask({actors::room::kind, "r" + name}, question(), limit, std::move(done));
    if (auto open = asks_.find(key); open != asks_.end()) open->second = id;
  }

  [[nodiscard]] runtime::message_ptr question() {
    if (in_.on().chance.per_mille(500)) return runtime::make_message(actors::room::open{});  // which waits for a commit
    return runtime::make_message(actors::room::history{offset{1'000'000}, std::nullopt, 5});
  }

  void set_timer(runtime::context& ctx) {
    const auto when = ctx.now() + milliseconds{in_.on().chance.below(400)};
    const auto key = in_.begins(me_, when, false, "a timer of " + ctx.self().to_string());
    const bool full = timers_.size() >= timers_max;
    const auto id = ctx.at(when, [this, key](runtime::context& /*later*/) {
      if (timers_.erase(key) == 0) in_.found("a timer rang twice, or after it was cancelled");
      in_.ends(key);
    });
    if (full != (id == 0)) in_.found("a bound is not kept: an actor has another number of timers than it may");
    if (id == 0) return in_.cancelled(key);
    timers_[key] = id;
  }

  ledger& in_;
  neighbours whom_;
  std::uint64_t me_;
  std::map<std::uint64_t, runtime::ask_id> asks_;
  std::map<std::uint64_t, runtime::timer_id> timers_;
};

}  // namespace

std::uint64_t ledger::begins(std::uint64_t owner, steady_time due, bool early, std::string what) {
  const auto number = ++numbers_;
  open_.emplace(number, thing{owner, due, early, std::move(what)});
  by_due_.emplace(due, number);
  return number;
}

void ledger::ends(std::uint64_t number) {
  auto at = open_.find(number);
  if (at == open_.end()) return found("something ended that nobody waits for");
  if (!at->second.early && on_.clock.now() < at->second.due) found(at->second.what + " came before its time");
  open_.erase(at);
  ++ended_;
}

void ledger::gone(std::uint64_t owner) {
  std::erase_if(open_, [owner](const auto& each) { return each.second.owner == owner; });
}

void ledger::found(std::string what) {
  if (found_.empty()) found_ = std::move(what);
}

void ledger::check() {
  if (!found_.empty()) throw violation(found_);
  while (!by_due_.empty() && by_due_.begin()->first + slack < on_.clock.now()) {
    auto at = open_.find(by_due_.begin()->second);
    if (at != open_.end()) throw violation(at->second.what + " has not ended in time");
    by_due_.erase(by_due_.begin());
  }
}

void register_kind(runtime::system& sys, std::uint32_t timers) {
  runtime::kind_options how;
  how.name = kind;
  how.asks_max = asks_max;
  how.timers_max = timers;
  sys.register_kind(std::move(how));
}

result<void> start(runtime::system& sys, const std::string& name, ledger& in, neighbours whom) {
  return sys.spawn({kind, name}, std::make_unique<logic>(in, whom));
}

}  // namespace lightstick::sim::asker
