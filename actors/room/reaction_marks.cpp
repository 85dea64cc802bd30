#include "actors/room/reaction_marks.hpp"

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lightstick::actors::room {
namespace {

constexpr char key_head = '\0';

}  // namespace

device_mark::is device_mark::look(std::uint64_t seq) const noexcept {
  if (seq <= from) return is::lost;
  if (seq > high) return is::fresh;
  if (seq <= solid || seq == high) return is::counted;
  const auto behind = high - seq;
  if (behind > window) return is::lost;
  return ((seen >> (behind - 1)) & 1U) != 0 ? is::counted : is::fresh;
}

void device_mark::count(std::uint64_t seq) noexcept {
  if (seq > high) {
    const auto step = seq - high;
    const auto kept = step < window ? seen << step : 0;
    seen = kept | (step <= window ? std::uint64_t{1} << (step - 1) : 0);
    high = seq;
  } else {
    seen |= std::uint64_t{1} << (high - seq - 1);
  }
  while (solid < high && look(solid + 1) == is::counted) ++solid;
}

const device_mark* user_marks::find(const device_id& device) const noexcept {
  const auto at = std::ranges::find(devices, device, &device_mark::device);
  return at == devices.end() ? nullptr : &*at;
}

device_mark::is user_marks::look(const device_id& device, std::uint64_t seq) const noexcept {
  if (const auto* known = find(device)) return known->look(seq);
  return seq <= floor ? device_mark::is::lost : device_mark::is::fresh;
}

void user_marks::count(const device_id& device, std::uint64_t seq, wall_ms now) {
  auto at = std::ranges::find(devices, device, &device_mark::device);
  if (at == devices.end()) {
    if (devices.size() >= devices_max) {
      const auto base_now = floor;
      floor = std::max(floor, devices.front().high);
      devices.erase(devices.begin());
      devices.push_back({device, base_now, base_now, base_now, 0});
    } else {
      devices.push_back({device, floor, floor, floor, 0});
    }
  } else {
    std::rotate(at, at + 1, devices.end());
  }
  devices.back().count(seq);
  ts = std::max(ts, now);
}

std::uint64_t user_marks::base(const device_id& device) const noexcept {
  const auto* known = find(device);
  return known != nullptr ? known->high : floor;
}

std::uint64_t user_marks::highest() const noexcept {
  auto most = floor;
  for (const auto& each : devices) most = std::max(most, each.high);
  return most;
}

bool user_marks::valid() const noexcept {
  if (devices.size() > devices_max) return false;
  for (const auto& each : devices) {
    if (each.from > each.solid || each.solid > each.high || find(each.device) != &each) return false;
  }
  return true;
}

std::uint32_t forgotten_floors::bucket_of(const user_id& user) noexcept {
  return static_cast<std::uint32_t>(XXH3_64bits(user.str().data(), user.str().size()) % buckets);
}

std::uint64_t forgotten_floors::of(const user_id& user) const noexcept {
  return by_bucket_.empty() ? 0 : by_bucket_[bucket_of(user)];
}

void forgotten_floors::raise(const bucket_floor& to) {
  if (to.seq == 0) return;
  if (by_bucket_.empty()) by_bucket_.resize(buckets);
  auto& at = by_bucket_[to.bucket];
  at = std::max(at, to.seq);
}

std::vector<bucket_floor> forgotten_floors::all() const {
  std::vector<bucket_floor> out;
  for (std::uint32_t i = 0; i < by_bucket_.size(); ++i) {
    if (by_bucket_[i] > 0) out.push_back({i, by_bucket_[i]});
  }
  return out;
}

const user_marks* reaction_marks::find(const user_id& user) const {
  const auto at = by_user_.find(user);
  return at == by_user_.end() ? nullptr : &at->second;
}

void reaction_marks::set(const user_id& user, user_marks m) {
  (void)take(user);
  by_age_.emplace(m.ts.value, user);
  by_user_.emplace(user, std::move(m));
}

std::optional<user_marks> reaction_marks::take(const user_id& user) {
  const auto at = by_user_.find(user);
  if (at == by_user_.end()) return std::nullopt;
  by_age_.erase({at->second.ts.value, user});
  auto out = std::move(at->second);
  by_user_.erase(at);
  return out;
}

std::string reaction_key(const user_id& user) { return std::string(1, key_head) + user.str(); }

std::optional<user_id> parse_reaction_key(std::string_view key) {
  if (key.empty() || key.front() != key_head) return std::nullopt;
  return user_id{std::string(key.substr(1))};
}

}  // namespace lightstick::actors::room
