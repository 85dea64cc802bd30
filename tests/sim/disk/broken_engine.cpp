#include "tests/sim/disk/broken_engine.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace lightstick::sim {
namespace {

using storage::family;
using storage::write_op;

class broken_engine final : public storage::engine {
 public:
  broken_engine(std::unique_ptr<storage::engine> inside, breakage how) : inside_(std::move(inside)), how_(how) {}

  [[nodiscard]] result<std::optional<std::string>> get(family f, std::string_view key) const override {
    return inside_->get(f, key);
  }
  [[nodiscard]] result<void> scan(const storage::scan_range& range, const storage::visitor& visit) const override {
    return inside_->scan(range, visit);
  }
  [[nodiscard]] result<void> write(std::span<const std::vector<write_op>> batches, bool sync) override {
    std::vector<std::vector<write_op>> kept(batches.begin(), batches.end());
    for (auto& ops : kept) std::erase_if(ops, [this](const write_op& op) { return left_out(op); });
    return inside_->write(kept, sync);
  }
  [[nodiscard]] result<void> resume() override { return inside_->resume(); }
  [[nodiscard]] std::unique_ptr<storage::engine_reader> view() const override { return inside_->view(); }

 private:
  [[nodiscard]] bool left_out(const write_op& op) const {
    const bool put = op.what == write_op::kind::put;
    switch (how_) {
      case breakage::skip_floor: return put && op.family == family::floors;
      case breakage::skip_due: return put && op.family == family::due;
      case breakage::skip_forget: return !put && (op.family == family::due || op.family == family::reminders);
      case breakage::skip_erase: {
        if (!put || op.family != family::history) return false;
        auto there = inside_->get(op.family, op.key);
        return there && there->has_value();
      }
      default: return false;
    }
  }

  std::unique_ptr<storage::engine> inside_;
  breakage how_;
};

}  // namespace

bool breaks_writes(breakage how) noexcept {
  return how == breakage::skip_floor || how == breakage::skip_due || how == breakage::skip_forget ||
         how == breakage::skip_erase;
}

std::unique_ptr<storage::engine> break_engine(std::unique_ptr<storage::engine> inside, breakage how) {
  return std::make_unique<broken_engine>(std::move(inside), how);
}

}  // namespace lightstick::sim
