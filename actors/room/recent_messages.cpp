#include "actors/room/recent_messages.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "actors/encoded_size.hpp"

namespace lightstick::actors::room {

std::size_t weight(const chat_message& m) noexcept {
  constexpr std::size_t always = 104;  // keys, offset, time and role, at their longest
  constexpr std::size_t reply_to = 32;
  constexpr std::size_t media_time = 26;
  constexpr std::size_t data_key = 8;
  return always + (m.reply_to ? reply_to : 0) + (m.vt ? media_time : 0) + encoded_size(m.text) +
         encoded_size(m.user.str()) + encoded_size(m.name) +
         (m.data.empty() ? 0 : data_key + encoded_size_of_data(m.data));
}

bool page_builder::add(chat_message_ptr m) {
  auto bytes = weight(*m);
  return add(std::move(m), bytes);
}

bool page_builder::add(chat_message_ptr m, std::size_t weighs) {
  auto bytes = bytes_ + weighs;
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

bool recent_messages::fits(std::size_t weighs) const noexcept {
  return empty() || (size() < messages_max_ && bytes_ + weighs <= bytes_max_);
}

void recent_messages::drop_oldest() {
  constexpr std::size_t moved_over = 32;  // so that the others move rarely
  bytes_ -= at(0).weighs;
  messages_[gone_++].m.reset();
  if (gone_ < moved_over && gone_ < messages_.size()) return;
  messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(gone_));
  gone_ = 0;
}

void recent_messages::push(chat_message_ptr m) {
  if (!empty() && m->off != newest().next()) clear();
  auto weighs = weight(*m);
  while (!fits(weighs)) drop_oldest();
  bytes_ += weighs;
  messages_.push_back({std::move(m), weighs});
}

void recent_messages::fill_older(const std::vector<chat_message_ptr>& older) {
  std::vector<weighed> whole;  // the newest first
  auto next = empty() ? std::optional<std::uint64_t>{} : first_offset();
  for (auto m = older.rbegin(); m != older.rend(); ++m) {
    if (next && (*m)->off.value() >= *next) continue;
    if (next && (*m)->off.next().value() != *next) break;
    auto weighs = weight(**m);
    if (next && (size() + whole.size() >= messages_max_ || bytes_ + weighs > bytes_max_)) break;
    bytes_ += weighs;
    whole.push_back({*m, weighs});
    next = (*m)->off.value();
  }
  if (whole.empty()) return;
  std::reverse(whole.begin(), whole.end());
  whole.reserve(whole.size() + size());
  std::move(messages_.begin() + static_cast<std::ptrdiff_t>(gone_), messages_.end(), std::back_inserter(whole));
  messages_ = std::move(whole);
  gone_ = 0;
}

void recent_messages::clear() {
  messages_ = std::vector<weighed>();  // not `= {}`, which keeps the memory
  gone_ = 0;
  bytes_ = 0;
}

void recent_messages::replace(const chat_message_ptr& m) {
  if (empty() || m->off.value() < first_offset() || m->off > newest()) return;
  auto& place = messages_[gone_ + (m->off.value() - first_offset())];
  bytes_ -= place.weighs;
  place = {m, weight(*m)};
  bytes_ += place.weighs;
}

void recent_messages::withdraw_all(const withdrawal& w) {
  for (auto i = gone_; i < messages_.size(); ++i) {
    auto& each = messages_[i];
    if (each.m->gone || !w.covers(*each.m)) continue;
    bytes_ -= each.weighs;
    each.m = std::make_shared<const chat_message>(withdraw(*each.m));
    each.weighs = weight(*each.m);
    bytes_ += each.weighs;
  }
}

void recent_messages::forget_before(offset first) {
  while (!empty() && at(0).m->off < first) drop_oldest();
}

std::optional<page> recent_messages::after(offset after, offset last, page_limit limit) const {
  page_builder out{limit};
  if (after < last) {
    if (empty() || first_offset() > after.next().value() || newest() < last) {
      return std::nullopt;
    }
    for (auto i = after.value() + 1 - first_offset(); i < size() && at(i).m->off <= last; ++i) {
      if (!out.add(at(i).m, at(i).weighs)) break;
    }
  }
  return out.take(false, false);
}

std::optional<page> recent_messages::before(offset bound, page_limit limit, offset first) const {
  page_builder out{limit};
  if (bound > first) {
    auto last = bound.value() - 1;
    if (empty() || last < first_offset() || last > newest().value()) return std::nullopt;
    auto i = last - first_offset() + 1;
    bool full = false;
    for (; i > 0 && !full; --i) full = !out.add(at(i - 1).m, at(i - 1).weighs);
    if (!full && first_offset() > first.value()) return std::nullopt;
  }
  return out.take(true, false);
}

}  // namespace lightstick::actors::room
