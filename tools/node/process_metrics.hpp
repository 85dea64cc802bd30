#pragma once

#include "runtime/base/metrics.hpp"

namespace lightstick::tools {

/// What the operating system knows of this process (memory, processor time, open files), its start and its version,
/// read at each scrape. REQUIRES: once a registry.
void add_process_metrics(metrics& registry);

}  // namespace lightstick::tools
