#pragma once

#include <array>
#include <memory>

#include "cluster/coordination.hpp"
#include "storage/store.hpp"

namespace lightstick::cluster {

/// Coordination of a single node, kept by its own store: it owns every partition for as long as it runs. Each start
/// takes a new epoch for each partition, so that nothing of an earlier run is taken for something of this one.
class embedded final : public coordination {
 public:
  /// Raises every epoch by one, durably, before it returns. The store is not kept.
  /// Errors: disk_full, io_failed.
  [[nodiscard]] static result<std::unique_ptr<embedded>> start(storage::store& store, node_id self);

  [[nodiscard]] const node_id& self() const noexcept override { return self_; }
  [[nodiscard]] result<epoch> held(partition p) const override;
  [[nodiscard]] std::optional<ownership> owner_of(partition p) const override;

 private:
  explicit embedded(node_id self) : self_(std::move(self)) {}

  node_id self_;
  std::array<epoch, partition_count> epochs_{};
};

}  // namespace lightstick::cluster
