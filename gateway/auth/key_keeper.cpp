#include "gateway/auth/key_keeper.hpp"

#include <algorithm>

#include "runtime/base/log.hpp"

namespace lightstick::gateway::auth {
namespace {

/// For the look itself, beyond the time at which it may begin.
constexpr std::chrono::milliseconds look_takes{1'000};

}  // namespace

key_keeper::key_keeper(std::string where, key_times times, key_look look, const clock_source& clock, metrics& registry)
    : where_(std::move(where)),
      times_(times),
      look_(std::move(look)),
      clock_(clock),
      ring_(std::make_shared<key_ring>(key_set())),
      known_(registry.make_gauge("lightstick_auth_keys", "Public keys that tokens are verified by")),
      failing_(registry.make_gauge("lightstick_auth_keys_failing", "1 while the last look at the key set failed")),
      looks_(registry.make_counter("lightstick_auth_key_looks_total", "Looks at the key set", {{"outcome", "done"}})),
      failures_(
          registry.make_counter("lightstick_auth_key_looks_total", "Looks at the key set", {{"outcome", "failed"}})),
      waits_(registry.make_counter("lightstick_auth_key_waits_total",
                                   "Tokens told to come back because their key was not known yet")),
      last_(clock.now() - times.interval),
      next_(clock.now()) {
  ring_->renew_by([this](std::string_view kid) { return asked_for(kid); });
}

key_keeper::~key_keeper() { ring_->renew_by({}); }

/// REQUIRES: the lock is held.
steady_time key_keeper::due() const { return asked_.empty() ? next_ : std::min(next_, last_ + times_.interval); }

std::optional<std::chrono::milliseconds> key_keeper::asked_for(std::string_view kid) {
  if (kid.size() > key_set::kid_bytes_max) return std::nullopt;
  std::chrono::milliseconds wait{0};
  {
    const auto now = clock_.now();
    std::lock_guard lock(mutex_);
    std::erase_if(absent_, [&](const name& each) { return now - each.since >= times_.interval; });
    if (std::ranges::find(absent_, kid, &name::kid) != absent_.end()) return std::nullopt;
    if (asked_.size() < names_max && std::ranges::find(asked_, kid) == asked_.end()) asked_.emplace_back(kid);
    wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(due() - now, steady_time::duration::zero()));
  }
  waits_.add();
  if (wait.count() == 0 && wake_) wake_();
  return wait + look_takes;
}

result<void> key_keeper::turn(bool anyway) {
  std::vector<std::string> asked;
  {
    std::lock_guard lock(mutex_);
    if (!anyway && clock_.now() < due()) return {};
    asked = std::exchange(asked_, {});
    last_ = clock_.now();
  }
  auto found = look_();
  if (found) {
    take(std::move(asked), *found);
    return {};
  }
  {
    std::lock_guard lock(mutex_);
    next_ = last_ + times_.interval;
    // Nobody knows yet whether these exist.
    for (auto& kid : asked) {
      if (asked_.size() < names_max && std::ranges::find(asked_, kid) == asked_.end()) asked_.push_back(std::move(kid));
    }
  }
  tell_failure(found.error());
  return fail(std::move(found.error()));
}

void key_keeper::take(std::vector<std::string> asked, const looked& found) {
  if (found.keys) {
    looks_.add();
    known_.set(static_cast<std::int64_t>(found.keys->size()));
    LS_LOG(gateway, info, "public keys of tokens", {"from", where_}, {"keys", found.keys->size()},
           {"left_out", found.keys->left_out()});
    ring_->replace(*found.keys);
  }
  failing_.set(0);
  last_failure_.clear();
  std::chrono::milliseconds keep = times_.refresh;
  if (found.max_age) {
    const auto bounded = std::min<std::chrono::seconds>(*found.max_age, std::chrono::hours{24 * 365});
    keep = std::clamp<std::chrono::milliseconds>(bounded, times_.interval, times_.refresh);
  }
  std::lock_guard lock(mutex_);
  next_ = last_ + keep;
  // Those that the new keys have are found before anybody asks for them here.
  for (auto& kid : asked) {
    if (absent_.size() < names_max) absent_.push_back({std::move(kid), clock_.now()});
  }
}

void key_keeper::tell_failure(const error& why) {
  failures_.add();
  failing_.set(1);
  if (why.detail == std::exchange(last_failure_, why.detail)) return;
  LS_LOG(gateway, warn, "the public keys of tokens cannot be had: those known stay in force", {"from", where_},
         {"why", why}, {"known", known_.value()});
}

}  // namespace lightstick::gateway::auth
