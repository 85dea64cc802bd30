#include "gateway/api/idempotency.hpp"

#include <algorithm>

#include "runtime/base/names.hpp"

namespace lightstick::gateway::api {

result<std::string> read_key(std::string_view header) {
  if (header.empty()) return std::string();
  if (header.size() >= 2 && header.front() == '"' && header.back() == '"') header = header.substr(1, header.size() - 2);
  const auto fits = [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != ','; };
  if (header.empty() || header.size() > cid_bytes_max || !std::ranges::all_of(header, fits)) {
    return fail(actors::errc::bad_request, "Idempotency-Key is not one key of 1 to 64 printable characters");
  }
  return std::string(header);
}

std::variant<answered_keys::verdict, net::http_response> answered_keys::begin(const name& which, std::uint64_t digest,
                                                                              steady_time now) {
  std::lock_guard lock(mutex_);
  while (!all_.empty() && now - all_.front().since >= kept_for) remove(all_.begin());
  if (const auto at = by_name_.find(which); at != by_name_.end()) {
    const auto& known = *at->second;
    if (known.digest != digest) return verdict::another;
    if (!known.answer) return verdict::under_way;
    return *known.answer;
  }
  if (all_.size() >= keys_max_) {
    const auto oldest = std::ranges::find_if(all_, [](const entry& e) { return e.answer.has_value(); });
    if (oldest == all_.end()) return verdict::full;
    remove(oldest);
  }
  by_name_.emplace(which, all_.insert(all_.end(), {which, digest, now}));
  return verdict::fresh;
}

void answered_keys::settle(const name& which, const net::http_response& answer) {
  constexpr unsigned too_many = 429;
  constexpr unsigned our_fault = 500;
  std::lock_guard lock(mutex_);
  const auto at = by_name_.find(which);
  if (at == by_name_.end()) return;
  if (answer.status == too_many || answer.status >= our_fault) return remove(at->second);
  at->second->answer = answer;
}

std::size_t answered_keys::size() const {
  std::lock_guard lock(mutex_);
  return all_.size();
}

void answered_keys::remove(entries::iterator at) {
  by_name_.erase(at->which);
  all_.erase(at);
}

}  // namespace lightstick::gateway::api
