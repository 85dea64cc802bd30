#pragma once

#include "cluster/local_log.hpp"
#include "gateway/gateway.hpp"

namespace lightstick::tools {

/// A commit or a read that has been under way for this long makes a node unready: clients are better off elsewhere.
inline constexpr std::chrono::seconds unready_after{10};
/// Why a node whose disk keeps it waiting so is unready, as a sentence.
[[nodiscard]] std::optional<std::string> unready_because(const storage::disk_waits& waits);

/// What the gateway asks of the node beside the actors. Of an actor that is not active: what the log holds, read without
/// opening it. Thread: any; the answers come on the log's reading threads.
class stored_actors final : public gateway::node_info {
 public:
  /// REQUIRES: all outlive this; `jobs` may be null.
  stored_actors(const storage::store& store, cluster::local_log& log, const cluster::coordination& who_owns,
                gateway::node_jobs* jobs)
      : store_(store), log_(log), who_owns_(who_owns), jobs_(jobs) {}
  [[nodiscard]] std::optional<gateway::placement> where(partition p) const override;
  void inspect_stored(const actor_id& id, unique_function<void(result<runtime::inspection>)> done) override;
  /// As committed; one look goes past at most 10,000 users and other actors.
  void list_rooms(std::string cursor, std::size_t limit,
                  unique_function<void(result<gateway::room_names>)> done) override;
  [[nodiscard]] std::optional<std::string> unready() const override { return unready_because(store_.waits()); }
  [[nodiscard]] gateway::node_jobs* jobs() noexcept override { return jobs_; }

 private:
  const storage::store& store_;
  cluster::local_log& log_;
  const cluster::coordination& who_owns_;
  gateway::node_jobs* jobs_;
};

[[nodiscard]] runtime::inspection describe(const runtime::recovered_log& stored);

}  // namespace lightstick::tools
