#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "storage/engine.hpp"
#include "tools/bench/bare_rocks.hpp"

namespace lightstick::tools::bench {

/// What an engine was told to write, group by group. Written by the committing thread; read when it has ended.
class recording {
 public:
  void add(std::span<const std::vector<storage::write_op>> batches);
  /// From now on nothing is kept, and what was kept is gone.
  void begin(bool keep);
  [[nodiscard]] std::size_t groups() const noexcept { return group_ends_.size(); }
  /// Valid until `begin`.
  [[nodiscard]] std::vector<raw_group> take_groups() const;

 private:
  struct op {
    storage::write_op::kind what;
    storage::family family;
    std::uint32_t key_bytes;
    std::uint32_t value_bytes;
  };
  std::atomic<bool> keep_{false};
  std::string bytes_;  ///< key and value of each op, one after the other
  std::vector<op> ops_;
  std::vector<std::size_t> group_ends_;  ///< in ops_
};

/// An engine that also notes what it writes. REQUIRES: `to` outlives it.
[[nodiscard]] std::unique_ptr<storage::engine> make_recording(std::unique_ptr<storage::engine> disk, recording& to);

}  // namespace lightstick::tools::bench
