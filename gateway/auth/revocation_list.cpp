#include "gateway/auth/revocation_list.hpp"

#include <mutex>

namespace lightstick::gateway::auth {

bool concerns(const revocation& r, const token_name& token) noexcept {
  if (!r.of_user) return !token.jti.empty() && r.name == token.jti;
  return r.name == token.user.str() && token.issued.value <= r.since.value;
}

void revocation_list::forget() {
  std::lock_guard lock(mutex_);
  known_ = false;
  users_.clear();
  tokens_.clear();
}

void revocation_list::know(const std::vector<revocation>& all) {
  std::lock_guard lock(mutex_);
  known_ = true;
  for (const auto& each : all) {
    auto [at, fresh] = (each.of_user ? users_ : tokens_).try_emplace(each.name, each);
    if (!fresh && at->second.since < each.since) at->second = each;
  }
}

void revocation_list::add(const revocation& r, wall_ms now) {
  std::lock_guard lock(mutex_);
  for (auto* all : {&users_, &tokens_}) {
    std::erase_if(*all, [&](const auto& each) { return each.second.until <= now; });
  }
  (r.of_user ? users_ : tokens_).insert_or_assign(r.name, r);
}

bool revocation_list::known() const {
  std::shared_lock lock(mutex_);
  return known_;
}

bool revocation_list::refuses(const token_name& token, wall_ms now) const {
  std::shared_lock lock(mutex_);
  const auto says_no = [&](const by_name& all, const std::string& name) {
    const auto at = all.find(name);
    return at != all.end() && now < at->second.until && concerns(at->second, token);
  };
  return says_no(users_, token.user.str()) || (!token.jti.empty() && says_no(tokens_, token.jti));
}

std::size_t revocation_list::size() const {
  std::shared_lock lock(mutex_);
  return users_.size() + tokens_.size();
}

}  // namespace lightstick::gateway::auth
