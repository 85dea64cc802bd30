#include "tools/bench/recording_engine.hpp"

namespace lightstick::tools::bench {
namespace {

class recording_engine final : public storage::engine {
 public:
  recording_engine(std::unique_ptr<storage::engine> disk, recording& to) : disk_(std::move(disk)), to_(to) {}

  [[nodiscard]] result<std::optional<std::string>> get(storage::family f, std::string_view key) const override {
    return disk_->get(f, key);
  }
  [[nodiscard]] result<void> scan(const storage::scan_range& range, const storage::visitor& visit) const override {
    return disk_->scan(range, visit);
  }
  [[nodiscard]] result<void> write(std::span<const std::vector<storage::write_op>> batches, bool sync) override {
    to_.add(batches);
    return disk_->write(batches, sync);
  }
  [[nodiscard]] result<void> resume() override { return disk_->resume(); }
  [[nodiscard]] std::optional<storage::engine_state> state() const override { return disk_->state(); }
  [[nodiscard]] std::unique_ptr<storage::engine_reader> view() const override { return disk_->view(); }

 private:
  std::unique_ptr<storage::engine> disk_;
  recording& to_;
};

}  // namespace

void recording::add(std::span<const std::vector<storage::write_op>> batches) {
  if (!keep_) return;
  for (const auto& batch : batches) {
    for (const auto& each : batch) {
      ops_.push_back({each.what, each.family, static_cast<std::uint32_t>(each.key.size()),
                      static_cast<std::uint32_t>(each.value.size())});
      bytes_ += each.key;
      bytes_ += each.value;
    }
  }
  group_ends_.push_back(ops_.size());
}

void recording::begin(bool keep) {
  keep_ = false;
  bytes_.clear();
  ops_.clear();
  group_ends_.clear();
  if (keep) {
    bytes_.reserve(std::size_t{128} << 20U);
    ops_.reserve(1'000'000);
    group_ends_.reserve(100'000);
  }
  keep_ = keep;
}

std::vector<raw_group> recording::take_groups() const {
  std::vector<raw_group> out;
  std::string_view rest = bytes_;
  const auto cut = [&](std::size_t size) {
    auto part = rest.substr(0, size);
    rest.remove_prefix(size);
    return part;
  };
  std::size_t at = 0;
  for (auto end : group_ends_) {
    auto& group = out.emplace_back();
    group.reserve(end - at);
    for (; at < end; ++at) {
      const auto key = cut(ops_[at].key_bytes);
      const auto value = cut(ops_[at].value_bytes);
      group.push_back({ops_[at].what, ops_[at].family, key, value});
    }
  }
  return out;
}

std::unique_ptr<storage::engine> make_recording(std::unique_ptr<storage::engine> disk, recording& to) {
  return std::make_unique<recording_engine>(std::move(disk), to);
}

}  // namespace lightstick::tools::bench
