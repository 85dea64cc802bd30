#pragma once

#include <memory>

#include "cluster/embedded.hpp"
#include "cluster/local_log.hpp"
#include "tests/sim/storage/start.hpp"

namespace lightstick::sim {

/// All of a node that is below the runtime, without a thread: the store on the machine's disk, ownership of all
/// partitions under new epochs, and the durable log. Commits and reads are made by the scheduler: a commit when the disk
/// has time for it, the reads in any order. To die: `machine::file` dies, this is destroyed, then the disk is restarted;
/// what is told meanwhile comes from the dead.
class lower_half {
 public:
  /// REQUIRES: machine and registry outlive it. Errors: disk_full, io_failed, corrupt.
  [[nodiscard]] static result<std::unique_ptr<lower_half>> start(machine& on, storage::options o,
                                                                 cluster::local_log_options reads, metrics& registry,
                                                                 breakage broken = breakage::none);
  ~lower_half();
  lower_half(const lower_half&) = delete;
  lower_half& operator=(const lower_half&) = delete;

  [[nodiscard]] cluster::local_log& log() noexcept { return *log_; }
  [[nodiscard]] storage::store& store() noexcept { return *store_; }
  [[nodiscard]] engine& disk() noexcept { return disk_; }

 private:
  class reads_source;
  lower_half(machine& on, started_store s, std::unique_ptr<cluster::embedded> owner, cluster::local_log_options reads,
             metrics& registry);

  std::unique_ptr<storage::store> store_;
  engine& disk_;
  std::unique_ptr<cluster::embedded> owner_;
  std::unique_ptr<cluster::local_log> log_;
  committer_source commits_;
  std::unique_ptr<reads_source> reads_;
};

}  // namespace lightstick::sim
