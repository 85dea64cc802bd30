#pragma once

#include <memory>

#include "runtime/base/metrics.hpp"
#include "storage/engine.hpp"

namespace lightstick::storage {

/// Shows the state of an engine as gauges, which are read at each scrape. REQUIRES: `of` outlives it; the registry may
/// outlive both, the gauges then keep their last values.
class engine_metrics {
 public:
  engine_metrics(metrics& registry, const engine& of);
  ~engine_metrics();
  engine_metrics(const engine_metrics&) = delete;
  engine_metrics& operator=(const engine_metrics&) = delete;

 private:
  struct shared;
  std::shared_ptr<shared> shared_;
};

}  // namespace lightstick::storage
