#include "gateway/net/outbound_queue.hpp"

#include <algorithm>

namespace lightstick::gateway::net {

bool outbound_queue::push(ws::prepared frame) {
  if (!empty() && bytes_ + frame.size() > bytes_max_) return false;
  bytes_ += frame.size();
  frames_.push_back(std::move(frame));
  return true;
}

bool outbound_queue::push_next(ws::prepared frame) {
  if (!empty() && bytes_ + frame.size() > bytes_max_) return false;
  bytes_ += frame.size();
  const auto at = first_ + (begun_ > 0 ? 1U : 0U);
  frames_.insert(frames_.begin() + at, std::move(frame));
  return true;
}

std::size_t outbound_queue::gather(std::span<iovec> out) const noexcept {
  const auto count = std::min(frames(), out.size());
  for (std::size_t i = 0; i < count; ++i) {
    auto bytes = frames_[first_ + i].bytes();
    if (i == 0) bytes.remove_prefix(begun_);
    // sendmsg reads only, but an iovec cannot say so.
    out[i] = {const_cast<char*>(bytes.data()), bytes.size()};  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }
  return count;
}

void outbound_queue::consume(std::size_t bytes) noexcept {
  bytes_ -= bytes;
  begun_ += bytes;
  while (!empty() && begun_ >= frames_[first_].size()) {
    begun_ -= frames_[first_].size();
    frames_[first_++] = {};
  }
  tidy();
}

void outbound_queue::tidy() noexcept {
  if (empty()) {
    frames_.clear();
    first_ = 0;
    if (frames_.capacity() > kept_capacity) frames_.shrink_to_fit();
  } else if (first_ > frames_.size() / 2) {
    frames_.erase(frames_.begin(), frames_.begin() + first_);
    first_ = 0;
  }
}

void outbound_queue::drop_waiting() noexcept {
  const auto keep = first_ + (begun_ > 0 ? 1U : 0U);
  while (frames_.size() > keep) {
    bytes_ -= frames_.back().size();
    frames_.pop_back();
  }
  tidy();
}

}  // namespace lightstick::gateway::net
