#include "storage/errc.hpp"

namespace lightstick::storage {
namespace {

class category_impl final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "lightstick.storage"; }

  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::corrupt: return "stored data is damaged";
      case errc::newer_format: return "written by a newer version";
      case errc::not_a_store: return "not a data folder";
      case errc::missing: return "no data folder";
      case errc::locked: return "data folder is in use";
      case errc::not_permitted: return "no permission";
      case errc::disk_full: return "disk is full";
      case errc::io_failed: return "disk failed";
      case errc::queue_full: return "too many appends wait";
      case errc::not_open: return "log is not open";
      case errc::stale_epoch: return "partition has a newer owner";
      case errc::stale_sequence: return "log has moved on";
      case errc::invalid: return "invalid";
      case errc::stopping: return "store is closing";
    }
    return "unknown error";
  }

  [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<errc>(value)) {
      case errc::corrupt: return condition::corrupt;
      case errc::newer_format:
      case errc::not_a_store:
      case errc::invalid: return condition::invalid;
      case errc::missing: return condition::not_found;
      case errc::not_permitted: return condition::denied;
      case errc::queue_full: return condition::overloaded;
      case errc::stale_epoch: return condition::not_owner;
      case errc::locked:
      case errc::disk_full:
      case errc::io_failed:
      case errc::not_open:
      case errc::stale_sequence:
      case errc::stopping: return condition::retryable;
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

}  // namespace lightstick::storage
