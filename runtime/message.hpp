#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>

#include "runtime/base/result.hpp"
#include "runtime/base/unique_function.hpp"

namespace lightstick::runtime {

/// What actors say to each other inside a node. Each kind's contract (`actors/<kind>/messages.hpp`) declares plain
/// structs; the receiver knows them from the contract it implements.
class message {
 public:
  message() = default;
  message(const message&) = delete;
  message& operator=(const message&) = delete;
  virtual ~message() = default;
  [[nodiscard]] virtual const std::type_info& type() const noexcept = 0;
  /// Doing it twice is as good as once, so that it may be done again when its outcome is not known.
  [[nodiscard]] virtual bool idempotent() const noexcept = 0;
};
using message_ptr = std::unique_ptr<message>;

/// A struct says so by `static constexpr bool idempotent = true;`, or, when it depends on what is in it, by a member
/// function `is_idempotent() const noexcept`.
template <class T>
concept says_idempotent = requires {
  { T::idempotent } -> std::convertible_to<bool>;
};
template <class T>
concept knows_idempotent = requires(const T& t) {
  { t.is_idempotent() } noexcept -> std::convertible_to<bool>;
};

/// Wraps a plain struct as a message: `make_message(join_room{...})`, read back with `body_of<join_room>(m)`.
template <class T>
class message_of final : public message {
 public:
  explicit message_of(T value) : body(std::move(value)) {}
  [[nodiscard]] const std::type_info& type() const noexcept override { return typeid(T); }
  [[nodiscard]] bool idempotent() const noexcept override {
    if constexpr (knows_idempotent<T>) {
      return body.is_idempotent();
    } else if constexpr (says_idempotent<T>) {
      return T::idempotent;
    } else {
      return false;
    }
  }
  T body;
};

template <class T>
[[nodiscard]] message_ptr make_message(T value) {
  return std::make_unique<message_of<T>>(std::move(value));
}

/// Whether `m` holds a `T`. In one program a type has one `type_info`; to compare two of them goes through their names, and
/// ours have long beginnings in common.
template <class T>
[[nodiscard]] bool holds(const message& m) noexcept {
  return &m.type() == &typeid(T);
}

/// The body when `m` holds a `T`, else null.
template <class T>
[[nodiscard]] T* body_of(message& m) noexcept {
  return holds<T>(m) ? &static_cast<message_of<T>&>(m).body : nullptr;
}
template <class T>
[[nodiscard]] const T* body_of(const message& m) noexcept {
  return holds<T>(m) ? &static_cast<const message_of<T>&>(m).body : nullptr;
}

/// The struct's name without the project's namespaces, for people: "room::publish".
[[nodiscard]] std::string name_of(const std::type_info& type);
[[nodiscard]] inline std::string name_of(const message& m) { return name_of(m.type()); }

/// Set by who asked when the answer is not wanted any more; a command that has not begun is then dropped.
using cancel_flag = std::shared_ptr<std::atomic<bool>>;

/// One place in a mailbox, given back when the command it was taken for has been answered. Move-only.
class ticket {
 public:
  ticket() = default;
  explicit ticket(std::shared_ptr<std::atomic<std::uint32_t>> taken) : taken_(std::move(taken)) {}
  ticket(ticket&&) noexcept = default;
  ticket& operator=(ticket&& other) noexcept {
    give_back();
    taken_ = std::move(other.taken_);
    return *this;
  }
  ticket(const ticket&) = delete;
  ticket& operator=(const ticket&) = delete;
  ~ticket() { give_back(); }

 private:
  void give_back() noexcept {
    if (taken_) taken_->fetch_sub(1, std::memory_order_acq_rel);
    taken_.reset();
  }
  std::shared_ptr<std::atomic<std::uint32_t>> taken_;
};

/// Where the one answer to a message goes. Move-only. Answering twice is impossible; a reply that is destroyed
/// unanswered answers `errc::unknown_outcome`, so that nobody waits for an actor that has gone.
/// Thread: any; the callback runs on the thread that answers and must only hand the answer on.
class reply {
 public:
  using callback = unique_function<void(result<message_ptr>)>;

  reply() = default;  ///< nobody waits
  explicit reply(callback deliver) : deliver_(std::move(deliver)) {}
  reply(reply&& other) noexcept
      : deliver_(std::exchange(other.deliver_, callback{})), place_(std::move(other.place_)) {}
  reply& operator=(reply&& other) noexcept;
  reply(const reply&) = delete;
  reply& operator=(const reply&) = delete;
  ~reply();

  [[nodiscard]] bool wanted() const noexcept { return static_cast<bool>(deliver_); }
  void answer(result<message_ptr> outcome);
  /// The mailbox place of the command, held until the answer.
  void hold(ticket place) { place_ = std::move(place); }

  template <class T>
  void ok(T value) {
    answer(make_message(std::move(value)));
  }
  void failed(error e) { answer(tl::unexpected<error>(std::move(e))); }

 private:
  callback deliver_;
  ticket place_;
};

/// A reply whose callback takes the contract's own answer type. An answer of another type is errc::invalid.
template <class T, class F>
[[nodiscard]] reply make_reply(F f) {
  return reply{[f = std::move(f)](result<message_ptr> outcome) mutable {
    if (!outcome) return f(result<T>{tl::unexpected<error>(std::move(outcome.error()))});
    auto* body = *outcome ? body_of<T>(**outcome) : nullptr;
    if (body == nullptr) return f(result<T>{fail(errc::invalid, "answer of an unexpected type")});
    f(result<T>{std::move(*body)});
  }};
}

}  // namespace lightstick::runtime
