#pragma once

#include <optional>

#include "runtime/base/ids.hpp"
#include "runtime/base/result.hpp"

namespace lightstick::cluster {

struct ownership {
  node_id owner;
  lightstick::epoch epoch;
};

/// What a node knows of who owns which partition. Thread: any; answers from memory, never waits for another node.
class coordination {
 public:
  virtual ~coordination() = default;

  [[nodiscard]] virtual const node_id& self() const noexcept = 0;

  /// The epoch under which this node may act for the partition at this moment. Errors: not_owner.
  [[nodiscard]] virtual result<epoch> held(partition p) const = 0;

  /// The owner as last heard of: a hint of where to ask, never a permission to act. Nothing when there is none.
  [[nodiscard]] virtual std::optional<ownership> owner_of(partition p) const = 0;
};

}  // namespace lightstick::cluster
