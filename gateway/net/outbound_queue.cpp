#include "gateway/net/outbound_queue.hpp"

#include <algorithm>

namespace lightstick::gateway::net {

bool outbound_queue::push(protocol::shared_bytes frame) {
  if (!empty() && bytes_ + frame->size() > bytes_max_) return false;
  bytes_ += frame->size();
  frames_.push_back(std::move(frame));
  return true;
}

std::span<const protocol::shared_bytes> outbound_queue::take() {
  const auto limit = std::min(frames(), batch_frames_max);
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (count < limit) {
    bytes += frames_[first_ + count]->size();
    if (count > 0 && bytes > batch_bytes_max) break;
    ++count;
  }
  taken_ = static_cast<std::uint32_t>(count);
  return {frames_.data() + first_, count};
}

void outbound_queue::written() {
  for (std::size_t i = 0; i < taken_; ++i) {
    bytes_ -= frames_[first_ + i]->size();
    frames_[first_ + i].reset();
  }
  first_ += taken_;
  taken_ = 0;
  if (first_ == frames_.size()) {
    frames_.clear();
    first_ = 0;
    if (frames_.capacity() > kept_capacity) frames_.shrink_to_fit();
  } else if (first_ > frames_.size() / 2) {
    frames_.erase(frames_.begin(), frames_.begin() + first_);
    first_ = 0;
  }
}

void outbound_queue::drop_waiting() {
  while (frames() > taken_) {
    bytes_ -= frames_.back()->size();
    frames_.pop_back();
  }
}

}  // namespace lightstick::gateway::net
