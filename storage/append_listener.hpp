#pragma once

#include <memory>
#include <utility>

#include "runtime/base/ids.hpp"
#include "runtime/base/result.hpp"

namespace lightstick::storage {

/// Who is told how the appends of a log ended: a shared pointer to anything with the two functions of the concept.
/// They are called by the store's committing thread, in order, and must only hand the news on.
///
///     committed(last)     Every append up to `last` is durable. Called once a group commit, however many appends of
///                         this listener it held.
///     append_failed(why)  The appends after the last `committed` are not committed, nor those queued behind them. When
///                         the disk broke (not when it was full) the one on its way may turn up, whole, when the log
///                         is opened again; until then no other is accepted.
///
/// Two are the same listener when they point to the same object. The empty one hears nothing.
class append_listener {
 public:
  append_listener() = default;

  template <class T>
    requires requires(T& t, sequence last, const error& why) {
      { t.committed(last) } noexcept;
      { t.append_failed(why) } noexcept;
    }
  append_listener(std::shared_ptr<T> to)  // NOLINT(google-explicit-constructor): stands in for the pointer
      : to_(std::move(to)),
        committed_([](void* t, sequence last) noexcept { static_cast<T*>(t)->committed(last); }),
        append_failed_([](void* t, const error& why) noexcept { static_cast<T*>(t)->append_failed(why); }) {}

  void committed(sequence last) const noexcept {
    if (to_) committed_(to_.get(), last);
  }
  void append_failed(const error& why) const noexcept {
    if (to_) append_failed_(to_.get(), why);
  }

  friend bool operator==(const append_listener& a, const append_listener& b) noexcept { return a.to_ == b.to_; }

 private:
  std::shared_ptr<void> to_;
  void (*committed_)(void*, sequence) noexcept = nullptr;
  void (*append_failed_)(void*, const error&) noexcept = nullptr;
};

}  // namespace lightstick::storage
