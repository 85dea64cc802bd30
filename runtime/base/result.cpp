#include "runtime/base/result.hpp"

namespace lightstick {
namespace {

class condition_category_impl final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "lightstick.condition"; }
  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<condition>(value)) {
      case condition::retryable: return "retryable";
      case condition::not_found: return "not found";
      case condition::overloaded: return "overloaded";
      case condition::not_owner: return "not the owner";
      case condition::corrupt: return "corrupt";
      case condition::invalid: return "invalid";
      case condition::denied: return "denied";
      case condition::unknown: return "outcome unknown";
    }
    return "unknown condition";
  }
};

class base_category_impl final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "lightstick.base"; }
  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::unavailable: return "unavailable";
      case errc::timed_out: return "timed out";
      case errc::stopping: return "node is stopping";
      case errc::overloaded: return "overloaded";
      case errc::not_found: return "not found";
      case errc::invalid: return "invalid";
      case errc::denied: return "denied";
      case errc::corrupt: return "corrupt";
      case errc::unknown_outcome: return "outcome unknown";
      case errc::expired: return "expired";
      case errc::set_aside: return "set aside";
    }
    return "unknown error";
  }
  [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<errc>(value)) {
      case errc::unavailable:
      case errc::expired:
      case errc::stopping: return condition::retryable;
      case errc::timed_out:
      case errc::unknown_outcome: return condition::unknown;
      case errc::overloaded: return condition::overloaded;
      case errc::not_found: return condition::not_found;
      case errc::set_aside:
      case errc::invalid: return condition::invalid;
      case errc::denied: return condition::denied;
      case errc::corrupt: return condition::corrupt;
    }
    return {value, *this};
  }
};

}  // namespace

const std::error_category& condition_category() noexcept {
  static const condition_category_impl category;
  return category;
}

std::error_condition make_error_condition(condition c) noexcept { return {static_cast<int>(c), condition_category()}; }

const std::error_category& base_category() noexcept {
  static const base_category_impl category;
  return category;
}

std::error_code make_error_code(errc e) noexcept { return {static_cast<int>(e), base_category()}; }

std::string error::to_string() const {
  if (detail.empty()) return code.message();
  return detail + ": " + code.message();
}

}  // namespace lightstick
