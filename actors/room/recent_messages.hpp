#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "actors/room/messages.hpp"
#include "actors/room/moderation.hpp"

namespace lightstick::actors::room {

/// What a message counts against the bytes of an answer: what it takes there at most, in the longer encoding.
[[nodiscard]] std::size_t weight(const chat_message& m) noexcept;

/// How much one answer may hold. `at_least` messages are given whatever they weigh.
struct page_limit {
  std::uint32_t messages = 50;
  std::uint32_t bytes = 256 * 1024;
  std::uint32_t at_least = 0;
};

/// Collects a page until its limit is reached, in the direction it is read in.
class page_builder {
 public:
  explicit page_builder(page_limit limit) : limit_(limit) {}
  /// False when the page is full; the message is then not in it and there is more.
  bool add(chat_message_ptr m);
  /// The same for one that was weighed before.
  bool add(chat_message_ptr m, std::size_t weighs);
  /// The page in ascending order; `newest_first` says in which order it was read.
  [[nodiscard]] page take(bool newest_first, bool more_beyond);

 private:
  page_limit limit_;
  std::size_t bytes_ = 0;
  bool full_ = false;
  std::vector<chat_message_ptr> messages_;
};

/// The newest committed messages of a room, consecutive, so that most joins need no disk. Not thread-safe.
/// Bounds: `messages_max` and `bytes_max`; beyond either the oldest goes, but the newest always stays.
class recent_messages {
 public:
  recent_messages(std::size_t messages_max, std::size_t bytes_max)
      : messages_max_(messages_max), bytes_max_(bytes_max) {}

  [[nodiscard]] std::size_t size() const noexcept { return messages_.size() - gone_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  /// Starts anew when `m` does not follow the newest one.
  void push(chat_message_ptr m);
  /// Puts older ones (ascending) before what is there, as far as they fit; what does not connect is left out.
  void fill_older(const std::vector<chat_message_ptr>& older);
  /// Empty it owns no memory.
  void clear();
  /// Takes the place of the one with its offset, if that is here.
  void replace(const chat_message_ptr& m);
  /// Withdraws those that the withdrawal covers.
  void withdraw_all(const withdrawal& w);
  /// Those with smaller offsets go.
  void forget_before(offset first);
  /// Null when there is none.
  [[nodiscard]] const chat_message* oldest() const noexcept { return empty() ? nullptr : at(0).m.get(); }

  /// Messages with offsets in (after, last], oldest first; none when one that belongs to the page is not here.
  [[nodiscard]] std::optional<page> after(offset after, offset last, page_limit limit) const;
  /// Messages before `bound`, newest first; none when one that belongs to the page is not here. There is nothing before
  /// `first`.
  /// REQUIRES: nothing before `first` is here.
  [[nodiscard]] std::optional<page> before(offset bound, page_limit limit, offset first = offset{1}) const;

 private:
  struct weighed {
    chat_message_ptr m;
    std::size_t weighs;
  };
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] const weighed& at(std::size_t i) const noexcept { return messages_[gone_ + i]; }
  [[nodiscard]] std::uint64_t first_offset() const noexcept { return at(0).m->off.value(); }
  [[nodiscard]] offset newest() const noexcept { return messages_.back().m->off; }
  [[nodiscard]] bool fits(std::size_t weighs) const noexcept;
  void drop_oldest();

  std::size_t messages_max_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::vector<weighed> messages_;  ///< a deque would keep half a KiB for a room that says nothing
  std::size_t gone_ = 0;  ///< at the front of it: taken out, not yet moved over
};

}  // namespace lightstick::actors::room
