#include "actors/room/recent_messages.hpp"

#include <algorithm>
#include <utility>

namespace lightstick::actors::room {

std::size_t weight(const chat_message& m) noexcept {
  constexpr std::size_t keys_and_numbers = 96;
  return keys_and_numbers + m.text.size() + m.data.size() + m.user.str().size() + m.name.size();
}

bool page_builder::add(chat_message_ptr m) {
  auto bytes = bytes_ + weight(*m);
  auto free_of_charge = messages_.size() < limit_.at_least;
  if (messages_.size() >= limit_.messages || (bytes > limit_.bytes && !free_of_charge)) {
    full_ = true;
    return false;
  }
  bytes_ = bytes;
  messages_.push_back(std::move(m));
  return true;
}

page page_builder::take(bool newest_first, bool more_beyond) {
  if (newest_first) std::reverse(messages_.begin(), messages_.end());
  return {std::move(messages_), full_ || more_beyond};
}

bool recent_messages::fits(const chat_message& m) const noexcept {
  return messages_.empty() || (messages_.size() < messages_max_ && bytes_ + weight(m) <= bytes_max_);
}

void recent_messages::push(chat_message_ptr m) {
  if (!messages_.empty() && m->off != messages_.back()->off.next()) clear();
  while (!fits(*m)) {
    bytes_ -= weight(*messages_.front());
    messages_.pop_front();
  }
  bytes_ += weight(*m);
  messages_.push_back(std::move(m));
}

void recent_messages::fill_older(const std::vector<chat_message_ptr>& older) {
  for (auto m = older.rbegin(); m != older.rend(); ++m) {
    if (!messages_.empty()) {
      if ((*m)->off.value() >= first_offset()) continue;
      if ((*m)->off.next() != messages_.front()->off) return;
    }
    if (!fits(**m)) return;
    bytes_ += weight(**m);
    messages_.push_front(*m);
  }
}

void recent_messages::clear() {
  messages_.clear();
  bytes_ = 0;
}

std::optional<page> recent_messages::after(offset after, offset last, page_limit limit) const {
  page_builder out{limit};
  if (after < last) {
    if (messages_.empty() || first_offset() > after.next().value() || messages_.back()->off < last) {
      return std::nullopt;
    }
    for (auto i = after.value() + 1 - first_offset(); i < messages_.size() && messages_[i]->off <= last; ++i) {
      if (!out.add(messages_[i])) break;
    }
  }
  return out.take(false, false);
}

std::optional<page> recent_messages::before(offset bound, page_limit limit) const {
  page_builder out{limit};
  if (bound.value() > 1) {
    auto newest = bound.value() - 1;
    if (messages_.empty() || newest < first_offset() || newest > messages_.back()->off.value()) return std::nullopt;
    auto i = newest - first_offset() + 1;
    bool full = false;
    while (i > 0 && !full) full = !out.add(messages_[--i]);
    if (!full && first_offset() > 1) return std::nullopt;
  }
  return out.take(true, false);
}

}  // namespace lightstick::actors::room
