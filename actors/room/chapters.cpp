#include "actors/room/chapters.hpp"

#include <algorithm>
#include <utility>

namespace lightstick::actors::room {

chapters::chapters(offset floor, std::vector<chapter> all) : floor_(floor), all_(std::move(all)) {
  for (const auto& c : all_) bytes_ += c.bytes;
}

bool chapters::valid(offset last) const noexcept {
  if (floor_.value() == 0 || floor_ > last.next() || all_.size() > count_max) return false;
  if (all_.empty()) return floor_ == last.next();
  if (all_.front().first != floor_ || all_.back().first > last) return false;
  const auto follows = [](const chapter& a, const chapter& b) { return a.first < b.first && a.last_ts <= b.first_ts; };
  return std::ranges::all_of(all_, [](const auto& c) { return c.first_ts <= c.last_ts; }) &&
         std::ranges::adjacent_find(all_, std::not_fn(follows)) == all_.end();
}

void chapters::add(offset off, wall_ms ts, std::uint64_t bytes) {
  const bool fits = !all_.empty() && off.value() - all_.back().first.value() < messages_max &&
                    all_.back().bytes + bytes <= bytes_max && ts.value - all_.back().first_ts.value < span_max.count();
  bytes_ += bytes;
  if (fits) {
    all_.back().last_ts = ts;
    all_.back().bytes += bytes;
    return;
  }
  if (all_.size() >= count_max) merge_pairs();
  all_.push_back({off, ts, ts, bytes});
}

void chapters::merge_pairs() {
  std::size_t out = 0;
  for (std::size_t i = 0; i < all_.size(); i += 2) {
    auto one = all_[i];
    if (i + 1 < all_.size()) {
      one.last_ts = all_[i + 1].last_ts;
      one.bytes += all_[i + 1].bytes;
    }
    all_[out++] = one;
  }
  all_.resize(out);
}

void chapters::trim(offset floor, offset last) {
  if (floor <= floor_) return;
  floor_ = floor;
  auto kept = std::ranges::upper_bound(all_, floor, {}, &chapter::first);
  if (kept != all_.begin() && floor <= last) --kept;  // the one that the floor is in
  for (auto gone = all_.begin(); gone != kept; ++gone) bytes_ -= gone->bytes;
  all_.erase(all_.begin(), kept);
  if (!all_.empty()) all_.front().first = floor;
}

std::optional<offset> chapters::due(const retention& keep, wall_ms now, offset last) const noexcept {
  auto left = bytes_;
  std::size_t gone = 0;
  for (; gone < all_.size(); ++gone) {
    const bool too_much = keep.bytes > 0 && left > keep.bytes && gone + 1 < all_.size();
    if (!too_much && !keep.expired(all_[gone].last_ts, now)) break;
    left -= all_[gone].bytes;
  }
  if (gone == 0) return std::nullopt;
  return gone < all_.size() ? all_[gone].first : last.next();
}

std::optional<wall_ms> chapters::next_due(const retention& keep) const noexcept {
  if (keep.age.count() == 0 || all_.empty()) return std::nullopt;
  return wall_ms{all_.front().last_ts.value + keep.age.count()};
}

}  // namespace lightstick::actors::room
