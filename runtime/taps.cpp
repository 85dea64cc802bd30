#include "runtime/taps.hpp"

namespace lightstick::runtime {

struct taps::state {
  tap_options how;
  std::mutex mutex;
  std::uint64_t met = 0;
  std::uint64_t taken = 0;
  std::uint64_t lost = 0;
  std::vector<tapped_command> commands;

  [[nodiscard]] bool full() const { return taken >= how.commands_max; }
};

class taps::one final : public tap {
 public:
  one(std::shared_ptr<taps> of, actor_id id, std::shared_ptr<state> s)
      : of_(std::move(of)), id_(std::move(id)), state_(std::move(s)) {}
  ~one() override { of_->closed(id_, state_.get()); }
  one(const one&) = delete;
  one& operator=(const one&) = delete;

  [[nodiscard]] seen take() override {
    std::lock_guard lock(state_->mutex);
    return {std::exchange(state_->commands, {}), std::exchange(state_->lost, 0), state_->full()};
  }

 private:
  std::shared_ptr<taps> of_;
  actor_id id_;
  std::shared_ptr<state> state_;
};

taps::taps(metrics& registry)
    : lost_(registry.make_counter("lightstick_tap_commands_lost_total", "Commands that a tap saw and nobody fetched")) {
}

result<std::unique_ptr<tap>> taps::open(const actor_id& id, tap_options how) {
  if (how.one_in == 0 || how.commands_max == 0) return fail(errc::invalid, "a tap's sampling and limit are at least 1");
  auto made = std::make_shared<state>();
  made->how = how;
  {
    std::lock_guard lock(mutex_);
    if (open_.load() >= taps_max) return fail(errc::overloaded, std::to_string(taps_max) + " taps are open");
    open_.fetch_add(1);
    by_actor_[id].push_back(made);
  }
  return std::make_unique<one>(shared_from_this(), id, std::move(made));
}

bool taps::on(const actor_id& id) const {
  if (!any()) return false;
  std::lock_guard lock(mutex_);
  return by_actor_.contains(id);
}

bool taps::saw(const actor_id& id, const tapped_command& what) {
  std::lock_guard lock(mutex_);
  auto at = by_actor_.find(id);
  if (at == by_actor_.end()) return false;
  for (auto& each : at->second) {
    std::lock_guard own(each->mutex);
    if (each->full() || each->met++ % each->how.one_in != 0) continue;
    ++each->taken;
    if (each->commands.size() < kept_max) {
      each->commands.push_back(what);
    } else {
      ++each->lost;
      lost_.add();
    }
  }
  return true;
}

void taps::closed(const actor_id& id, const state* which) {
  std::lock_guard lock(mutex_);
  auto at = by_actor_.find(id);
  if (at == by_actor_.end()) return;
  std::erase_if(at->second, [&](const auto& each) { return each.get() == which; });
  if (at->second.empty()) by_actor_.erase(at);
  open_.fetch_sub(1);
}

}  // namespace lightstick::runtime
