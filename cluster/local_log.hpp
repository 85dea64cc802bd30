#pragma once

#include <cstdint>

#include "cluster/coordination.hpp"
#include "cluster/read_pool.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/durable_log.hpp"
#include "storage/store.hpp"

namespace lightstick::cluster {

struct local_log_options {
  std::uint32_t read_threads = 2;  ///< 0: reads wait until the owner runs them, see `reads`
  std::uint32_t reads_max = 4096;  ///< recoveries and pages that wait; beyond it overloaded
};

/// The durable log of a node that keeps no copies elsewhere: an append is committed when this node's store has it.
///
/// Thread: any. Callbacks of reads run on the pool's threads (on the caller's when refused), listeners on the store's
/// committing thread. The name of an actor's log is "kind/key"; its partition is `partition_of`.
class local_log final : public runtime::durable_log {
 public:
  /// REQUIRES: all three outlive the log.
  local_log(storage::store& store, const coordination& who_owns, local_log_options o, metrics& registry);
  /// Reads that wait get errc::stopping. Appends are the store's to end.
  ~local_log() override = default;

  void recover(const actor_id& actor, unique_function<void(result<runtime::recovered_log>)> done) override;
  [[nodiscard]] result<void> accepts() const override { return store_.accepts(); }
  /// Beside overloaded also, at once: not_owner, retryable (the log has to be recovered first: an earlier append failed
  /// or somebody else recovered it; or the disk refuses writes), invalid.
  [[nodiscard]] result<void> append(runtime::append_request request,
                                    std::shared_ptr<runtime::append_listener> listener) override;
  void release(const actor_id& actor) override;
  void read_rows(const actor_id& actor, runtime::row_query query,
                 unique_function<void(result<runtime::row_page>)> done) override;

  void due_reminders(partition p, std::int64_t until_ms, std::string after_cursor, std::uint32_t entries_max,
                     unique_function<void(result<runtime::due_page>)> done) override;

  /// What is stored of an actor, active or not, without opening it: for operators. Errors: not_found when nothing is,
  /// corrupt, retryable, overloaded.
  void peek(const actor_id& actor, unique_function<void(result<runtime::recovered_log>)> done);

  /// The reads that wait: for whoever runs them in place of threads.
  [[nodiscard]] read_pool& reads() noexcept { return reads_; }

 private:
  storage::store& store_;
  const coordination& who_owns_;
  read_pool reads_;
};

}  // namespace lightstick::cluster
