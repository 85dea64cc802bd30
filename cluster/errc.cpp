#include "cluster/errc.hpp"

namespace lightstick::cluster {
namespace {

class category_impl final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "lightstick.cluster"; }

  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::not_owner: return "another node owns the partition";
      case errc::overloaded: return "too many reads wait";
      case errc::stopping: return "log is closing";
      case errc::never_written: return "nothing is stored";
    }
    return "unknown error";
  }

  [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<errc>(value)) {
      case errc::not_owner: return condition::not_owner;
      case errc::overloaded: return condition::overloaded;
      case errc::stopping: return condition::retryable;
      case errc::never_written: return condition::not_found;
    }
    return {value, *this};
  }
};

}  // namespace

const std::error_category& category() noexcept {
  static const category_impl instance;
  return instance;
}

std::error_code make_error_code(errc e) noexcept { return {static_cast<int>(e), category()}; }

}  // namespace lightstick::cluster
