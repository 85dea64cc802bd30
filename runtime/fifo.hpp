#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace lightstick::runtime {

/// A queue of two pointers that owns nothing while it is empty (a std::deque keeps half a KiB). Not thread-safe.
template <class T>
class fifo {
 public:
  fifo() = default;
  fifo(fifo&& other) noexcept : first_(std::move(other.first_)), last_(std::exchange(other.last_, nullptr)) {}
  fifo& operator=(fifo&& other) noexcept {
    clear();
    first_ = std::move(other.first_);
    last_ = std::exchange(other.last_, nullptr);
    return *this;
  }
  fifo(const fifo&) = delete;
  fifo& operator=(const fifo&) = delete;
  ~fifo() { clear(); }

  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  void push(T value) {
    auto made = std::make_unique<node>(std::move(value));
    auto* next_last = made.get();
    (last_ == nullptr ? first_ : last_->next) = std::move(made);
    last_ = next_last;
  }
  [[nodiscard]] std::optional<T> pop() {
    if (!first_) return std::nullopt;
    std::optional<T> out(std::move(first_->value));
    first_ = std::move(first_->next);
    if (!first_) last_ = nullptr;
    return out;
  }
  /// The first element that fits, in order; null when none does.
  template <class Fits>
  [[nodiscard]] T* find(Fits&& fits) {
    for (auto* n = first_.get(); n != nullptr; n = n->next.get()) {
      if (fits(n->value)) return &n->value;
    }
    return nullptr;
  }
  /// Not by recursion, however long it is.
  void clear() noexcept {
    while (first_) first_ = std::move(first_->next);
    last_ = nullptr;
  }

 private:
  struct node {
    explicit node(T v) : value(std::move(v)) {}
    T value;
    std::unique_ptr<node> next;
  };
  std::unique_ptr<node> first_;
  node* last_ = nullptr;
};

}  // namespace lightstick::runtime
