#include "runtime/caf_cell.hpp"

#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

namespace lightstick::runtime {

/// Waits in CAF's queue for a thread, runs the cell once, and is gone. Whoever has it last deletes it: the thread after
/// `resume`, or CAF when it ends with turns still waiting.
class caf_cell::turn final : public caf::resumable {
 public:
  explicit turn(std::shared_ptr<caf_cell> whose) : whose_(std::move(whose)) {}

  resume_result resume(caf::execution_unit* /*thread*/, std::size_t /*messages_max*/) override {
    if (!whose_->killed_.load(std::memory_order_relaxed)) whose_->run(whose_->commands_max_);
    return done;
  }
  void intrusive_ptr_add_ref_impl() override { references_.fetch_add(1, std::memory_order_relaxed); }
  void intrusive_ptr_release_impl() override {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 private:
  ~turn() override = default;

  const std::shared_ptr<caf_cell> whose_;
  std::atomic<std::uint32_t> references_{1};  ///< the queue's
};

void caf_cell::ready() {
  system_.scheduler().enqueue(new turn(std::static_pointer_cast<caf_cell>(shared_from_this())));
}

void caf_cell::kill() {
  killed_.store(true, std::memory_order_relaxed);
  mail.close();
}

}  // namespace lightstick::runtime
