#pragma once

#include "cluster/local_log.hpp"
#include "gateway/gateway.hpp"

namespace lightstick::tools {

/// What the admin calls can say of an actor that is not active: what the log holds, read without opening it.
/// Thread: any; the answers come on the log's reading threads.
class stored_actors final : public gateway::node_info {
 public:
  /// REQUIRES: all outlive this; `jobs` may be null.
  stored_actors(cluster::local_log& log, const cluster::coordination& who_owns, gateway::node_jobs* jobs)
      : log_(log), who_owns_(who_owns), jobs_(jobs) {}
  [[nodiscard]] std::optional<gateway::placement> where(partition p) const override;
  void inspect_stored(const actor_id& id, unique_function<void(result<runtime::inspection>)> done) override;
  [[nodiscard]] gateway::node_jobs* jobs() noexcept override { return jobs_; }

 private:
  cluster::local_log& log_;
  const cluster::coordination& who_owns_;
  gateway::node_jobs* jobs_;
};

[[nodiscard]] runtime::inspection describe(const runtime::recovered_log& stored);

}  // namespace lightstick::tools
