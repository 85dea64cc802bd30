#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace lightstick {

template <class Signature>
class function_ref;

/// A callable that somebody else keeps for the time of the call (std::function_ref is C++26). Two pointers; may be empty.
template <class R, class... Args>
class function_ref<R(Args...)> {
 public:
  function_ref() = default;

  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, function_ref> && std::is_invocable_r_v<R, F&, Args...>)
  function_ref(F&& f) noexcept  // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload)
      : of_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))), call_([](void* of, Args... args) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(of))(std::forward<Args>(args)...);
        }) {}

  explicit operator bool() const noexcept { return call_ != nullptr; }
  R operator()(Args... args) const { return call_(of_, std::forward<Args>(args)...); }

 private:
  void* of_ = nullptr;
  R (*call_)(void*, Args...) = nullptr;
};

}  // namespace lightstick
