#include "storage/rocks/extensions.hpp"

#include <string_view>

#include "storage/keys.hpp"
#include "storage/record.hpp"

namespace lightstick::storage::rocks {
namespace {

/// A wall clock that was set too far ahead for a while must not cost marks that are still alive.
constexpr std::int64_t mark_grace_ms = 60'000;

std::string_view view_of(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

class log_prefix_transform_impl final : public rocksdb::SliceTransform {
 public:
  /// Stored in the files: another meaning needs another name.
  [[nodiscard]] const char* Name() const override { return "lightstick.log_prefix.1"; }
  [[nodiscard]] rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), log_prefix_size(view_of(key))};
  }
  [[nodiscard]] bool InDomain(const rocksdb::Slice& key) const override { return log_prefix_size(view_of(key)) > 0; }
};

class mark_filter final : public rocksdb::CompactionFilter {
 public:
  explicit mark_filter(std::int64_t before_ms) : before_ms_(before_ms) {}
  [[nodiscard]] const char* Name() const override { return "lightstick.mark_filter"; }
  bool Filter(int /*level*/, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string* /*changed*/,
              bool* /*value_changed*/) const override {
    return mark_expired(view_of(key), view_of(value), before_ms_);
  }

 private:
  std::int64_t before_ms_;
};

class mark_filter_factory_impl final : public rocksdb::CompactionFilterFactory {
 public:
  explicit mark_filter_factory_impl(const clock_source& clock) : clock_(clock) {}
  [[nodiscard]] const char* Name() const override { return "lightstick.mark_filter"; }
  [[nodiscard]] bool ShouldFilterTableFileCreation(rocksdb::TableFileCreationReason /*why*/) const override {
    return true;
  }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& /*context*/) override {
    return std::make_unique<mark_filter>(clock_.wall().value - mark_grace_ms);
  }

 private:
  const clock_source& clock_;
};

class failure_policy_impl final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* why) override {
    if (reason == rocksdb::BackgroundErrorReason::kCompaction && why->IsCorruption()) *why = rocksdb::Status::OK();
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status why,
                            bool* auto_recovery) override {
    if (why.severity() >= rocksdb::Status::Severity::kHardError) *auto_recovery = false;
  }
};

}  // namespace

std::shared_ptr<const rocksdb::SliceTransform> log_prefix_transform() {
  return std::make_shared<log_prefix_transform_impl>();
}

std::shared_ptr<rocksdb::CompactionFilterFactory> mark_filter_factory(const clock_source& clock) {
  return std::make_shared<mark_filter_factory_impl>(clock);
}

std::shared_ptr<rocksdb::EventListener> failure_policy() { return std::make_shared<failure_policy_impl>(); }

}  // namespace lightstick::storage::rocks
