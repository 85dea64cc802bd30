#include "tests/sim/cluster/lower_half.hpp"

#include <utility>

namespace lightstick::sim {

class lower_half::reads_source final : public scheduler::source {
 public:
  reads_source(machine& on, cluster::read_pool& of) : on_(on), reads_(of) { on_.loop.add(*this); }
  ~reads_source() override { on_.loop.remove(*this); }
  reads_source(const reads_source&) = delete;
  reads_source& operator=(const reads_source&) = delete;

  [[nodiscard]] std::string_view name() const noexcept override { return "read"; }
  [[nodiscard]] std::optional<steady_time> due() const override {
    return reads_.waiting() > 0 ? std::optional(on_.clock.now()) : std::nullopt;
  }
  void run() override { (void)reads_.run_waiting(on_.chance.below(reads_.waiting())); }

 private:
  machine& on_;
  cluster::read_pool& reads_;
};

lower_half::lower_half(machine& on, started_store s, std::unique_ptr<cluster::embedded> owner,
                       cluster::local_log_options reads, metrics& registry)
    : store_(std::move(s.store)),
      disk_(*s.disk),
      owner_(std::move(owner)),
      log_(std::make_unique<cluster::local_log>(*store_, *owner_, reads, registry)),
      commits_(on, *store_),
      reads_(std::make_unique<reads_source>(on, log_->reads())) {}

lower_half::~lower_half() = default;

result<std::unique_ptr<lower_half>> lower_half::start(machine& on, storage::options o, cluster::local_log_options reads,
                                                      metrics& registry, breakage broken) {
  auto store = start_store(on, std::move(o), registry, broken);
  if (!store) return fail(std::move(store.error()));
  auto owner = cluster::embedded::start(*store->store, node_id{"n1"});
  if (!owner) return fail(std::move(owner.error()));
  reads.read_threads = 0;
  return std::unique_ptr<lower_half>(new lower_half(on, std::move(*store), std::move(*owner), reads, registry));
}

}  // namespace lightstick::sim
