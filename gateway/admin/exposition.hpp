#pragma once

#include <string>

#include "runtime/base/metrics.hpp"

namespace lightstick::gateway::admin {

inline constexpr std::string_view exposition_type = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics of a node in Prometheus' text format. Thread: any.
[[nodiscard]] std::string exposition(const metrics& registry);

}  // namespace lightstick::gateway::admin
